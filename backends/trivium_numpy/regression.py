"""Losses between numbers, by hand.

Knows nothing of the other roads.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule

Pair = tuple[Array, Array]
Reduced = tuple[Array, int]


def divisor(terms: Array, reduction: str, batch_axis: int | None) -> int:
    """n, what the sum of the terms is divided by: 1, their number, or the size of the batch axis."""
    if reduction == "batchmean" and batch_axis is not None:
        return int(terms.shape[batch_axis])
    return terms.size if reduction == "mean" else 1


def squared_error_forward(
    prediction: Array, target: Array, *, reduction: str, batch_axis: int | None
) -> tuple[Array, Reduced]:
    """y = Σ (p - t)² / n"""
    d = prediction - target
    n = divisor(d, reduction, batch_axis)
    return np.square(d).sum() / n, (d, n)


def squared_error_vjp(saved: Reduced, y_bar: Array) -> Pair:
    """p̄ = 2 (p - t) ȳ / n     t̄ = -p̄"""
    d, n = saved
    p_bar = 2 * d * (y_bar / n)
    return p_bar, -p_bar


def squared_error_jvp(saved: Reduced, p_dot: Array, t_dot: Array) -> Array:
    """ẏ = Σ 2 (p - t) ∘ (ṗ - ṫ) / n"""
    d, n = saved
    return np.asarray((2 * d * (p_dot - t_dot)).sum() / n)


def absolute_error_forward(
    prediction: Array, target: Array, *, reduction: str, batch_axis: int | None
) -> tuple[Array, Reduced]:
    """y = Σ |p - t| / n"""
    d = prediction - target
    n = divisor(d, reduction, batch_axis)
    return np.abs(d).sum() / n, (np.sign(d), n)


def absolute_error_vjp(saved: Reduced, y_bar: Array) -> Pair:
    """p̄ = sign(p - t) ȳ / n     t̄ = -p̄     (slope 0 at an exact fit)"""
    sign, n = saved
    p_bar = sign * (y_bar / n)
    return p_bar, -p_bar


def absolute_error_jvp(saved: Reduced, p_dot: Array, t_dot: Array) -> Array:
    """ẏ = Σ sign(p - t) ∘ (ṗ - ṫ) / n"""
    sign, n = saved
    return np.asarray((sign * (p_dot - t_dot)).sum() / n)


RULES = {
    "squared_error": Rule(squared_error_forward, squared_error_vjp, squared_error_jvp),
    "absolute_error": Rule(absolute_error_forward, absolute_error_vjp, absolute_error_jvp),
}
