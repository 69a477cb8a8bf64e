"""The same numbers in another arrangement: an array of their places, arranged so.

Knows nothing of derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.primitive import concat, reshape, take, transpose
from trivium_arb.tape import Tensor

Ints = int | Sequence[int]


def places(x: Tensor) -> Array:
    """The place of every entry of x, counted flat"""
    return np.arange(x.balls.size).reshape(x.shape)


def ints(value: Ints) -> tuple[int, ...]:
    """One number or several, as several"""
    return (value,) if isinstance(value, int) else tuple(value)


def reshape_(x: Tensor, *, shape: Ints) -> Tensor:
    """The entries of x, last axis fastest, in another shape"""
    return reshape(x, ints(shape))


def transpose_(x: Tensor, *, axes: Ints | None = None) -> Tensor:
    """Axis i is axis axes[i] of x; in reverse where axes is None"""
    return transpose(x, range(x.ndim)[::-1] if axes is None else ints(axes))


def split(x: Tensor, *, parts: int, axis: int) -> tuple[Tensor, ...]:
    """Equal parts, one behind the other along the axis"""
    return tuple(take(x, part) for part in np.split(places(x), parts, axis))


def squeeze(x: Tensor, *, axis: Ints) -> Tensor:
    """x without these axes of size 1"""
    gone = {a % x.ndim for a in ints(axis)}
    return reshape(x, [n for i, n in enumerate(x.shape) if i not in gone])


def expand_dims(x: Tensor, *, axis: Ints) -> Tensor:
    """x with axes of size 1, in these places of the result"""
    rank = x.ndim + len(ints(axis))
    new, old = {a % rank for a in ints(axis)}, iter(x.shape)
    return reshape(x, [1 if i in new else next(old) for i in range(rank)])


def broadcast_to(x: Tensor, *, shape: Ints) -> Tensor:
    """x repeated until it has the shape"""
    return take(x, np.broadcast_to(places(x), ints(shape)))


def concat_(*x: Tensor, axis: int) -> Tensor:
    """The inputs one behind the other along the axis"""
    return concat(x, axis)


def stack(*x: Tensor, axis: int) -> Tensor:
    """The inputs side by side along a new axis"""
    return concat([expand_dims(part, axis=axis) for part in x], axis)


OPERATIONS = {
    "reshape": reshape_,
    "transpose": transpose_,
    "split": split,
    "squeeze": squeeze,
    "expand_dims": expand_dims,
    "broadcast_to": broadcast_to,
    "concat": concat_,
    "stack": stack,
}
