"""Parts of a tensor, and tensors around it: along each axis, which of its entries are read, in which order.

Knows nothing of derivatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.primitive import take, where
from trivium_arb.shape import Ints, ints, places
from trivium_arb.tape import Tensor

OUTSIDE = -1
"""In place of the number of an entry: none of x."""


def picked(x: Tensor, entries: Mapping[int, Iterable[int]]) -> Array:
    """The places of these entries along each axis named, of all along the others; -1 where an entry is outside"""
    closed = np.pad(places(x), (0, 1), constant_values=-1)  # an entry OUTSIDE, counted from the end, is that border
    return closed[np.ix_(*(np.array([*entries.get(i, range(n))]) for i, n in enumerate(x.shape)))]


def slice_(x: Tensor, *, axis: int, start: int | None = None, stop: int | None = None, step: int = 1) -> Tensor:
    """x[start:stop:step] along the axis, as Python counts"""
    axis %= x.ndim
    return take(x, picked(x, {axis: range(x.shape[axis])[start:stop:step]}))


def flip(x: Tensor, *, axes: Ints) -> Tensor:
    """The last entry first, along the axes"""
    return take(x, picked(x, {a % x.ndim: range(x.shape[a])[::-1] for a in ints(axes)}))


def roll(x: Tensor, *, shift: Ints, axis: Ints) -> Tensor:
    """Entry i at place i + shift, round the end, along the axes"""
    turns = zip(ints(shift), ints(axis), strict=True)
    return take(x, picked(x, {a % x.ndim: [(i - by) % n for i in range(n)] for by, a in turns for n in [x.shape[a]]}))


def pad(x: Tensor, *, before: Ints, after: Ints, mode: str, value: float = 0.0) -> Tensor:
    """x, and around it the value, the nearest entry, a mirror image or the other end"""
    sides = zip(ints(before), x.shape, ints(after), strict=True)
    at = picked(x, {i: [reached(k, n, mode) for k in range(-b, n + a)] for i, (b, n, a) in enumerate(sides)})
    return where(at == OUTSIDE, value, take(x, at))


def reached(k: int, n: int, mode: str) -> int:
    """The entry that stands at place k of an axis of n entries, k below 0 and from n on among them"""
    if 0 <= k < n:
        return k
    nearest = 0 if k < 0 else n - 1
    return {"constant": OUTSIDE, "edge": nearest, "reflect": 2 * nearest - k, "wrap": k % n}[mode]


def tile(x: Tensor, *, repeats: Ints) -> Tensor:
    """x repeated as a whole along its axes, the last number for the last axis"""
    at, copies = places(x), ints(repeats)
    at = at.reshape((1,) * (len(copies) - at.ndim) + at.shape)
    copies = (1,) * (at.ndim - len(copies)) + copies
    return take(x, at[np.ix_(*(np.arange(n * r) % n for n, r in zip(at.shape, copies, strict=True)))])


OPERATIONS = {
    "slice": slice_,
    "flip": flip,
    "roll": roll,
    "pad": pad,
    "tile": tile,
}
