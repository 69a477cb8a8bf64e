"""Names that code and network share by chance, weights that are transposed, a cost that is not the network's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.grade.answer import answered

NET = Path(__file__).parents[2] / "examples/nets/notebook.net.toml"
Cache = dict[str, Any]


def cost(S: Any, w1: Any, w2: Any, w3: Any, b1: Any, b2: Any, b3: Any, y: Any) -> tuple[float, Cache]:
    """`s` and `g5` are its own: the network's S is its input, and its g5 comes before the sigmoid."""
    h = np.tanh(w1 @ S + b1)
    s = 1 / (1 + np.exp(-(w2 @ h + b2)))
    p = w3 @ s + b3
    kept = {"x": S, "h": h, "s": s, "g5": s, "p": p, "w2": w2, "w3": w3, "y": y}
    return float(np.sum((p - y) ** 2) / y.shape[1]), kept


def grads(c: Cache) -> Cache:
    d8 = 2 * (c["p"] - c["y"]) / c["y"].shape[1]
    d5 = (c["w3"].T @ d8) * c["s"] * (1 - c["s"])
    d2 = (c["w2"].T @ d5) * (1 - c["h"] ** 2)
    gradients = {"w1": d2 @ c["x"].T, "w2": d5 @ c["h"].T, "w3": d8 @ c["s"].T}
    return gradients | {f"b{i}": d.sum(1, keepdims=True) for i, d in ((1, d2), (2, d5), (3, d8))}


def averaged(c: Cache) -> Cache:
    right = grads(c)
    return right | {"b3": right["b3"] / c["y"].shape[1]}


def half(S: Any, w1: Any, w2: Any, w3: Any, b1: Any, b2: Any, b3: Any, y: Any) -> tuple[float, Cache]:
    found, kept = cost(S, w1, w2, w3, b1, b2, b3, y)
    return found / 2, kept


def halved(c: Cache) -> Cache:
    return {name: x / 2 for name, x in grads(c).items()}


def rows(x: Any, y: Any, w1: Any, c1: Any, w2: Any, c2: Any, w3: Any, c3: Any) -> tuple[float, tuple[Any, ...]]:
    """Data points in rows, and each weight as (inputs, outputs): the network's weights are (outputs, inputs)."""
    h1 = np.tanh(x @ w1 + c1)
    h2 = np.tanh(h1 @ w2 + c2)
    p = h2 @ w3 + c3
    return float(((p - y) ** 2).sum() / len(x)), (x, h1, h2, w2, w3, 2 * (p - y) / len(x))


def rows_grads(cache: tuple[Any, ...]) -> Cache:
    x, h1, h2, w2, w3, d3 = cache
    d2 = d3 @ w3.T * (1 - h2**2)
    d1 = d2 @ w2.T * (1 - h1**2)
    gradients = {"w1": x.T @ d1, "w2": h1.T @ d2, "w3": h2.T @ d3}
    return gradients | {"c1": d1.sum(0), "c2": d2.sum(0), "c3": d3.sum(0)}


def test_a_name_of_the_network_by_chance_accuses_nobody() -> None:
    report = tv.check_gradient(cost, grads, against=NET)
    assert report.verdict == "agree", report.text()
    assert any("not compared: s, g5" in note for note in report.found.notes), report.found.notes


def test_a_mistake_beside_it_is_told_as_what_it_is() -> None:
    found = tv.check_gradient(cost, averaged, against=NET).found
    assert [(p.kind, p.name) for p in found.parts if p.state == "wrong"] == [("gradient", "b3")]
    assert [m.mistake for m in found.mistakes] == ["bias-averaged"]


def test_weights_alone_may_be_transposed() -> None:
    report = tv.check_gradient(rows, rows_grads, against="zoo:mlp")
    assert report.verdict == "agree", report.text()
    assert "each of your weights is the transpose of the network's" in report.found.notes


def test_a_mistake_in_transposed_weights_is_caught() -> None:
    wrong = tv.check_gradient(rows, lambda c: rows_grads(c) | {"w2": c[1].T @ c[2]}, against="zoo:mlp").found
    assert [p.name for p in wrong.parts if p.state == "wrong"] == ["w2"]


@pytest.mark.parametrize(("f", "grad", "marked"), [(half, grads, "right"), (half, halved, "wrong")])
def test_a_mark_is_for_the_network_s_gradient_whatever_the_cost(f: Any, grad: Any, marked: str) -> None:
    report = tv.check_gradient(f, grad, against=NET)
    answer = answered(report, "grads", "cost", "")
    assert report.verdict == "disagree"
    assert {g["state"] for g in answer["gradients"]} == {marked}
    assert answer["value"] == "the loss"


def log_sum_exp(x: Any) -> Any:
    top = x.max()
    return top + np.log(np.exp(x - top).sum())


def test_a_scalar_that_is_read_twice_has_a_cotangent_that_is_an_array() -> None:
    found = tv.check_gradient(log_sum_exp, lambda x: 2 * np.exp(x - log_sum_exp(x)), at=(np.array([1.0, 2.0, 4.0]),))
    assert found.verdict == "disagree"
    assert "2 times too large" in found.text()
