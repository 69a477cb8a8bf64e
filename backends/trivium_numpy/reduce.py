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
Weighted = tuple[Array, Axis, bool]
Chosen = tuple[Array, Array, Axis, bool]


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


def logsumexp_forward(x: Array, *, axis: Axis, keepdims: bool) -> tuple[Array, Weighted]:
    """y = m + log Σ e^(x - m), m the largest x, so that nothing overflows"""
    m = x.real.max(axis=axis, keepdims=True)
    e = np.exp(x - m)
    total = e.sum(axis=axis, keepdims=True)
    y = m + np.log(total)
    return y if keepdims else y.squeeze(axis), (e / total, axis, keepdims)


def logsumexp_vjp(saved: Weighted, y_bar: Array) -> tuple[Array]:
    """x̄ = p ∘ ȳ, spread     (p = e^(x - y) is the softmax)"""
    p, axis, _ = saved
    return (p * spread(y_bar, p.shape, axis),)


def logsumexp_jvp(saved: Weighted, x_dot: Array) -> Array:
    """ẏ = Σ p ∘ ẋ"""
    p, axis, keepdims = saved
    return np.asarray((p * x_dot).sum(axis=axis, keepdims=keepdims))


def others(x: Array, axis: Axis) -> Array:
    """Π_{j≠i} xⱼ for every i: what stands before it times what stands after it, so that nothing is divided by a 0."""
    gone = [i for i, (n, m) in enumerate(zip(x.shape, kept(x.shape, axis), strict=True)) if n != m]
    last = np.moveaxis(x, gone, range(-len(gone), 0))
    row = last.reshape(*last.shape[: x.ndim - len(gone)], -1)
    before, after = np.ones_like(row), np.ones_like(row)
    _ = np.cumprod(row[..., :-1], axis=-1, out=before[..., 1:])
    _ = np.cumprod(row[..., :0:-1], axis=-1, out=after[..., -2::-1])
    return np.moveaxis((before * after).reshape(last.shape), range(-len(gone), 0), gone)


def prod_forward(x: Array, *, axis: Axis, keepdims: bool) -> tuple[Array, Weighted]:
    """y = Π x"""
    return x.prod(axis=axis, keepdims=keepdims), (others(x, axis), axis, keepdims)


def prod_vjp(saved: Weighted, y_bar: Array) -> tuple[Array]:
    """x̄ᵢ = ȳ Π_{j≠i} xⱼ, spread"""
    rest, axis, _ = saved
    return (rest * spread(y_bar, rest.shape, axis),)


def prod_jvp(saved: Weighted, x_dot: Array) -> Array:
    """ẏ = Σ ẋᵢ Π_{j≠i} xⱼ"""
    rest, axis, keepdims = saved
    return np.asarray((rest * x_dot).sum(axis=axis, keepdims=keepdims))


def max_forward(x: Array, *, axis: Axis, keepdims: bool) -> tuple[Array, Chosen]:
    """y = max x"""
    return chosen(x, x.max(axis=axis, keepdims=True), axis=axis, keepdims=keepdims)


def min_forward(x: Array, *, axis: Axis, keepdims: bool) -> tuple[Array, Chosen]:
    """y = min x"""
    return chosen(x, x.min(axis=axis, keepdims=True), axis=axis, keepdims=keepdims)


def chosen(x: Array, y: Array, *, axis: Axis, keepdims: bool) -> tuple[Array, Chosen]:
    """The extreme y, which entries are it, and how many they are."""
    ties = x == y
    count = ties.sum(axis=axis, keepdims=True, dtype=x.dtype)
    return y if keepdims else y.squeeze(axis), (ties, count, axis, keepdims)


def chosen_vjp(saved: Chosen, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ / (number of ties) at the ties, 0 elsewhere"""
    ties, count, axis, _ = saved
    return (np.where(ties, spread(y_bar, ties.shape, axis) / count, 0),)


def chosen_jvp(saved: Chosen, x_dot: Array) -> Array:
    """ẏ = Σ ẋ over the ties, / their number"""
    ties, count, axis, keepdims = saved
    return np.asarray(np.where(ties, x_dot / count, 0).sum(axis=axis, keepdims=keepdims))


def running(x: Array, axis: int, *, reverse: bool) -> Array:
    """The sum up to each entry; from it on where reverse."""
    return np.flip(np.flip(x, axis).cumsum(axis), axis) if reverse else x.cumsum(axis)


def cumsum_forward(x: Array, *, axis: int, reverse: bool) -> tuple[Array, tuple[int, bool]]:
    """yᵢ = Σ_{j≤i} xⱼ     (j ≥ i in reverse)"""
    return running(x, axis, reverse=reverse), (axis, reverse)


def cumsum_vjp(saved: tuple[int, bool], y_bar: Array) -> tuple[Array]:
    """x̄ⱼ = Σ_{i≥j} ȳᵢ     (x is in every sum from its own on, so its cotangent runs the other way)"""
    axis, reverse = saved
    return (running(y_bar, axis, reverse=not reverse),)


def cumsum_jvp(saved: tuple[int, bool], x_dot: Array) -> Array:
    """ẏᵢ = Σ_{j≤i} ẋⱼ     (j ≥ i in reverse)"""
    axis, reverse = saved
    return running(x_dot, axis, reverse=reverse)


RULES = {
    "sum": Rule(sum_forward, sum_vjp, sum_jvp),
    "mean": Rule(mean_forward, mean_vjp, mean_jvp),
    "logsumexp": Rule(logsumexp_forward, logsumexp_vjp, logsumexp_jvp),
    "prod": Rule(prod_forward, prod_vjp, prod_jvp),
    "max": Rule(max_forward, chosen_vjp, chosen_jvp),
    "min": Rule(min_forward, chosen_vjp, chosen_jvp),
    "cumsum": Rule(cumsum_forward, cumsum_vjp, cumsum_jvp),
}
