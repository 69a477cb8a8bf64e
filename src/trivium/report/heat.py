"""A heat map of what is wrong: each cell's color says how many times the bound its entries are off.

Knows nothing of findings or pages.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from trivium.compare.picture import Picture

FEW = 8
"""Rows and columns in which a number has room; in more of them a cell is a square."""
FAINTEST, READABLE, STRONGEST = 12, 46, 90
"""Percent of red in the cell that is just past the bound, and in the worst, with a number in it and without."""


@dataclass(frozen=True)
class Cell:
    """One cell: its percent of red, its number in few characters, and whether any of it is past the bound."""

    red: int
    text: str
    past: bool


@dataclass(frozen=True)
class Heat:
    """A picture, ready to be shown.

    across, down  the index at which each column and each row begins
    numbers       whether they stand in the cells; `most` is the percent of red in the worst cell
    worst         the largest number of a cell, which ends the scale; ∞ where a cell is
    """

    across: tuple[int, ...]
    down: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: bool
    most: int
    worst: str
    caption: str


def heat(picture: Picture, entries: str) -> Heat:
    """The heat map; `entries` says whose they are: "the gradient with respect to w"."""
    known = [x for row in picture.cells for x in row if not math.isnan(x)]
    top = max(filter(math.isfinite, known), default=1.0)
    down, across = len(picture.cells), len(picture.cells[0])
    numbers = down <= FEW and across <= FEW
    most = READABLE if numbers else STRONGEST
    return Heat(
        across=tuple(i * picture.shape[1] // across for i in range(across)),
        down=tuple(i * picture.shape[0] // down for i in range(down)),
        rows=tuple(tuple(_cell(x, top, most) for x in row) for row in picture.cells),
        numbers=numbers,
        most=most,
        worst="∞" if math.inf in known else short(top),
        caption=_caption(picture, entries),
    )


def _cell(x: float, top: float, most: int) -> Cell:
    if math.isnan(x):
        return Cell(0, "·", past=False)
    if math.isinf(x):
        return Cell(most, "∞", past=True)
    if x <= 1:
        return Cell(0, short(x), past=False)
    share = math.log(x) / math.log(top)
    return Cell(round(FAINTEST + (most - FAINTEST) * share), short(x), past=True)


def short(x: float) -> str:
    """A multiple of the bound in few characters: 0, 0.02, 1.7, 340, 3e13."""
    if x >= 1000:
        return f"{x:.0e}".replace("e+0", "e").replace("e+", "e")
    return f"{x:.0f}" if x >= 10 or x == 0 else f"{x:.1f}" if x >= 1 else f"{x:.1g}" if x >= 0.01 else "<.01"


def _caption(picture: Picture, entries: str) -> str:
    down, across = picture.block
    whole = f"{picture.shape[0]} x {picture.shape[1]}"
    if (down, across) == (1, 1):
        return f"{entries}, its {whole} entries"
    return f"{entries}, {whole} entries: a cell is the worst of at most {down} x {across}"
