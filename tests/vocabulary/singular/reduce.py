"""The family reduce, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

TIES = ([[3.0, 1.0, 3.0, 3.0], [2.0, 2.0, -1.0, 2.0], [-0.0, 0.0, -5.0, -1.0]],)

POINTS: tuple[Point, ...] = (
    Point("prod", "one zero: the others' product is its slope", ([2.0, 0.0, 3.0, -5.0],)),
    Point("prod", "two zeros: no slope at all", ([2.0, 0.0, 0.0, -5.0],)),
    Point("prod", "zeros in some rows", ([[0.0, 3.0, 2.0], [0.0, -0.0, 7.0], [1.0, 2.0, 3.0]],), {"axis": 1}),
    Point("prod", "an underflow that no slope may divide by", ([1e-30, -1e-30],)),
    Point("prod", "an underflow in float64 as well", ([1e-200, 1e-200, 2.0],)),
    Point("prod", "a zero beside tiny numbers", ([1e-25, 0.0, 1e-25],)),
    Point("prod", "large and tiny numbers that meet in range", ([1e30, 1e-30, 1e5, 1e-5],)),
    Point("prod", "an overflow on the way", ([1e30, 1e30, 1e-30, 1e-30],), verdict="undecided"),
    Point("prod", "an underflow on the way", ([1e-30, 1e-30, 1e30, 1e30, 1e-8],), verdict="undecided"),
    Point("prod", "no axis", ([0.0, 2.0],), {"axis": ()}),
    Point("max", "two ties, three, and zeros of either sign", TIES, {"axis": 1}),
    Point("max", "a tie over two axes", TIES, {"axis": (0, 1)}),
    Point("max", "all equal", ([[0.1, 0.1, 0.1]],), {"axis": -1, "keepdims": True}),
    Point("max", "nearly a tie", ([1.0, 1.0 + 2.0**-23],)),
    Point("max", "extremes", ([1e30, -1e30, 1e-30],)),
    Point("max", "no axis", ([1.0, 1.0],), {"axis": ()}),
    Point("min", "two ties, three, and zeros of either sign", ([[1.0, 1.0, 2.0], [0.0, -0.0, 0.0]],), {"axis": 1}),
    Point("min", "a tie over two axes", TIES, {"axis": (0, 1)}),
    Point("min", "extremes", ([1e30, -1e30, 1e-30],)),
    Point("cumsum", "sums that cancel", ([1e30, -1e30, 1.0, 1e-30],), {"axis": 0}),
    Point("cumsum", "sums that cancel, in reverse", ([1e8, 1.0, -1e8, 0.0],), {"axis": 0, "reverse": True}),
    Point("logsumexp", "ties far from 0", ([1e17, 1e17],)),
    Point("logsumexp", "scores of a thousand, and of -1e30", ([1000.0, -1e30, 999.0],)),
)
