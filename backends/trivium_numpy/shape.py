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


def squeeze_forward(x: Array, *, axis: int | Axes) -> tuple[Array, tuple[Axes, int | Axes]]:
    """y = x without axes of size 1"""
    return x.squeeze(axis), (x.shape, axis)


def squeeze_vjp(saved: tuple[Axes, int | Axes], y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ with those axes again"""
    shape, _ = saved
    return (y_bar.reshape(shape),)


def squeeze_jvp(saved: tuple[Axes, int | Axes], x_dot: Array) -> Array:
    """ẏ = ẋ without them"""
    _, axis = saved
    return x_dot.squeeze(axis)


def expand_dims_forward(x: Array, *, axis: int | Axes) -> tuple[Array, int | Axes]:
    """y = x with new axes of size 1"""
    return np.expand_dims(x, axis), axis


def expand_dims_vjp(axis: int | Axes, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ without them"""
    return (y_bar.squeeze(axis),)


def expand_dims_jvp(axis: int | Axes, x_dot: Array) -> Array:
    """ẏ = ẋ with them"""
    return np.expand_dims(x_dot, axis)


def broadcast_to_forward(x: Array, *, shape: Axes) -> tuple[Array, Axes]:
    """y = x, repeated along axes of size 1 and along new ones in front"""
    return np.broadcast_to(x, shape), shape


def broadcast_to_vjp(shape: Axes, y_bar: Array) -> tuple[Array]:
    """x̄ = Σ ȳ over the repetitions, which the engine adds up"""
    return (y_bar,)


def broadcast_to_jvp(shape: Axes, x_dot: Array) -> Array:
    """ẏ = ẋ, repeated alike"""
    return np.broadcast_to(x_dot, shape)


def concat_forward(*xs: Array, axis: int) -> tuple[Array, tuple[Axes, int]]:
    """y = (x₁, x₂, …) joined along the axis"""
    return np.concatenate(xs, axis), (tuple(x.shape[axis] for x in xs), axis)


def concat_vjp(saved: tuple[Axes, int], y_bar: Array) -> tuple[Array, ...]:
    """(x̄₁, x̄₂, …) = ȳ cut where they were joined"""
    sizes, axis = saved
    return tuple(np.split(y_bar, np.cumsum(sizes)[:-1], axis))


def concat_jvp(saved: tuple[Axes, int], *x_dots: Array) -> Array:
    """ẏ = (ẋ₁, ẋ₂, …) joined alike"""
    _, axis = saved
    return np.concatenate(x_dots, axis)


def stack_forward(*xs: Array, axis: int) -> tuple[Array, int]:
    """y = (x₁, x₂, …) along a new axis"""
    return np.stack(xs, axis), axis


def stack_vjp(axis: int, y_bar: Array) -> tuple[Array, ...]:
    """x̄ᵢ = ȳ at place i of that axis"""
    return tuple(np.moveaxis(y_bar, axis, 0))


def stack_jvp(axis: int, *x_dots: Array) -> Array:
    """ẏ = (ẋ₁, ẋ₂, …) along that axis"""
    return np.stack(x_dots, axis)


RULES = {
    "reshape": Rule(reshape_forward, reshape_vjp, reshape_jvp),
    "transpose": Rule(transpose_forward, transpose_vjp, transpose_jvp),
    "split": Rule(split_forward, split_vjp, split_jvp, several=True),
    "squeeze": Rule(squeeze_forward, squeeze_vjp, squeeze_jvp),
    "expand_dims": Rule(expand_dims_forward, expand_dims_vjp, expand_dims_jvp),
    "broadcast_to": Rule(broadcast_to_forward, broadcast_to_vjp, broadcast_to_jvp, broadcasts=True),
    "concat": Rule(concat_forward, concat_vjp, concat_jvp),
    "stack": Rule(stack_forward, stack_vjp, stack_jvp),
}
