"""The kinds of numbers: what an entry of each may be, and how a probe draws one.

Knows nothing of specs or names: an array and a kind go in, a sentence or an array comes out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from trivium.spec.op import Kind
from trivium.spec.signature import Shape

Array = np.ndarray[Any, Any]

GRID = 2**23
"""Multiples of 1/GRID from 0 to 1 are float32 numbers, and their sums are exact."""


@dataclass(frozen=True)
class Rule:
    """One kind: how it is stored, which entries it forbids, what it needs instead, and how it is drawn.

    dtype      what its numbers are kept as: float64, int64 or bool
    accepts    NumPy's letters (dtype.kind) of the arrays that become it without a guess
    forbidden  (array, kind) -> a mask of the finite entries that it cannot hold
    needs      kind -> "numbers above 0", the end of a sentence
    draw       (stream, shape, kind) -> numbers for a probe
    """

    dtype: Any
    accepts: str
    forbidden: Callable[[Array, Kind], Array]
    needs: Callable[[Kind], str]
    draw: Callable[[np.random.Generator, Shape, Kind], Array]

    def wrong(self, array: Array, kind: Kind) -> str:
        """What is wrong with the entries, and at which index ("[1, 0] is nan; needs finite numbers"), or nothing."""
        strange = ~np.isfinite(array)
        if strange.any():
            return _sentence(array, strange, "finite numbers")
        forbidden = self.forbidden(array, kind)
        return _sentence(array, forbidden, self.needs(kind)) if forbidden.any() else ""

    def broken(self, array: Array, kind: Kind) -> str:
        """Which entry is no whole number, of floats where whole numbers are needed, or nothing."""
        if self.dtype is not np.int64 or array.dtype.kind != "f":
            return ""
        part = array != np.rint(array)
        return _sentence(array, part, self.needs(kind)) if part.any() else ""


def as_float32(x: Any) -> Array:
    """The float32 number nearest each entry, as float64: both precisions then share one exact gradient."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def _sentence(array: Array, mask: Array, needs: str) -> str:
    at = tuple(int(i) for i in np.argwhere(mask)[0])
    place = f"[{', '.join(map(str, at))}]" if at else ""
    others = int(mask.sum()) - 1
    more = f" (and {others} more like it)" if others else ""
    return f"{place} is {array[at].item()!r}{more}; needs {needs}"


def _bad_rows(array: Array, kind: Kind) -> Array:
    """Rows that are no distribution: an entry below 0, or a sum off 1 by more than float32 entries are rounded."""
    rows = array.reshape(-1, array.shape[-1] if array.ndim else 1)
    off = np.array([abs(math.fsum(row) - 1) * 2**24 > len(row) or bool((row < 0).any()) for row in rows])
    return np.broadcast_to(off[:, None], rows.shape).reshape(array.shape)


def _draw_real(stream: np.random.Generator, shape: Shape, kind: Kind) -> Array:
    """N(0, 1), never 0."""
    x = as_float32(stream.standard_normal(shape))
    return np.where(x == 0, 1.0, x)


def _draw_positive(stream: np.random.Generator, shape: Shape, kind: Kind) -> Array:
    return as_float32(np.exp(stream.standard_normal(shape) / 2))


def _draw_above_minus_one(stream: np.random.Generator, shape: Shape, kind: Kind) -> Array:
    """Both signs, never 0."""
    x = as_float32(np.exp(stream.standard_normal(shape) / 2) - 1)
    return np.where(x == 0, 0.5, x)


def _draw_unit(stream: np.random.Generator, shape: Shape, kind: Kind) -> Array:
    """Strictly between 0 and 1."""
    return np.asarray(stream.integers(1, GRID, shape) / GRID)


def _draw_sign(stream: np.random.Generator, shape: Shape, kind: Kind) -> Array:
    """Both signs wherever there is room for both."""
    signs = stream.choice([-1.0, 1.0], math.prod(shape))
    signs[1:2] = -signs[:1]
    return stream.permutation(signs).reshape(shape)


def _draw_simplex(stream: np.random.Generator, shape: Shape, kind: Kind) -> Array:
    """Rows of positive numbers whose sum is exactly 1."""
    length = shape[-1] if shape else 1
    shares = stream.dirichlet(np.ones(length), shape[:-1])
    return (1 + stream.multinomial(GRID - length, shares)).reshape(shape) / GRID


def _draw_index(stream: np.random.Generator, shape: Shape, kind: Kind) -> Array:
    """Labels with a repeat, two that differ, one to be ignored, and a class that never occurs, where there is room."""
    classes, labels = kind.below or 1, math.prod(shape)
    present = stream.choice(classes, max(1, min(classes - (classes > 2), labels - 1)), replace=False)
    rest = stream.choice(present, labels - len(present))
    if kind.besides is not None:
        rest[: (labels + 2) // 4] = kind.besides
    return stream.permutation(np.concatenate([present, rest])).astype(np.int64).reshape(shape)


def _draw_mask(stream: np.random.Generator, shape: Shape, kind: Kind) -> Array:
    """Mixed rows but for one that is full, where there are two, and one that is empty, where there are three."""
    rows = stream.random((math.prod(shape[:-1]), shape[-1] if shape else 1)) < 1 / 2
    order = stream.permutation(len(rows))
    if len(rows) > 1:
        rows[order[0]] = True
    if len(rows) > 2:
        rows[order[1]] = False
    return rows.reshape(shape)


def _nothing(array: Array, kind: Kind) -> Array:
    return np.zeros(array.shape, dtype=bool)


def _no_index(array: Array, kind: Kind) -> Array:
    outside = (array < 0) | (array >= (kind.below or 1))
    return np.asarray(outside if kind.besides is None else outside & (array != kind.besides))


def _or(besides: int | None) -> str:
    return "" if besides is None else f", or {besides}"


FLOATS = "fiu"
KINDS: Mapping[str, Rule] = MappingProxyType(
    {
        "real": Rule(np.float64, FLOATS, _nothing, lambda k: "numbers", _draw_real),
        "above -1": Rule(np.float64, FLOATS, lambda x, k: x <= -1, lambda k: "numbers above -1", _draw_above_minus_one),
        "positive": Rule(np.float64, FLOATS, lambda x, k: x <= 0, lambda k: "numbers above 0", _draw_positive),
        "unit": Rule(np.float64, FLOATS, lambda x, k: (x < 0) | (x > 1), lambda k: "numbers from 0 to 1", _draw_unit),
        "sign": Rule(np.float64, FLOATS, lambda x, k: np.abs(x) != 1, lambda k: "-1 or 1", _draw_sign),
        "simplex": Rule(
            np.float64, FLOATS, _bad_rows, lambda k: "rows (along the last axis) from 0 up that sum to 1", _draw_simplex
        ),
        "index": Rule(
            np.int64,
            "iu",
            _no_index,
            lambda k: f"integers from 0 to {(k.below or 1) - 1}{_or(k.besides)}",
            _draw_index,
        ),
        "mask": Rule(np.bool_, "b", _nothing, lambda k: "true or false", _draw_mask),
    }
)
