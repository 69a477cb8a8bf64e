"""Reductions by hand: what was gathered forward is spread backward.

Knows nothing of the other roads.
"""

from __future__ import annotations

import math

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule

Axis = int | tuple[int, ...] | None
Summed = tuple[tuple[int, ...], Axis, bool]


def kept(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """The reduced shape with every axis still in place, of size 1."""
    gone = range(len(shape)) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = {a % len(shape) for a in gone}
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def spread(y_bar: Array, shape: tuple[int, ...], axis: Axis) -> Array:
    """ȳ repeated along the axes that were summed over."""
    return np.broadcast_to(y_bar.reshape(kept(shape, axis)), shape)


def sum_forward(x: Array, *, axis: Axis, keepdims: bool) -> tuple[Array, Summed]:
    """y = Σ x"""
    return x.sum(axis=axis, keepdims=keepdims), (x.shape, axis, keepdims)


def sum_vjp(saved: Summed, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ, spread"""
    shape, axis, _ = saved
    return (spread(y_bar, shape, axis),)


def sum_jvp(saved: Summed, x_dot: Array) -> Array:
    """ẏ = Σ ẋ"""
    _, axis, keepdims = saved
    return np.asarray(x_dot.sum(axis=axis, keepdims=keepdims))


def mean_forward(x: Array, *, axis: Axis, keepdims: bool) -> tuple[Array, Summed]:
    """y = Σ x / n"""
    return x.mean(axis=axis, keepdims=keepdims), (x.shape, axis, keepdims)


def mean_vjp(saved: Summed, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ / n, spread"""
    shape, axis, _ = saved
    n = math.prod(shape) // math.prod(kept(shape, axis))
    return (spread(y_bar / n, shape, axis),)


def mean_jvp(saved: Summed, x_dot: Array) -> Array:
    """ẏ = Σ ẋ / n"""
    _, axis, keepdims = saved
    return np.asarray(x_dot.mean(axis=axis, keepdims=keepdims))


def logsumexp_forward(x: Array, *, axis: Axis, keepdims: bool) -> tuple[Array, tuple[Array, Axis, bool]]:
    """y = m + log Σ e^(x - m), m the largest x, so that nothing overflows"""
    m = x.real.max(axis=axis, keepdims=True)
    e = np.exp(x - m)
    total = e.sum(axis=axis, keepdims=True)
    y = m + np.log(total)
    return y if keepdims else y.squeeze(axis), (e / total, axis, keepdims)


def logsumexp_vjp(saved: tuple[Array, Axis, bool], y_bar: Array) -> tuple[Array]:
    """x̄ = p ∘ ȳ, spread     (p = e^(x - y) is the softmax)"""
    p, axis, _ = saved
    return (p * spread(y_bar, p.shape, axis),)


def logsumexp_jvp(saved: tuple[Array, Axis, bool], x_dot: Array) -> Array:
    """ẏ = Σ p ∘ ẋ"""
    p, axis, keepdims = saved
    return np.asarray((p * x_dot).sum(axis=axis, keepdims=keepdims))


RULES = {
    "sum": Rule(sum_forward, sum_vjp, sum_jvp),
    "mean": Rule(mean_forward, mean_vjp, mean_jvp),
    "logsumexp": Rule(logsumexp_forward, logsumexp_vjp, logsumexp_jvp),
}
