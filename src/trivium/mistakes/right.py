"""What is right, and mistakes are bent from: slopes entry by entry, sums undone, what a loss divides by, its softmax.

Knows nothing of mistakes, nor of backends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from scipy.special import erfc

from trivium.backend import Array
from trivium.mistakes.mistake import Place, Step
from trivium.mistakes.product import gathered, weight_bar
from trivium.ops.piecewise import SELU_ALPHA, SELU_SCALE
from trivium.spec.op import Attributes
from trivium.spec.signature import Shape

Slope = Callable[[Array, Attributes], Any]

BEND = 0.044715
"""The coefficient of x³ in gelu_tanh."""
PAIRED = ("add", "sub", "mul", "div", "maximum", "minimum", "where")
"""Ops whose inputs are spread over one shape."""
BIASES = ("c", "bias", "co", "shift")
"""Roles that are added to every data point."""
LOSSES = (
    *("squared_error", "half_squared_error", "absolute_error", "huber"),
    *("cross_entropy", "soft_cross_entropy", "nll", "binary_cross_entropy", "binary_cross_entropy_with_logits"),
    *("hinge", "multiclass_hinge", "kl_divergence", "gaussian_kl", "gaussian_nll", "cosine_similarity_loss", "triplet"),
)


def sigma(x: Array) -> Any:
    """σ(x) = e⁻ᵃ / (1 + e⁻ᵃ), a = |x|, and 1 / (1 + e⁻ᵃ) where x is positive"""
    e = np.exp(-np.abs(x))
    return np.where(x > 0, 1, e) / (1 + e)


def below(x: Array) -> Any:
    """Φ(x) = erfc(-x / √2) / 2"""
    return erfc(-x / math.sqrt(2)) / 2


def softmax(x: Array) -> Any:
    """p along the last axis"""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def density(x: Array) -> Any:
    """φ(x), of N(0, 1)"""
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def half_tanh(x: Array) -> Any:
    """p = (1 + tanh u) / 2, the factor of x in gelu_tanh"""
    return sigma(math.sqrt(8 / math.pi) * x * (1 + BEND * x * x))


def gelu_tanh_slope(x: Array, cubed: float = 3) -> Any:
    """p + x p (1 - p) v',  v = 2u;  `cubed` is the 3 that comes of x³"""
    p = half_tanh(x)
    return p + x * p * (1 - p) * math.sqrt(8 / math.pi) * (1 + cubed * BEND * x * x)


def mish_slope(x: Array) -> Any:
    """t + x t',  t = tanh(log(1 + eˣ))"""
    t = np.tanh(np.logaddexp(0, x))
    return t + x * (1 - t * t) * sigma(x)


def exponential_left(x: Array, scale: float, alpha: float, width: float = 1.0) -> Any:
    """scale where x > 0, else scale alpha e^(x / width)"""
    return np.where(x > 0, scale, scale * alpha * np.exp(np.minimum(x, 0) / width))


SLOPES: Mapping[str, Slope] = MappingProxyType(
    {
        "neg": lambda x, attrs: -np.ones_like(x),
        "square": lambda x, attrs: 2 * x,
        "exp": lambda x, attrs: np.exp(x),
        "log": lambda x, attrs: 1 / x,
        "expm1": lambda x, attrs: np.exp(x),
        "log1p": lambda x, attrs: 1 / (1 + x),
        "sqrt": lambda x, attrs: 1 / (2 * np.sqrt(x)),
        "rsqrt": lambda x, attrs: -1 / (2 * x * np.sqrt(x)),
        "sin": lambda x, attrs: np.cos(x),
        "cos": lambda x, attrs: -np.sin(x),
        "pow": lambda x, attrs: attrs["exponent"] * x ** (attrs["exponent"] - 1),
        "tanh": lambda x, attrs: 1 - np.tanh(x) ** 2,
        "sigmoid": lambda x, attrs: sigma(x) * sigma(-x),
        "softplus": lambda x, attrs: sigma(x),
        "log_sigmoid": lambda x, attrs: sigma(-x),
        "erf": lambda x, attrs: 2 / math.sqrt(math.pi) * np.exp(-x * x),
        "gelu": lambda x, attrs: below(x) + x * density(x),
        "gelu_tanh": lambda x, attrs: gelu_tanh_slope(x),
        "silu": lambda x, attrs: sigma(x) * (1 + x * sigma(-x)),
        "mish": lambda x, attrs: mish_slope(x),
        "softsign": lambda x, attrs: 1 / (1 + np.abs(x)) ** 2,
        "relu": lambda x, attrs: np.where(x > 0, 1, 0),
        "leaky_relu": lambda x, attrs: np.where(x > 0, 1, attrs["slope"]),
        "elu": lambda x, attrs: exponential_left(x, 1, attrs["alpha"]),
        "selu": lambda x, attrs: exponential_left(x, SELU_SCALE, SELU_ALPHA),
        "celu": lambda x, attrs: exponential_left(x, 1, 1, attrs["alpha"]),
        "clip": lambda x, attrs: np.where((attrs["low"] < x) & (x < attrs["high"]), 1, 0),
        "hardtanh": lambda x, attrs: np.where((attrs["low"] < x) & (x < attrs["high"]), 1, 0),
        "hardsigmoid": lambda x, attrs: np.where(np.abs(x) < 3, 1 / 6, 0),
        "hardswish": lambda x, attrs: np.where(np.abs(x) < 3, x / 3 + 1 / 2, x > 0),
        "abs": lambda x, attrs: np.sign(x),
    }
)
"""dy/dx of the ops of one input that work entry by entry."""


def slope(step: Step, at: Array | None = None) -> Array:
    """dy/dx at the step's own x, or at other numbers."""
    return np.asarray(SLOPES[step.place.op](step.x if at is None else at, step.attrs))


def other(step: Step) -> Array:
    """The second of two inputs, seen from the first; and the first, seen from the second."""
    return step.inputs[1 - step.place.role]


def share(step: Step, y_bar: Array) -> Array:
    """What each entry of the output of an op of several inputs asks of this one, before it is gathered."""
    first = step.place.role == 0
    match step.place.op:
        case "sub":
            return y_bar if first else -y_bar
        case "mul":
            return y_bar * other(step)
        case "div":
            return y_bar / step.inputs[1] if first else -y_bar * step.inputs[0] / step.inputs[1] ** 2
        case _:
            return y_bar


def copies(place: Place) -> int:
    """How many entries of the output read one entry of a bias, a gain, or a spread input; 1 for all others."""
    spread = place.op in PAIRED or place.name in (*BIASES, "gain")
    return math.prod(place.out) // max(1, math.prod(place.shape)) if spread else 1


def turned(a: Array) -> Array:
    """aᵀ of every matrix."""
    return a.swapaxes(-1, -2)


def product(step: Step, y_bar: Array) -> Any:
    """x̄ of a matrix product, for whatever ȳ."""
    match step.place.op, step.place.name:
        case "matmul", "a":
            return gathered(y_bar @ turned(other(step)), step.x.shape)
        case "matmul", _:
            return gathered(turned(other(step)) @ y_bar, step.x.shape)
        case "affine", "x":
            return step.input("w").T @ y_bar
        case "linear", "x":
            return y_bar @ step.input("w")
    return weight_bar(step, y_bar=y_bar)


def kept(shape: Shape, axis: int | tuple[int, ...] | None) -> Shape:
    """The shape of a reduction with every axis still in place, of size 1."""
    axes = range(len(shape)) if axis is None else (axis,) if isinstance(axis, int) else axis
    gone = {a % len(shape) for a in axes}
    return tuple(1 if i in gone else n for i, n in enumerate(shape))


def terms(place: Place) -> Shape:
    """The axes of a loss's terms: over all of them goes its mean."""
    first = place.shapes[0]
    if place.op in ("cross_entropy", "nll", "multiclass_hinge"):
        return place.shapes[1]
    if place.op in ("soft_cross_entropy", "kl_divergence", "triplet"):
        return first[:-1]
    if place.op == "cosine_similarity_loss":
        axis = place.attrs["axis"] % len(first)
        return first[:axis] + first[axis + 1 :]
    return first


def count(place: Place) -> int:
    """What a loss divides by, as its shapes say."""
    match place.attrs["reduction"]:
        case "mean":
            return math.prod(terms(place))
        case "batchmean":
            return place.shapes[0][place.attrs["batch_axis"]]
    return 1


def divisor(step: Step) -> float:
    """What a loss divides by: the weights of the labels that are counted, where its mean counts labels."""
    place = step.place
    if place.attrs["reduction"] == "mean" and place.op in ("cross_entropy", "nll"):
        return float(Scores.of(step).weight.sum())
    return count(place)


class Scores(NamedTuple):
    """Scores against labels or targets, the classes last: p their softmax, q what it should be, each times its weight.

    one is 1 at the label; counted says which rows are; unit is ȳ / n T.
    """

    p: Array
    q: Array
    one: Array
    weight: Array
    counted: Array
    unit: Any
    axis: int

    def laid(self, bar: Array) -> Array:
        """The classes back at their own axis."""
        return np.moveaxis(bar, -1, self.axis)

    @classmethod
    def of(cls, step: Step) -> Scores:
        """From a step of a cross entropy, or of an nll, whose scores are log probabilities already."""
        attrs, axis = step.attrs, step.attrs.get("class_axis", -1)
        temperature = attrs.get("temperature", 1.0)
        z = np.moveaxis(step.inputs[0], axis, -1) / temperature
        p = np.exp(z) if step.place.op == "nll" else softmax(z)
        if step.place.op == "soft_cross_entropy":
            t = step.inputs[1]
            return cls(p, t, t, t.sum(-1), t.sum(-1) >= 0, step.y_bar / count(step.place) / temperature, axis)
        labels, classes = step.inputs[1], z.shape[-1]
        w = step.inputs[2] if len(step.inputs) > 2 else np.ones(classes, z.dtype)
        counted = labels != attrs["ignored"] if attrs["ignored"] is not None else np.ones(labels.shape, bool)
        one = (labels[..., None] == np.arange(classes)).astype(z.dtype)
        weight = np.where(counted, w[np.where(counted, labels, 0)], 0)
        even = attrs.get("smoothing", 0.0)
        q = ((1 - even) * one + even / classes) * w * counted[..., None]
        n = weight.sum() if attrs["reduction"] == "mean" else count(step.place)
        return cls(p, q, one, weight, counted, step.y_bar / n / temperature, axis)
