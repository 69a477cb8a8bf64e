"""Where a tensor is wrong, small enough to be seen at once: entry by entry, or block by block the largest.

Knows nothing of who is wrong or of how it is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array

ROWS, COLUMNS = 16, 24
"""Cells of a picture at most; a cell of a larger tensor stands for a block of its entries."""


@dataclass(frozen=True)
class Picture:
    """|got - expected| in units of the bound: past 1 an entry is wrong, infinite where a number is not finite.

    shape  the tensor as rows and columns: the axes before the last below one another
    cells  the largest of each block; NaN where no entry of it was asked
    """

    shape: tuple[int, int]
    cells: tuple[tuple[float, ...], ...]

    @property
    def block(self) -> tuple[int, int]:
        """The entries that a cell stands for at most, down and across."""
        return math.ceil(self.shape[0] / len(self.cells)), math.ceil(self.shape[1] / len(self.cells[0]))


def picture(times: Array) -> Picture | None:
    """The picture of a tensor's differences in units of the bound; None of a single number, and of none."""
    if times.size < 2:
        return None
    flat = times.reshape(-1, times.shape[-1])
    rows, columns = (_edges(n, most) for n, most in zip(flat.shape, (ROWS, COLUMNS), strict=True))
    largest = np.fmax.reduceat(np.fmax.reduceat(flat, rows, axis=0), columns, axis=1)
    return Picture((flat.shape[0], flat.shape[1]), tuple(tuple(map(float, row)) for row in largest))


def _edges(entries: int, most: int) -> list[int]:
    """Where each block begins."""
    blocks = min(entries, most)
    return [i * entries // blocks for i in range(blocks)]
