"""Parts of a tensor by hand.

Knows nothing of the other roads.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule

Ints = tuple[int, ...]
Index = tuple[slice, ...]
Widths = tuple[tuple[int, int], ...]


def slice_forward(
    x: Array, *, axis: int, start: int | None, stop: int | None, step: int
) -> tuple[Array, tuple[Ints, Index]]:
    """yᵢ = x_(start + i step) along the axis"""
    index = (slice(None),) * (axis % x.ndim) + (slice(start, stop, step),)
    return x[index], (x.shape, index)


def slice_vjp(saved: tuple[Ints, Index], y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ where x was read, 0 elsewhere"""
    shape, index = saved
    x_bar = np.zeros(shape, y_bar.dtype)
    x_bar[index] = y_bar
    return (x_bar,)


def slice_jvp(saved: tuple[Ints, Index], x_dot: Array) -> Array:
    """ẏ = the same part of ẋ"""
    _, index = saved
    return x_dot[index]


def flip_forward(x: Array, *, axes: int | Ints) -> tuple[Array, int | Ints]:
    """y = x in reverse order"""
    return np.flip(x, axes), axes


def flip_vjp(axes: int | Ints, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ in reverse order"""
    return (np.flip(y_bar, axes),)


def flip_jvp(axes: int | Ints, x_dot: Array) -> Array:
    """ẏ = ẋ in reverse order"""
    return np.flip(x_dot, axes)


def roll_forward(x: Array, *, shift: int | Ints, axis: int | Ints) -> tuple[Array, tuple[int | Ints, int | Ints]]:
    """y_(i + shift) = xᵢ, round the end"""
    return np.roll(x, shift, axis), (shift, axis)


def roll_vjp(saved: tuple[int | Ints, int | Ints], y_bar: Array) -> tuple[Array]:
    """x̄ᵢ = ȳ_(i + shift): turned back"""
    shift, axis = saved
    return (np.roll(y_bar, np.negative(shift), axis),)


def roll_jvp(saved: tuple[int | Ints, int | Ints], x_dot: Array) -> Array:
    """ẏ = ẋ turned alike"""
    shift, axis = saved
    return np.roll(x_dot, shift, axis)


def pad_forward(
    x: Array, *, before: int | Ints, after: int | Ints, mode: str, value: float
) -> tuple[Array, tuple[Widths, str]]:
    """y = x, and around it the value or copies of x's entries, one axis after the other"""
    widths = tuple(zip(np.atleast_1d(before).tolist(), np.atleast_1d(after).tolist(), strict=True))
    return padded(x, widths, mode, value), (widths, mode)


def pad_vjp(saved: tuple[Widths, str], y_bar: Array) -> tuple[Array]:
    """x̄ⱼ = ȳⱼ + Σ ȳᵢ over the places i that are copies of j, axis by axis; a constant passes nothing on"""
    widths, mode = saved
    x_bar = y_bar
    for axis, (before, after) in enumerate(widths):
        if before or after:
            x_bar = gathered(x_bar, axis, before, after, mode)
    return (x_bar,)


def pad_jvp(saved: tuple[Widths, str], x_dot: Array) -> Array:
    """ẏ = ẋ, and around it 0 or copies of its entries"""
    widths, mode = saved
    return padded(x_dot, widths, mode, 0.0)


def padded(x: Array, widths: Widths, mode: str, value: float) -> Array:
    """np.pad, which takes a value in its mode 'constant' alone."""
    if mode == "constant":
        return np.pad(x, widths, constant_values=value)
    return np.pad(x, widths, mode)  # type: ignore[call-overload]  # its modes are not known to be these


def gathered(y_bar: Array, axis: int, before: int, after: int, mode: str) -> Array:
    """The cotangent without the places that padding has added along one axis, each added to the place it copies."""
    y_rows = np.moveaxis(y_bar, axis, 0)
    n = len(y_rows) - before - after
    x_rows = y_rows[before : before + n]
    if mode != "constant":
        x_rows, added = x_rows.copy(), np.concatenate([np.arange(-before, 0), np.arange(n, n + after)])
        np.add.at(x_rows, source(added, n, mode), y_rows[before + added])
    return np.moveaxis(x_rows, 0, axis)


def source(i: Array, n: int, mode: str) -> Array:
    """The place among 0 … n - 1 that place i, before or after them, is a copy of."""
    if mode == "edge":
        return np.clip(i, 0, n - 1)
    return i % n if mode == "wrap" else n - 1 - np.abs(n - 1 - np.abs(i))


def tile_forward(x: Array, *, repeats: int | Ints) -> tuple[Array, tuple[Ints, Ints]]:
    """yᵢ = x_(i mod n) along each axis"""
    counts = (repeats,) if isinstance(repeats, int) else repeats
    return np.tile(x, counts), (x.shape, counts)


def tile_vjp(saved: tuple[Ints, Ints], y_bar: Array) -> tuple[Array]:
    """x̄ = Σ ȳ over the copies, each axis of ȳ seen as (copy, place within it)"""
    shape, counts = saved
    rank = max(len(shape), len(counts))
    places, copies = ((1,) * (rank - len(part)) + part for part in (shape, counts))
    pairs = [size for pair in zip(copies, places, strict=True) for size in pair]
    return (np.asarray(y_bar.reshape(pairs).sum(axis=tuple(range(0, 2 * rank, 2)))).reshape(shape),)


def tile_jvp(saved: tuple[Ints, Ints], x_dot: Array) -> Array:
    """ẏ = ẋ, repeated alike"""
    _, counts = saved
    return np.tile(x_dot, counts)


RULES = {
    "slice": Rule(slice_forward, slice_vjp, slice_jvp),
    "flip": Rule(flip_forward, flip_vjp, flip_jvp),
    "roll": Rule(roll_forward, roll_vjp, roll_jvp),
    "pad": Rule(pad_forward, pad_vjp, pad_jvp),
    "tile": Rule(tile_forward, tile_vjp, tile_jvp),
}
