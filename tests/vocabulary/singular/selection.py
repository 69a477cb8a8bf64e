"""The family selection, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

ZEROS = [0.0, -0.0]
UNIT = {"low": -1.0, "high": 1.0}

POINTS: tuple[Point, ...] = (
    Point(
        "maximum", "at ties, zeros of either sign among them", ([0.0, -0.0, 0.0, 3.0, 1.0], [0.0, 0.0, -0.0, 3.0, 2.0])
    ),
    Point(
        "minimum", "at ties, zeros of either sign among them", ([0.0, -0.0, 0.0, 3.0, 1.0], [0.0, 0.0, -0.0, 3.0, 2.0])
    ),
    Point("maximum", "of one number against many, tied with two of them", (1.0, [[1.0, 2.0, 0.0], [-1.0, 1.0, 3.0]])),
    Point("minimum", "of a row against a column, tied once", ([[1.0, 2.0, 5.0]], [[2.0], [-3.0]])),
    Point("maximum", "at extremes", ([1e30, -1e30, 1e-30, 1e30], [1e-30, 1e30, -1e-30, 1e30])),
    Point("minimum", "at extremes", ([1e30, -1e30, 1e-30, 1e30], [1e-30, 1e30, -1e-30, 1e30])),
    Point("maximum", "a rounding apart", ([1.0, 1.0], [1.0 + 2.0**-23, 1.0 - 2.0**-24])),
    Point("clip", "on both bounds", ([-1.0, 1.0, 0.0, 2.0],), UNIT, "convention"),
    Point("clip", "on a bound of zero, of either sign", (ZEROS,), {"low": 0.0, "high": 6.0}, "convention"),
    Point("clip", "on a bound of minus zero", (ZEROS,), {"low": -0.0, "high": 6.0}, "convention"),
    Point("clip", "on bounds that float32 rounds up and down", ([0.1, 0.7],), {"low": 0.1, "high": 0.7}, "convention"),
    Point("clip", "a rounding off its bounds", ([1.0 - 2.0**-24, 1.0 + 2.0**-23, -1.0 + 2.0**-24],), UNIT),
    Point("clip", "at extremes", ([-1e30, 1e30, 1e-30, -1e-30],), UNIT),
    Point("clip", "with bounds past the largest float32", ([-1e30, 1e30, 0.0],), {"low": -1e300, "high": 1e300}),
    Point("where", "at extremes", ([True, False, True], [1e30, 1e30, 0.0], [-1e30, 1e-30, -1e30])),
    Point("where", "all taken from a", ([True, True], [1.0, -0.0], [0.0, 2.0])),
    Point("where", "all taken from b", (False, [1.0, -0.0], [0.0, 2.0])),
    Point("dropout", "of nothing", ([1.0, -1e30, 0.0], [True, True, True]), {"rate": 0.0}),
    Point("dropout", "of everything", ([1.0, -1e30, 0.0], [False, False, False]), {"rate": 0.5}),
    Point("dropout", "at a rate next to 1", ([1.0, -1e-30, 1e20], [True, True, False]), {"rate": 0.999999}),
)
