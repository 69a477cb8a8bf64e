"""The networks that the zoo lacks, each made hard for a verdict in one way.

Knows nothing of the numbers that are fed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trivium.ops import OPS
from trivium.ops.activation import sigmoid, softplus, tanh
from trivium.ops.arithmetic import constant, square
from trivium.ops.classification import cross_entropy
from trivium.ops.exponential import exp, log
from trivium.ops.linear import linear
from trivium.ops.piecewise import relu
from trivium.ops.reduce import logsumexp, mean, sum_
from trivium.ops.regression import absolute_error, squared_error
from trivium.ops.shape import split
from trivium.spec.graph import Spec
from trivium.spec.trace import trace

Written = Mapping[str, str]


def traced(function: Callable[..., Any], name: str, inputs: Written, parameters: Written, **sizes: int) -> Spec:
    """A network over the whole vocabulary."""
    return trace(function, vocabulary=OPS, inputs=inputs, parameters=parameters, sizes=sizes, name=name)


def notebook(depth: int, *, n: int = 6, N: int = 5) -> Spec:
    """Layers of affine and sigmoid with a data point in each column."""

    def forward(x: Any, y: Any, **given: Any) -> Any:
        for i in range(depth):
            x = sigmoid(OPS["affine"](given[f"w{i}"], x, given[f"c{i}"], name=f"z{i}"), name=f"h{i}")
        return squared_error(x, y, reduction="mean", name="loss")

    parameters = {k: v for i in range(depth) for k, v in ((f"w{i}", "n n"), (f"c{i}", "n 1"))}
    return traced(forward, "notebook", {"x": "n N", "y": "n N"}, parameters, n=n, N=N)


def logistic_maps(steps: int, *, n: int = 5) -> Spec:
    """Coupled logistic maps x <- r x (1 - x), mixed by a matrix: chaos in elementary steps."""

    def forward(x: Any, mix: Any, r: Any) -> Any:
        for i in range(steps):
            grown = r * x * (constant(value=1.0) - x)
            x = OPS["matmul"](mix, grown, name=f"x{i}")
        return mean(square(x), name="loss")

    return traced(forward, "logistic_maps", {"x": "n 1"}, {"mix": "n n", "r": "n 1"}, n=n)


def wide_product(k: int) -> Spec:
    """A product with a long inner dimension."""

    def forward(w: Any, x: Any, y: Any) -> Any:
        return squared_error(tanh(w @ x, name="h"), y, reduction="mean", name="loss")

    return traced(forward, "wide_product", {"x": "k 3", "y": "2 3"}, {"w": "2 k"}, k=k)


def long_sums(n: int) -> Spec:
    """Three reductions of one long vector, added up."""

    def forward(x: Any, w: Any) -> Any:
        return sum_(w * x, name="s") + mean(square(x), name="m") + logsumexp(w, name="l")

    return traced(forward, "long_sums", {"x": "n"}, {"w": "n"}, n=n)


def shifted_classifier(*, b: int = 7, c: int = 3) -> Spec:
    """A number added to every logit before the cross entropy: its gradient is zero by construction."""

    def forward(x: Any, labels: Any, w: Any, shift: Any) -> Any:
        return cross_entropy(x @ w + shift, labels, class_axis=1, reduction="mean", name="loss")

    return traced(forward, "shifted_classifier", {"x": "b 4", "labels": "b"}, {"w": "4 c", "shift": ""}, b=b, c=c)


def log_softmax(*, b: int = 7, c: int = 5) -> Spec:
    """Scores minus their logsumexp; the shift before it has a zero gradient."""

    def forward(x: Any, w: Any, shift: Any) -> Any:
        z = x @ w + shift
        return mean(square(exp(z - logsumexp(z, axis=1, keepdims=True))), name="loss")

    return traced(forward, "log_softmax", {"x": "b 4"}, {"w": "4 c", "shift": ""}, b=b, c=c)


def ones_under_softmax(*, b: int = 7, c: int = 5) -> Spec:
    """The sum of a softmax, which is a constant: a cotangent of ones, and every gradient zero."""

    def forward(x: Any, w: Any) -> Any:
        z = x @ w
        return sum_(exp(z - logsumexp(z, axis=1, keepdims=True)), name="loss")

    return traced(forward, "ones_under_softmax", {"x": "b 4"}, {"w": "4 c"}, b=b, c=c)


def _normalized(z: Any, axis: int, one_pass: str) -> Any:
    """z less its mean over its standard deviation, the variance in one pass or in two."""
    center = mean(z, axis=axis, keepdims=True)
    deviation = z - center
    if one_pass:
        variance = mean(square(z), axis=axis, keepdims=True) - square(center)
    else:
        variance = mean(square(deviation), axis=axis, keepdims=True)
    return deviation * exp(log(variance + 1e-5) * -0.5)


def normalized(*, b: int = 7, n: int = 6, axis: int = 1, passes: str = "two", loss: str = "squared") -> Spec:
    """A layer norm (axis 1) or batch norm (axis 0) in elementary steps, behind a bias."""

    def forward(x: Any, y: Any, w: Any, c: Any, gain: Any) -> Any:
        out = gain * _normalized(linear(x, w, c, name="z"), axis, "one" if passes == "one" else "")
        return sum_(out, name="loss") if loss == "sum" else squared_error(out, y, reduction="mean", name="loss")

    parameters = {"w": "n 4", "c": "n", "gain": "n"}
    return traced(forward, f"normalized_{passes}_pass", {"x": "b 4", "y": "b n"}, parameters, b=b, n=n)


def kinked(*, b: int = 4, h: int = 4) -> Spec:
    """A layer of relu whose units can be put anywhere by the bias."""

    def forward(x: Any, y: Any, w: Any, c: Any) -> Any:
        return squared_error(relu(linear(x, w, c, name="z"), name="h"), y, reduction="sum", name="loss")

    return traced(forward, "kinked", {"x": "b 3", "y": "b h"}, {"w": "h 3", "c": "h"}, b=b, h=h)


def exact_fit(*, b: int = 6) -> Spec:
    """A linear fit under absolute error."""

    def forward(x: Any, y: Any, w: Any, c: Any) -> Any:
        return absolute_error(linear(x, w, c, name="prediction"), y, reduction="mean", name="loss")

    return traced(forward, "exact_fit", {"x": "b 3", "y": "b 2"}, {"w": "2 3", "c": "2"}, b=b)


def exponential(*, b: int = 5) -> Spec:
    """A mean of exponentials."""

    def forward(x: Any, w: Any, c: Any) -> Any:
        return mean(exp(linear(x, w, c, name="z"), name="e"), name="loss")

    return traced(forward, "exponential", {"x": "b 3"}, {"w": "2 3", "c": "2"}, b=b)


def logarithm(*, b: int = 5) -> Spec:
    """A mean of logarithms of what a layer gives."""

    def forward(x: Any, w: Any, c: Any) -> Any:
        return mean(log(linear(x, w, c, name="z"), name="e"), name="loss")

    return traced(forward, "logarithm", {"x": "b 3"}, {"w": "2 3", "c": "2"}, b=b)


def product_chain(steps: int, *, n: int = 5) -> Spec:
    """A number multiplied by the same small number again and again."""

    def forward(x: Any, w: Any) -> Any:
        for i in range(steps):
            x = OPS["mul"](x, w, name=f"x{i}")
        return sum_(x, name="loss")

    return traced(forward, "product_chain", {"x": "n"}, {"w": "n"}, n=n)


def gated(*, b: int = 6, h: int = 4) -> Spec:
    """A gated unit: one half of a layer through a sigmoid, the other through tanh, multiplied."""

    def forward(x: Any, y: Any, w: Any, c: Any, v: Any, d: Any) -> Any:
        gate, value = split(linear(x, w, c, name="z"), parts=2, axis=1, name=("gate_z", "value_z"))
        mixed = OPS["mul"](sigmoid(gate, name="gate"), tanh(value, name="value"), name="mixed")
        return squared_error(linear(mixed, v, d, name="out"), y, reduction="batchmean", batch_axis=0, name="loss")

    parameters = {"w": "2*h 4", "c": "2*h", "v": "2 h", "d": "2"}
    return traced(forward, "gated", {"x": "b 4", "y": "b 2"}, parameters, b=b, h=h)


def ratio(*, b: int = 6) -> Spec:
    """A quotient of two layers, the lower one positive by softplus."""

    def forward(x: Any, y: Any, w: Any, v: Any) -> Any:
        return squared_error((x @ w) / softplus(x @ v, name="below"), y, reduction="mean", name="loss")

    return traced(forward, "ratio", {"x": "b 4", "y": "b 3"}, {"w": "4 3", "v": "4 3"}, b=b)


def tied(*, b: int = 6, n: int = 4) -> Spec:
    """One matrix used three times, once transposed: cotangents meet and are added."""

    def forward(x: Any, w: Any) -> Any:
        hidden = tanh(x @ w, name="h")
        back = tanh(hidden @ OPS["transpose"](w, name="wt"), name="back")
        return squared_error(back @ w, x, reduction="mean", name="loss")

    return traced(forward, "tied", {"x": "b n"}, {"w": "n n"}, b=b, n=n)
