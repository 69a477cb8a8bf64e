"""A NumPy function that runs on symbols is a network: the same values, step by step, and mistakes at their lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import trivium as tv
from tests.own.student import module
from trivium.own.calling import code
from trivium.own.traced import traced
from trivium.target import handwritten

RANDOM = np.random.default_rng(0)
X, W, B = RANDOM.normal(size=(5, 3)), RANDOM.normal(size=(3, 4)), RANDOM.normal(size=4)
LABELS = np.array([2, 0, 3, 1, 1])


def softmax(s: Any) -> Any:
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def likelihood(x: Any, w: Any, labels: Any) -> Any:
    p = softmax(x @ w)
    return -np.log(p[np.arange(len(labels)), labels]).mean()


def normalized(x: Any, w: Any, b: Any) -> Any:
    h = x @ w
    mean, variance = h.mean(axis=1, keepdims=True), np.var(h, axis=1, keepdims=True)
    return np.sum((b * ((h - mean) / np.sqrt(variance + 1e-5)) + b) ** 3)


def masked(x: Any, w: Any) -> Any:
    keep = np.random.rand(*x.shape) < 0.5  # noqa: NPY002  as people write it
    return ((x * keep / 0.5) @ w).sum()


def indexed(x: Any, w: Any) -> Any:
    rows = [np.tanh(x[t, None] @ w) for t in range(len(x))]
    return np.concatenate(rows, axis=0)[:, 1:3].reshape(-1).dot(np.ones(10)) + np.stack(rows)[-1, 0, 0]


def in_dot(x: Any, w: Any) -> Any:
    return (1 / (1 + np.exp(-np.dot(x, w).T[1]))).prod() ** 0.5 + np.einsum("ij,ij->", x, x) ** 2.5


FUNCTIONS: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (likelihood, {"x": X, "w": W, "labels": LABELS}, "softmax"),
    (normalized, {"x": X, "w": W, "b": B}, "layer_norm"),
    (masked, {"x": X, "w": W}, "mul"),
    (indexed, {"x": X, "w": W}, "concat"),
    (in_dot, {"x": X, "w": W}, "sigmoid"),
    (lambda x: np.maximum(0, x).sum() / len(x), {"x": X}, "relu"),
    (lambda x: (x**2).mean(axis=0).max() - np.abs(x).min(), {"x": X}, "square"),
]


@pytest.mark.parametrize(("f", "at", "op"), FUNCTIONS, ids=[op for *_, op in FUNCTIONS])
def test_a_traced_function_has_the_values_of_the_function(f: Callable[..., Any], at: dict[str, Any], op: str) -> None:
    made, given = code(f, lambda **all_: {}, at)
    found = traced(made, given)
    assert found is not None
    assert op in {node.op.name for node in found.spec.nodes}
    loss = handwritten().compile(found.spec)(found.given).values[found.spec.loss]
    expected = made.told(given).loss
    assert expected is not None
    assert abs(float(loss) - expected) <= 64 * np.finfo(float).eps * max(1.0, abs(expected))


def looks(x: Any) -> Any:
    return x.sum() if x[0, 0] > 0 else x.mean()


def writes(x: Any) -> Any:
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = np.tanh(x[i]).sum()
    return y.sum()


def sorts(x: Any) -> Any:
    return np.sort(x, axis=0)[0].sum()


@pytest.mark.parametrize("f", [looks, writes, sorts])
def test_what_wants_numbers_is_no_network_and_is_checked_all_the_same(f: Callable[..., Any]) -> None:
    made, given = code(f, lambda x: x, {"x": X})
    assert traced(made, given) is None
    report = tv.check_gradient(f, lambda x: {"x": 0 * x}, at={"x": X})
    assert (report.verdict, report.diagnosis) == ("disagree", ())


def test_names_that_the_function_gives_are_the_network_s() -> None:
    student = module("three_layers")
    at = {"S": X.T, "y": np.ones((1, 5))} | {"w1": W.T, "b1": B[:, None], "w2": W, "b2": X[0, :, None]}
    at |= {"w3": np.ones((1, 3)), "b3": np.ones((1, 1))}
    made, given = code(student.cost, student.grads, at)
    found = traced(made, given)
    assert found is not None
    assert [n.name for n in found.spec.nodes][:6] == ["g1", "g2", "g3", "g4", "g5", "g6"]
    assert found.lines["g3"] == "three_layers.py, line 26"


def test_a_mistake_is_named_at_the_line_of_the_function() -> None:
    def slope(x: Any, w: Any, labels: Any) -> Any:
        p = softmax(x @ w)
        p[np.arange(len(labels)), labels] -= 1
        return {"w": x.T @ p}

    report = tv.check_gradient(likelihood, slope, at={"x": X, "w": W, "labels": LABELS})
    text = " ".join(report.text().split())
    assert {m.mistake for m in report.diagnosis} >= {"mean-forgotten"}
    assert "5 times too large" in text
    assert "test_traced.py, line" in text
