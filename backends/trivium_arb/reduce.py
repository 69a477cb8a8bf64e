"""Reductions over axes, and the running sum along one, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.primitive import Axis, exp, largest, log, reshape, smallest, sum_, take, transpose, where
from trivium_arb.shape import places
from trivium_arb.tape import Tensor


def counted(x: Tensor, axis: Axis) -> tuple[int, ...]:
    """The axes, all of them where None, counted from 0"""
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return tuple(a % x.ndim for a in axes)


def number(x: Tensor, axis: Axis) -> int:
    """How many entries of x become one"""
    return math.prod(x.shape[a] for a in counted(x, axis))


def together(x: Tensor, axis: Axis) -> Tensor:
    """The axes gathered into one, the last"""
    gone = counted(x, axis)
    left = [i for i in range(x.ndim) if i not in gone]
    return reshape(transpose(x, [*left, *gone]), [*(x.shape[i] for i in left), number(x, axis)])


def apart(y: Tensor, x: Tensor, axis: Axis, *, keepdims: bool) -> Tensor:
    """One number for each group of x, with its axes in place, of size 1, if they are kept"""
    gone = counted(x, axis)
    return reshape(y, [1 if i in gone else n for i, n in enumerate(x.shape) if keepdims or i not in gone])


def mean(x: Tensor, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Σ x / n"""
    return sum_(x, axis, keepdims=keepdims) / number(x, axis)


def logsumexp(x: Tensor, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """log Σ eˣ"""
    return log(sum_(exp(x), axis, keepdims=keepdims))


def prod(x: Tensor, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Π x"""
    rows = together(x, axis)
    columns = np.moveaxis(places(rows), -1, 0)
    y = take(rows, columns[0])
    for column in columns[1:]:
        y = y * take(rows, column)
    return apart(y, x, axis, keepdims=keepdims)


def max_(x: Tensor, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean of the entries that no other exceeds: ties share evenly"""
    return extreme(x, axis, keepdims=keepdims, which=largest)


def min_(x: Tensor, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean of the entries that exceed no other: ties share evenly"""
    return extreme(x, axis, keepdims=keepdims, which=smallest)


def extreme(x: Tensor, axis: Axis, *, keepdims: bool, which: Callable[[Tensor, int], Array]) -> Tensor:
    """The mean of the entries of each group that `which` finds"""
    rows = together(x, axis)
    found = which(rows, -1)
    return apart(sum_(where(found, rows, 0), -1) / found.sum(-1), x, axis, keepdims=keepdims)


def cumsum(x: Tensor, *, axis: int, reverse: bool = False) -> Tensor:
    """yᵢ = Σ x over the entries up to i along the axis, or from i on"""
    axis %= x.ndim
    n = x.shape[axis]
    added = np.tri(n, dtype=bool)  # row i, entry j: j <= i
    rows = np.moveaxis(places(x), axis, -1)[..., None, :]
    terms = np.where(added.T if reverse else added, rows, -1)
    return sum_(take(x, np.moveaxis(terms, -2, axis)), -1)


OPERATIONS: dict[str, Callable[..., Tensor]] = {
    "sum": sum_,
    "mean": mean,
    "logsumexp": logsumexp,
    "prod": prod,
    "max": max_,
    "min": min_,
    "cumsum": cumsum,
}
