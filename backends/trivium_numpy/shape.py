"""Rearrangements by hand: the cotangent goes back the way the numbers came.

Knows nothing of the other roads.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule

Axes = tuple[int, ...]


def reshape_forward(x: Array, *, shape: Axes) -> tuple[Array, tuple[Axes, Axes]]:
    """y = the entries of x, last axis fastest, in `shape`"""
    return x.reshape(shape), (x.shape, shape)


def reshape_vjp(saved: tuple[Axes, Axes], y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ in the shape of x"""
    before, _ = saved
    return (y_bar.reshape(before),)


def reshape_jvp(saved: tuple[Axes, Axes], x_dot: Array) -> Array:
    """ẏ = ẋ in the shape of y"""
    _, after = saved
    return x_dot.reshape(after)


def transpose_forward(x: Array, *, axes: int | Axes | None) -> tuple[Array, Axes]:
    """yᵢⱼ… = x with axis axes[i] in place i"""
    order = tuple(range(x.ndim))[::-1] if axes is None else (axes,) if isinstance(axes, int) else axes
    return x.transpose(order), order


def transpose_vjp(order: Axes, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ permuted by the inverse permutation"""
    return (y_bar.transpose(np.argsort(order)),)


def transpose_jvp(order: Axes, x_dot: Array) -> Array:
    """ẏ = ẋ permuted alike"""
    return x_dot.transpose(order)


def split_forward(x: Array, *, parts: int, axis: int) -> tuple[tuple[Array, ...], tuple[int, int]]:
    """(y₁, y₂, …) = x cut along the axis"""
    return tuple(np.split(x, parts, axis)), (parts, axis)


def split_vjp(saved: tuple[int, int], y_bars: tuple[Array, ...]) -> tuple[Array]:
    """x̄ = (ȳ₁, ȳ₂, …) joined along the axis"""
    _, axis = saved
    return (np.concatenate(y_bars, axis),)


def split_jvp(saved: tuple[int, int], x_dot: Array) -> tuple[Array, ...]:
    """(ẏ₁, ẏ₂, …) = ẋ cut alike"""
    parts, axis = saved
    return tuple(np.split(x_dot, parts, axis))


RULES = {
    "reshape": Rule(reshape_forward, reshape_vjp, reshape_jvp),
    "transpose": Rule(transpose_forward, transpose_vjp, transpose_jvp),
    "split": Rule(split_forward, split_vjp, split_jvp, several=True),
}
