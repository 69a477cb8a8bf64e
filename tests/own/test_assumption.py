"""Without a function beside it, what may have been decided otherwise is asked about, and with one it is decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import trivium as tv
from trivium.ops import log, rnn, softmax, sum as reduce_sum
from trivium.own.source import loaded

ROOT = Path(__file__).parents[2]
THREE = loaded(ROOT / "examples/student/three_layers.py")
NET = ROOT / "examples/nets/notebook.net.toml"


def by_arguments(change: Any) -> Any:
    """The student's gradient as a function of the arguments, and changed."""

    def grads(S: Any, w1: Any, w2: Any, w3: Any, b1: Any, b2: Any, b3: Any, y: Any) -> Any:
        return change(THREE.grads(THREE.cost(S, w1, w2, w3, b1, b2, b3, y)[0]), y)

    return grads


def softmax_and_likelihood(x: Any, t: Any, w: Any) -> Any:
    s = x @ w
    p = softmax(s, axis=1)
    return {"s": s, "p": p, "loss": soft_likelihood(p, t)}


def soft_likelihood(p: Any, t: Any) -> Any:
    return -reduce_sum(log(p) * t)


def fused(x: Any, t: Any, w: Any) -> Any:
    """What most people write: the softmax and its cross entropy in one step, under the name of the first."""
    s = x @ w
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    dp = p * t.sum(axis=1, keepdims=True) - t
    return {"dp": dp, "dw": x.T @ dp}


def one_step_back(x: Any, h0: Any, w: Any, u: Any, c: Any) -> Any:
    """A recurrence in which nothing goes back from a step to the one before."""
    h, states = h0, [h0]
    for row in x:
        h = np.tanh(row @ w.T + h @ u.T + c)
        states.append(h)
    found = {"dw": np.zeros_like(w), "du": np.zeros_like(u), "dc": np.zeros_like(c)}
    for row, before, after in zip(x, states[:-1], states[1:], strict=True):
        d = 2 * after * (1 - after**2)
        found["dw"] += d.T @ row
        found["du"] += d.T @ before
        found["dc"] += d.sum(0)
    return found


def test_a_sum_for_a_mean_is_asked_about() -> None:
    report = tv.check_gradient(None, by_arguments(lambda g, y: {n: x * y.shape[1] for n, x in g.items()}), against=NET)
    assert report.verdict == "undecided"
    assert "it would be right if the loss were summed over N; is it?" in " ".join(report.text().split())


def test_a_mean_for_a_sum_is_asked_about() -> None:
    report = tv.check_gradient(None, by_arguments(lambda g, y: {n: x / y.shape[1] for n, x in g.items()}), against=NET)
    assert report.verdict == "undecided"
    assert "averaged over N" in report.text()


def test_transposes_are_asked_about() -> None:
    report = tv.check_gradient(
        None, by_arguments(lambda g, y: {n: x.T if n.startswith("w") else x for n, x in g.items()}), against=NET
    )
    assert report.verdict == "undecided"
    assert "handed over as the transpose" in " ".join(report.text().split())


def test_a_bias_without_its_axis_is_the_same_bias() -> None:
    report = tv.check_gradient(
        None, by_arguments(lambda g, y: {n: x.ravel() if n.startswith("b") else x for n, x in g.items()}), against=NET
    )
    assert report.verdict == "agree"


def test_what_is_no_assumption_is_an_accusation() -> None:
    report = tv.check_gradient(None, by_arguments(lambda g, y: {**g, "w2": 1.5 * g["w2"]}), against=NET)
    assert report.verdict == "disagree"
    assert not report.found.assumption


def test_a_softmax_that_is_one_step_with_its_loss_is_asked_about() -> None:
    spec = tv.trace(
        softmax_and_likelihood,
        inputs={"x": "N n", "t": "N c"}, parameters={"w": "n c"}, sizes={"N": 5, "n": 3, "c": 4},
    )  # fmt: skip
    report = tv.check_gradient(None, fused, against=spec)
    assert report.verdict == "undecided", report.text()
    assert "if what is called dp were that of s" in " ".join(report.text().split())


def test_a_recurrence_that_is_cut_is_asked_about() -> None:
    def net(x: Any, h0: Any, w: Any, u: Any, c: Any) -> Any:
        return reduce_sum(rnn(x, h0, w, u, c, activation="tanh") ** 2)

    spec = tv.trace(
        net,
        inputs={"x": "t b n", "h0": "b h"},
        parameters={"w": "h n", "u": "h h", "c": "h"},
        sizes={"t": 5, "b": 2, "n": 3, "h": 4},
    )
    report = tv.check_gradient(None, one_step_back, against=spec)
    assert report.verdict == "undecided", report.text()
    assert "truncation after one step" in " ".join(report.text().split())
