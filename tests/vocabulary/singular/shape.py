"""The family shape, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

EXTREMES = [[0.0, -0.0, 1e30], [1e-30, -1e30, -1e-30]]

POINTS: tuple[Point, ...] = (
    Point("reshape", "zeros of either sign and extremes", (EXTREMES,), {"shape": (3, 2)}),
    Point("transpose", "of a number, which has no axes", (1e30,)),
    Point("split", "into parts of one entry", (EXTREMES,), {"parts": 3, "axis": 1}),
    Point("squeeze", "down to a number", ([[[1e30]]],), {"axis": (0, 1, 2)}),
    Point("expand_dims", "of a number, in three places", (-1e-30,), {"axis": (0, 1, 2)}),
    Point("broadcast_to", "of one number to many", (1e30,), {"shape": (7, 3)}),
    Point("broadcast_to", "to the shape it has", (EXTREMES,), {"shape": (2, 3)}),
    Point("concat", "of entries 60 orders apart", ([1e30, 0.0], [1e-30], [-1e30]), {"axis": 0}),
    Point("concat", "of one input alone", (EXTREMES,), {"axis": 1}),
    Point("stack", "of equal inputs", ([1e30, -0.0], [1e30, -0.0]), {"axis": -1}),
)
