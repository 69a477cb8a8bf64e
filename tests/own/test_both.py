"""A function that gives loss and gradient together; fewer gradients than arguments, told apart by their shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.errors import GradientMismatch, OracleError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(7, 5))
LABELS = RANDOM.integers(0, 3, 7)
W = RANDOM.normal(size=(5, 3))
LAYERS = [RANDOM.normal(size=(5, 4)), RANDOM.normal(size=4), RANDOM.normal(size=(4, 3)), X, LABELS]


def softmax_loss(scores: Any, labels: Any) -> Any:
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    d = p.copy()
    d[rows, labels] -= 1
    return -np.log(p[rows, labels]).mean(), d / len(labels)


def svm_loss(w: Any, x: Any, labels: Any, *, factor: float = 1.0) -> Any:
    """The hinge loss of a linear classifier, and the gradient of its weights alone."""
    rows, scores = np.arange(len(labels)), x @ w
    margins = np.maximum(0, scores - scores[rows, labels][:, None] + 1)
    margins[rows, labels] = 0
    d = (margins > 0).astype(float)
    d[rows, labels] = -d.sum(axis=1)
    return margins.sum() / len(labels), factor * x.T @ d / len(labels)


def two_layers(w1: Any, b1: Any, w2: Any, x: Any, labels: Any, *, leak: float = 0.0) -> Any:
    h = np.maximum(0, x @ w1 + b1)
    loss, d = softmax_loss(h @ w2, labels)
    dh = d @ w2.T * np.where(h > 0, 1, leak)
    return loss, {"w2": h.T @ d, "w1": x.T @ dh, "b1": dh.sum(axis=0)}


@pytest.mark.parametrize(
    ("function", "at", "names"),
    [
        (softmax_loss, [X[:, :3], LABELS], {"scores"}),
        (svm_loss, [W, X, LABELS], {"w"}),
        (two_layers, LAYERS, {"w1", "b1", "w2"}),
        (lambda w, x: (np.sum(w * x), x, w), [W, W + 1], {"w", "x"}),
        (lambda w, x: [np.sum(w * x), (x, w)], [W, W + 1], {"w", "x"}),
    ],
)
def test_a_function_that_gives_both_is_right(function: Any, at: Any, names: set[str]) -> None:
    found = tv.check_gradient(function, at=at).found
    assert {p.name for p in found.parts if p.state == "right"} == names
    tv.assert_gradient(function, at=at)


def too_large(w: Any, x: Any, labels: Any) -> Any:
    return svm_loss(w, x, labels, factor=1.0001)


def leaky(w1: Any, b1: Any, w2: Any, x: Any, labels: Any) -> Any:
    return two_layers(w1, b1, w2, x, labels, leak=0.01)


@pytest.mark.parametrize(
    ("function", "at", "wrong"), [(too_large, [W, X, LABELS], {"w"}), (leaky, LAYERS, {"w1", "b1"})]
)
def test_a_function_that_gives_both_and_is_wrong_is_caught(function: Any, at: Any, wrong: set[str]) -> None:
    assert {p.name for p in tv.check_gradient(function, at=at).found.of("gradient", "wrong")} == wrong
    with pytest.raises(GradientMismatch, match="wrong"):
        tv.assert_gradient(function, at=at)


def test_one_gradient_for_two_arguments_goes_to_the_one_that_has_its_shape() -> None:
    report = tv.check_gradient(lambda w, x: np.sum(x @ w), lambda w, x: x.sum(axis=0)[:, None] + 0 * w, at=[W, X])
    assert [(p.name, p.state) for p in report.found.parts] == [("w", "right")]
    assert "no gradient was brought of x" in str(report)


def test_one_gradient_for_two_arguments_of_one_shape_is_asked_about() -> None:
    with pytest.raises(OracleError, match="gives 1 array, and there are 2 arguments"):
        _ = tv.check_gradient(lambda w, x: np.sum(w * x), lambda w, x: x, at=[W, W + 1])


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (np.sin, "sin alone cannot be judged"),
        (lambda x: (x, x), "alone cannot be judged"),
        (lambda x: None, "alone cannot be judged"),
        (3, "neither a function nor a gradient to call, but a int"),
    ],
)
def test_a_function_that_gives_no_gradient_says_so(function: Any, says: str) -> None:
    with pytest.raises(OracleError, match=says):
        _ = tv.check_gradient(function, at=[X])


@pytest.mark.parametrize("given", [None, "a"])
def test_a_function_that_gives_no_number_is_refused(given: object) -> None:
    with pytest.raises(OracleError, match=f"gives back a {type(given).__name__}"):
        _ = tv.check_gradient(lambda x: given, lambda x: x, at=[X])
