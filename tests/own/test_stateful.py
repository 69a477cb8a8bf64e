"""Objects with forward and backward: gradients in attributes, in dicts, in layers of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.errors import OracleError

RANDOM = np.random.default_rng(0)
X, LABELS = RANDOM.normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])


class Affine:
    """A layer that keeps its input, and leaves its gradients beside its parameters."""

    slip = 1.0

    def __init__(self, w: Any, b: Any) -> None:
        self.W, self.b = w, b
        self.x = self.dW = self.db = None

    def forward(self, x: Any) -> Any:
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout: Any) -> Any:
        self.dW = self.slip * (self.x.T @ dout)  # type: ignore[attr-defined]
        self.db = dout.sum(0)
        return dout @ self.W.T


class Tanh:
    def forward(self, x: Any) -> Any:
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout: Any) -> Any:
        return dout * (1 - self.out**2)


class CrossEntropy:
    """The mean over data points, of scores and labels."""

    def forward(self, scores: Any, labels: Any) -> Any:
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.p, self.labels = np.exp(log_p), labels
        return -log_p[np.arange(len(labels)), labels].mean()

    def backward(self, dout: Any = 1.0) -> Any:
        d = self.p.copy()
        d[np.arange(len(self.labels)), self.labels] -= 1
        return dout * d / len(self.labels)


class Net:
    """Layers in a list, a dict of parameters that the layers share, and a dict of gradients."""

    def __init__(self) -> None:
        self.params = {"W1": RANDOM.normal(size=(3, 4)), "b1": np.zeros(4) + 0.1, "W2": RANDOM.normal(size=(4, 3))}
        self.layers = [
            Affine(self.params["W1"], self.params["b1"]),
            Tanh(),
            Affine(self.params["W2"], np.zeros(3) + 0.2),
        ]
        self.last = CrossEntropy()
        self.grads: dict[str, Any] = {}

    def loss(self, x: Any, labels: Any) -> Any:
        for layer in self.layers:
            x = layer.forward(x)
        return self.last.forward(x, labels)

    def backward(self) -> None:
        d = self.last.backward()
        for layer in reversed(self.layers):
            d = layer.backward(d)
        self.grads = {"W1": self.layers[0].dW, "b1": self.layers[0].db, "W2": self.layers[2].dW}  # type: ignore[attr-defined]


class Hasty(Net):
    """Forgets that the slope of tanh is there."""

    def backward(self) -> None:
        self.layers[1].backward = lambda d: d  # type: ignore[method-assign]
        super().backward()


def test_a_layer_is_right_in_its_input_and_in_its_attributes() -> None:
    report = tv.check_gradient(Affine(RANDOM.normal(size=(3, 4)), np.zeros(4)), at=[X])
    assert report.verdict == "agree", report.text()
    assert {p.name for p in report.found.parts} == {"x", "W", "b"}
    assert {p.how for p in report.found.parts} == {"the exact derivative"}


def test_a_layer_that_is_wrong_is_wrong_there_alone() -> None:
    layer = Affine(RANDOM.normal(size=(3, 4)), np.zeros(4))
    layer.slip = 2.0
    report = tv.check_gradient(layer, at=[X])
    assert [p.name for p in report.found.of("gradient", "wrong")] == ["W"]
    assert "2 times" in report.text()


def test_an_object_is_left_as_it_was() -> None:
    layer = Affine(RANDOM.normal(size=(3, 4)), np.zeros(4))
    _ = tv.check_gradient(layer, at=[X])
    assert layer.x is None
    assert layer.dW is None


def test_a_net_of_layers_that_share_its_parameters_is_right() -> None:
    report = tv.check_gradient(Net(), at=[X, LABELS])
    assert report.verdict == "agree", report.text()
    assert {p.name for p in report.found.parts} >= {"W1", "b1", "W2"}


def test_a_class_that_needs_no_arguments_may_stand_for_its_object() -> None:
    assert tv.check_gradient(Net, at={"x": X, "labels": LABELS}).verdict == "agree"


def test_a_net_that_forgets_a_slope_is_wrong_below_it() -> None:
    report = tv.check_gradient(Hasty(), at=[X, LABELS])
    assert {p.name for p in report.found.of("gradient", "wrong")} == {"W1", "b1"}


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (Affine, "Affine cannot be made without arguments"),
        (np.sin, "sin alone cannot be judged"),
        (Tanh(), r"Tanh.forward cannot be called with x, argument 1|Tanh.forward cannot be called"),
    ],
)
def test_what_cannot_be_opened_says_so(thing: Any, says: str) -> None:
    with pytest.raises(OracleError, match=says):
        _ = tv.check_gradient(thing, at=[X, X])
