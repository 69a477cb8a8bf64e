"""Multilayer perceptrons: what a first course trains, deep ones, and one whose decoder is its encoder transposed.

Knows the vocabulary and nothing of numbers, backends or verdicts.
"""

from __future__ import annotations

from typing import Any

from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.ops.activation import sigmoid, softplus, tanh
from trivium.ops.classification import binary_cross_entropy_with_logits, cross_entropy
from trivium.ops.exponential import exp
from trivium.ops.linear import linear
from trivium.ops.piecewise import relu
from trivium.ops.reduce import logsumexp, mean
from trivium.ops.regression import absolute_error, squared_error
from trivium.ops.selection import dropout
from trivium.ops.shape import split, transpose
from trivium.spec.graph import Spec
from trivium.spec.op import Op
from trivium.spec.trace import trace


def mlp(*, b: int = 7, widths: tuple[int, ...] = (5, 11, 3, 2), activation: Op = tanh) -> Spec:
    """A multilayer perceptron with a data point in each row; its widths are the letters n0, n1, ...

    Raises SpecError for fewer than two widths.
    """
    if len(widths) < 2:
        raise SpecError(f"mlp: widths are {widths}; it takes two or more, from the inputs to the outputs")
    *hidden, last = range(1, len(widths))

    def forward(x: Any, y: Any, **given: Any) -> Any:
        for i in hidden:
            x = activation(linear(x, given[f"w{i}"], given[f"c{i}"], name=f"z{i}"), name=f"h{i}")
        prediction = linear(x, given[f"w{last}"], given[f"c{last}"], name="prediction")
        return squared_error(prediction, y, reduction="batchmean", batch_axis=0, name="loss")

    parameters = {k: v for i in (*hidden, last) for k, v in ((f"w{i}", f"n{i} n{i - 1}"), (f"c{i}", f"n{i}"))}
    inputs, sizes = {"x": "b n0", "y": f"b n{last}"}, {"b": b} | {f"n{i}": n for i, n in enumerate(widths)}
    return trace(forward, vocabulary=OPS, inputs=inputs, parameters=parameters, sizes=sizes, name="mlp")


def notebook(*, N: int = 7, n: int = 2, h: int = 3, k: int = 4, m: int = 1) -> Spec:
    """Three layers with a data point in each column, in single steps: products and sums, tanh, sigmoid."""

    def forward(S: Any, y: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> dict[str, Any]:
        g1 = w1 @ S
        g2 = g1 + b1
        g3 = tanh(g2)
        g4 = w2 @ g3
        g5 = g4 + b2
        g6 = sigmoid(g5)
        g7 = w3 @ g6
        g8 = g7 + b3
        g9 = squared_error(g8, y, reduction="batchmean", batch_axis=1)
        return {"g1": g1, "g2": g2, "g3": g3, "g4": g4, "g5": g5, "g6": g6, "g7": g7, "g8": g8, "g9": g9}

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"S": "n N", "y": "m N"},
        parameters={"w1": "h n", "b1": "h 1", "w2": "k h", "b2": "k 1", "w3": "m k", "b3": "m 1"},
        sizes={"N": N, "n": n, "h": h, "k": k, "m": m},
        name="notebook",
    )


def classifier(*, b: int = 7, n: int = 5, h: int = 11, c: int = 3) -> Spec:
    """Scores for c classes by a layer of relu, against integer labels."""

    def forward(x: Any, labels: Any, w1: Any, c1: Any, w2: Any, c2: Any) -> Any:
        hidden = relu(linear(x, w1, c1, name="z"), name="h")
        scores = linear(hidden, w2, c2, name="scores")
        return cross_entropy(scores, labels, class_axis=1, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "labels": "b"},
        parameters={"w1": "h n", "c1": "h", "w2": "c h", "c2": "c"},
        sizes={"b": b, "n": n, "h": h, "c": c},
        name="classifier",
    )


def binary(*, b: int = 8, n: int = 5, h: int = 4) -> Spec:
    """One score by a layer of softplus, against targets from 0 to 1."""

    def forward(x: Any, target: Any, w1: Any, c1: Any, w2: Any, c2: Any) -> Any:
        hidden = softplus(linear(x, w1, c1, name="z"), name="h")
        score = linear(hidden, w2, c2, name="score")
        return binary_cross_entropy_with_logits(score, target, reduction="mean", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "target": "b 1"},
        parameters={"w1": "h n", "c1": "h", "w2": "1 h", "c2": "1"},
        sizes={"b": b, "n": n, "h": h},
        name="binary",
    )


def regression_l1(*, b: int = 7, n: int = 5, h: int = 3, m: int = 2) -> Spec:
    """A layer of tanh, and the sum of absolute errors."""

    def forward(x: Any, y: Any, w1: Any, c1: Any, w2: Any, c2: Any) -> Any:
        hidden = tanh(linear(x, w1, c1, name="z"), name="h")
        prediction = linear(hidden, w2, c2, name="prediction")
        return absolute_error(prediction, y, reduction="sum", name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "y": "b m"},
        parameters={"w1": "h n", "c1": "h", "w2": "m h", "c2": "m"},
        sizes={"b": b, "n": n, "h": h, "m": m},
        name="regression_l1",
    )


def diamond(*, b: int = 7, n: int = 5, h: int = 3, m: int = 2) -> Spec:
    """Paths that part and meet again: a layer split in two, its halves used twice, scores under a logsumexp."""

    def forward(x: Any, w: Any, c: Any, v: Any, d: Any) -> Any:
        left, right = split(tanh(linear(x, w, c, name="z"), name="t"), parts=2, axis=1, name=("left", "right"))
        gated = left * sigmoid(right, name="gate") + left
        scores = linear(gated, v, d, name="scores")
        free_energy = logsumexp(scores, axis=1, name="free_energy")
        return mean(exp(-free_energy) + free_energy, name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n"},
        parameters={"w": "2*h n", "c": "2*h", "v": "m h", "d": "m"},
        sizes={"b": b, "n": n, "h": h, "m": m},
        name="diamond",
    )


def deep_mlp(*, b: int = 5, n: int = 3, h: int = 4, m: int = 2, layers: int = 32) -> Spec:
    """Many layers of tanh, all of one width, between a first that widens and a last that narrows."""

    def forward(x: Any, y: Any, w: Any, c: Any, v: Any, d: Any, **given: Any) -> Any:
        hidden = tanh(linear(x, w, c), name="h0")
        for i in range(1, layers):
            hidden = tanh(linear(hidden, given[f"w{i}"], given[f"c{i}"]), name=f"h{i}")
        return squared_error(linear(hidden, v, d, name="prediction"), y, reduction="mean", name="loss")

    deep = {k: v for i in range(1, layers) for k, v in ((f"w{i}", "h h"), (f"c{i}", "h"))}
    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "y": "b m"},
        parameters={"w": "h n", "c": "h", **deep, "v": "m h", "d": "m"},
        sizes={"b": b, "n": n, "h": h, "m": m},
        name="deep_mlp",
    )


def autoencoder(*, b: int = 6, n: int = 4, h: int = 3) -> Spec:
    """A denoising autoencoder with tied weights: entries are dropped, and w encodes and, transposed, decodes."""

    def forward(x: Any, kept: Any, w: Any, c: Any, d: Any) -> Any:
        noisy = dropout(x, kept, rate=0.25, name="noisy")
        code = sigmoid(linear(noisy, w, c), name="code")
        restored = linear(code, transpose(w), d, name="restored")
        return squared_error(restored, x, reduction="batchmean", batch_axis=0, name="loss")

    return trace(
        forward,
        vocabulary=OPS,
        inputs={"x": "b n", "kept": "b n"},
        parameters={"w": "h n", "c": "h", "d": "n"},
        sizes={"b": b, "n": n, "h": h},
        name="autoencoder",
    )
