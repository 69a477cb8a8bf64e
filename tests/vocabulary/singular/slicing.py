"""The family slicing, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

EXTREMES = [[0.0, -0.0, 1e30], [1e-30, -1e30, -1e-30]]

POINTS: tuple[Point, ...] = (
    Point("slice", "past both ends", (EXTREMES,), {"axis": 1, "start": -100, "stop": 100}),
    Point("slice", "of one entry, by a step past the end", (EXTREMES,), {"axis": 1, "start": 1, "step": 100}),
    Point("slice", "of the first entry, backward", (EXTREMES,), {"axis": 1, "start": 0, "step": -1}),
    Point("flip", "of axes of one entry", ([[1e30]],), {"axes": (0, 1)}),
    Point("roll", "all the way round", (EXTREMES,), {"shift": (2, -6), "axis": (0, 1)}),
    Point("roll", "many times round", (EXTREMES,), {"shift": 1_000_000, "axis": 1}),
    Point("pad", "by nothing", (EXTREMES,), {"before": (0, 0), "after": (0, 0), "mode": "edge"}),
    Point("pad", "by a value 60 orders off", ([1e-30],), {"before": 2, "after": 1, "mode": "constant", "value": 1e30}),
    Point("pad", "as far as a mirror reaches", (EXTREMES,), {"before": (1, 2), "after": (1, 2), "mode": "reflect"}),
    Point("pad", "once round on either side", (EXTREMES,), {"before": (2, 3), "after": (2, 3), "mode": "wrap"}),
    Point("pad", "far past an edge", ([-1e30],), {"before": 9, "after": 9, "mode": "edge"}),
    Point("tile", "once", (EXTREMES,), {"repeats": (1, 1)}),
    Point("tile", "of a number", (1e30,), {"repeats": (3, 5)}),
)
