"""An array as it is shown: its numbers, or a corner of them, each with its share of the largest.

Knows nothing of how the numbers came about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.report.number import few
from trivium.spec.signature import show

SHOWN = 80
"""Entries of an array that are shown, each; of a larger one its corner is."""
CORNER = 8


@dataclass(frozen=True)
class Tensor:
    """An array of a step: what it is, and its numbers, or a corner of them.

    block  rows of one matrix, of an array of several; else 0
    rows   of each entry the number, its share of the largest from -1 to 1, and where it comes from, if that is known
    """

    title: str
    shape: str
    rows: tuple[tuple[tuple[str, float, str], ...], ...]
    cut: bool
    block: int = 0


def tensor(title: str, x: Array, sums: Sequence[str] = ()) -> Tensor:
    """An array as it is shown; `sums` say of every entry, in order, where it comes from."""
    cut, seen = x.size > SHOWN, _rows(x)
    corner = seen[:CORNER, :CORNER] if cut else seen
    largest = float(np.abs(x).max(initial=0.0)) if x.dtype.kind == "f" else 0.0
    told = np.array(sums or [""] * x.size, dtype=object).reshape(seen.shape)[: corner.shape[0], : corner.shape[1]]
    rows = tuple(
        tuple((_number(v), _strength(v, largest), str(said)) for v, said in zip(row, words, strict=True))
        for row, words in zip(corner.tolist(), told, strict=True)
    )
    return Tensor(title, show(x.shape), rows, cut, x.shape[-2] if x.ndim > 2 else 0)


def places(shape: tuple[int, ...]) -> Array:
    """The places, counted flat, of the entries of an array of this shape that are shown."""
    flat = np.arange(math.prod(shape))
    return flat if flat.size <= SHOWN else _rows(flat.reshape(shape))[:CORNER, :CORNER].ravel()


def _rows(x: Array) -> Array:
    """As a page has it: the rows of all its matrices one below the other."""
    return x.reshape(1, 1) if x.ndim == 0 else x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x[None]


def corner(shown: Tensor, side: int) -> Tensor:
    """No more than so many rows and columns of it."""
    if len(shown.rows) <= side and all(len(row) <= side for row in shown.rows):
        return shown
    return replace(shown, rows=tuple(row[:side] for row in shown.rows[:side]), cut=True)


def entry(name: str, flat: int | np.integer[Any], shape: tuple[int, ...]) -> str:
    """An entry by its index: w1[0, 2]; of a scalar, the name."""
    index = ", ".join(str(int(i)) for i in np.unravel_index(flat, shape))
    return f"{name}[{index}]" if shape else name


def _number(v: object) -> str:
    return few(v) if isinstance(v, float) else str(v)


def _strength(v: float, largest: float) -> float:
    """From -1 to 1: an entry's share of the largest, with its sign."""
    return round(float(v) / largest, 2) if largest and math.isfinite(v) and math.isfinite(largest) else 0.0
