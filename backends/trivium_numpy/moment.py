"""Variance, deviation and norms by hand.

Knows nothing of the other roads. Branches look at the real part alone, so that a complex step passes through.
"""

from __future__ import annotations

import math

import numpy as np

from trivium.backend import Array
from trivium_numpy.reduce import Axis, kept, spread
from trivium_numpy.rule import Rule

Squares = tuple[Array, int, Axis, bool]
Sloped = tuple[Array, Axis, bool]


def deviation(x: Array, axis: Axis) -> Array:
    """d = x - mean x, the mean taken off twice: what its rounding left goes too, and equal numbers deviate by 0."""
    d = x - x.mean(axis=axis, keepdims=True)
    return d - d.mean(axis=axis, keepdims=True)


def freedom(shape: tuple[int, ...], axis: Axis, ddof: int) -> int:
    """m = n - ddof, by which the squares of n deviations are divided."""
    return math.prod(shape) // math.prod(kept(shape, axis)) - ddof


def polar(v: Array, axis: Axis) -> tuple[Array, Array]:
    """‖v‖, every axis in place, and v / ‖v‖: 0 where v = 0.

    v is divided by its largest entry before it is squared, so that no square overflows, and not all underflow.
    """
    largest = np.abs(v.real).max(axis=axis, keepdims=True)
    scaled = v / np.where(largest == 0, 1, largest)
    length = np.sqrt((scaled * scaled).sum(axis=axis, keepdims=True))
    return largest * length, scaled / np.where(largest == 0, 1, length)


def variance_forward(x: Array, *, axis: Axis, keepdims: bool, ddof: int) -> tuple[Array, Squares]:
    """y = Σ d² / m     (d = x - mean x, m = n - ddof)"""
    d, m = deviation(x, axis), freedom(x.shape, axis, ddof)
    return (d * d).sum(axis=axis, keepdims=keepdims) / m, (d, m, axis, keepdims)


def variance_vjp(saved: Squares, y_bar: Array) -> tuple[Array]:
    """x̄ = 2 d ∘ ȳ / m, spread     (what flows through the mean is -Σ 2 d ȳ / (m n) = 0, for deviations sum to 0)"""
    d, m, axis, _ = saved
    return (d * spread(2 * y_bar / m, d.shape, axis),)


def variance_jvp(saved: Squares, x_dot: Array) -> Array:
    """ẏ = Σ 2 d ∘ ẋ / m"""
    d, m, axis, keepdims = saved
    return np.asarray(2 * (d * x_dot).sum(axis=axis, keepdims=keepdims) / m)


def standard_deviation_forward(x: Array, *, axis: Axis, keepdims: bool, ddof: int) -> tuple[Array, Sloped]:
    """y = ‖d‖ / √m     (d = x - mean x, m = n - ddof)"""
    root = math.sqrt(freedom(x.shape, axis, ddof))
    length, direction = polar(deviation(x, axis), axis)
    y = length / root
    return y if keepdims else y.squeeze(axis), (direction / root, axis, keepdims)


def norm_forward(x: Array, *, order: float, axis: Axis, keepdims: bool) -> tuple[Array, Sloped]:
    """y = Σ |x|  with slope sign x     or     y = ‖x‖ = √Σ x²  with slope x / ‖x‖"""
    if order == 1:
        sign = np.sign(x.real)
        return (sign * x).sum(axis=axis, keepdims=keepdims), (sign, axis, keepdims)
    y, direction = polar(x, axis)
    return y if keepdims else y.squeeze(axis), (direction, axis, keepdims)


def sloped_vjp(saved: Sloped, y_bar: Array) -> tuple[Array]:
    """x̄ = ∂y/∂x ∘ ȳ, spread     (∂‖d‖/∂x is d / ‖d‖ as it is: to take off its mean, which is 0, changes nothing)"""
    slope, axis, _ = saved
    return (slope * spread(y_bar, slope.shape, axis),)


def sloped_jvp(saved: Sloped, x_dot: Array) -> Array:
    """ẏ = Σ ∂y/∂x ∘ ẋ"""
    slope, axis, keepdims = saved
    return np.asarray((slope * x_dot).sum(axis=axis, keepdims=keepdims))


RULES = {
    "variance": Rule(variance_forward, variance_vjp, variance_jvp),
    "standard_deviation": Rule(standard_deviation_forward, sloped_vjp, sloped_jvp),
    "norm": Rule(norm_forward, sloped_vjp, sloped_jvp),
}
