"""Losses between numbers, by hand.

Knows nothing of the other roads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


def tangent(vjp: Callable[..., tuple[Array | None, ...]], saved: Any, dots: tuple[Array | None, ...]) -> Array:
    """ẏ = Σ ⟨x̄, ẋ⟩ at ȳ = 1: a loss is one number, so that its vjp holds all of its slopes."""
    (dtype,) = {x_dot.dtype for x_dot in dots if x_dot is not None}
    pairs = zip(vjp(saved, np.ones((), dtype)), dots, strict=True)
    return np.asarray(sum((x_bar * x_dot).sum() for x_bar, x_dot in pairs if x_bar is not None and x_dot is not None))


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


def half_squared_error_forward(
    prediction: Array, target: Array, *, reduction: str, batch_axis: int | None
) -> tuple[Array, Reduced]:
    """y = Σ (p - t)² / 2n"""
    d = prediction - target
    n = divisor(d, reduction, batch_axis)
    return np.square(d).sum() / (2 * n), (d, n)


def half_squared_error_vjp(saved: Reduced, y_bar: Array) -> Pair:
    """p̄ = (p - t) ȳ / n     t̄ = -p̄     (the 2 of the square is cancelled by the half)"""
    d, n = saved
    p_bar = d * (y_bar / n)
    return p_bar, -p_bar


def half_squared_error_jvp(saved: Reduced, p_dot: Array, t_dot: Array) -> Array:
    """ẏ = Σ (p - t) ∘ (ṗ - ṫ) / n"""
    d, n = saved
    return np.asarray((d * (p_dot - t_dot)).sum() / n)


def absolute_error_forward(
    prediction: Array, target: Array, *, reduction: str, batch_axis: int | None
) -> tuple[Array, Reduced]:
    """y = Σ |p - t| / n"""
    d = prediction - target
    n = divisor(d, reduction, batch_axis)
    sign = np.sign(d.real)
    return (sign * d).sum() / n, (sign, n)


def absolute_error_vjp(saved: Reduced, y_bar: Array) -> Pair:
    """p̄ = sign(p - t) ȳ / n     t̄ = -p̄     (slope 0 at an exact fit)"""
    sign, n = saved
    p_bar = sign * (y_bar / n)
    return p_bar, -p_bar


def absolute_error_jvp(saved: Reduced, p_dot: Array, t_dot: Array) -> Array:
    """ẏ = Σ sign(p - t) ∘ (ṗ - ṫ) / n"""
    sign, n = saved
    return np.asarray((sign * (p_dot - t_dot)).sum() / n)


def huber_forward(
    prediction: Array, target: Array, *, delta: float, reduction: str, batch_axis: int | None
) -> tuple[Array, Reduced]:
    """y = Σ s (d - s/2) / n     d = p - t, s = d clipped to ±δ: d²/2 where s is d, δ (|d| - δ/2) where s is ±δ"""
    d = prediction - target
    slope = np.where(np.abs(d.real) <= delta, d, delta * np.sign(d.real))
    n = divisor(d, reduction, batch_axis)
    return (slope * (d - slope / 2)).sum() / n, (slope, n)


def huber_vjp(saved: Reduced, y_bar: Array) -> Pair:
    """p̄ = s ȳ / n     t̄ = -p̄     (the two pieces meet with one slope, ±δ)"""
    slope, n = saved
    p_bar = slope * (y_bar / n)
    return p_bar, -p_bar


def huber_jvp(saved: Reduced, p_dot: Array, t_dot: Array) -> Array:
    """ẏ = Σ s ∘ (ṗ - ṫ) / n"""
    slope, n = saved
    return np.asarray((slope * (p_dot - t_dot)).sum() / n)


RULES = {
    "squared_error": Rule(squared_error_forward, squared_error_vjp, squared_error_jvp),
    "half_squared_error": Rule(half_squared_error_forward, half_squared_error_vjp, half_squared_error_jvp),
    "absolute_error": Rule(absolute_error_forward, absolute_error_vjp, absolute_error_jvp),
    "huber": Rule(huber_forward, huber_vjp, huber_jvp),
}
