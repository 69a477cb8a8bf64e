"""Variance, standard deviation and norms over axes, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

from collections.abc import Callable

from trivium_arb.piecewise import abs_
from trivium_arb.primitive import Axis, signs, sqrt, sum_, where
from trivium_arb.reduce import mean, number
from trivium_arb.tape import Tensor


def deviation(x: Tensor, axis: Axis) -> Tensor:
    """x - mean x: of one number 0, however wide its ball is"""
    return x - mean(x, axis=axis, keepdims=True) if number(x, axis) > 1 else x * 0


def root(x: Tensor) -> Tensor:
    """√x, with slope 0 at 0"""
    none = signs(x) == 0
    return where(none, 0, sqrt(where(none, 1, x)))


def variance(x: Tensor, *, axis: Axis = None, keepdims: bool = False, ddof: int) -> Tensor:
    """Σ (x - mean x)² / (n - ddof)"""
    d = deviation(x, axis)
    return sum_(d * d, axis, keepdims=keepdims) / (number(x, axis) - ddof)


def standard_deviation(x: Tensor, *, axis: Axis = None, keepdims: bool = False, ddof: int) -> Tensor:
    """√(Σ (x - mean x)² / (n - ddof))"""
    return root(variance(x, axis=axis, keepdims=keepdims, ddof=ddof))


def norm(x: Tensor, *, order: float, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Σ |x| or √Σ x²"""
    if order == 1:
        return sum_(abs_(x), axis, keepdims=keepdims)
    return root(sum_(x * x, axis, keepdims=keepdims))


OPERATIONS: dict[str, Callable[..., Tensor]] = {
    "variance": variance,
    "standard_deviation": standard_deviation,
    "norm": norm,
}
