"""The family moment, at its singular points and at extreme values."""

from __future__ import annotations

import numpy as np

from tests.vocabulary.point import Point

EQUAL = ([[0.1, 0.1, 0.1], [-7.3, -7.3, -7.3], [1.0, 2.0, 4.0], [0.0, 0.0, 0.0]],)
NEARLY = ([0.1, 0.1, np.nextafter(0.1, 1)],)
FAR = (1e4 + np.arange(7.0) ** 2,)
ROWS = {"axis": 1}

POINTS: tuple[Point, ...] = (
    Point("variance", "equal numbers", EQUAL, {**ROWS, "ddof": 1}),
    Point("variance", "equal numbers that no binary fraction is", ([0.1] * 7,), {"ddof": 0}),
    Point("variance", "one number", ([[0.3], [-2.0]],), {**ROWS, "ddof": 0}),
    Point("variance", "numbers far from 0", FAR, {"ddof": 1}),
    Point("variance", "equal numbers far from 0", ([1e7 + 1] * 5,), {"ddof": 0}),
    Point("variance", "tiny numbers", ([1e-30, -1e-30, 3e-30],), {"ddof": 0}),
    Point("variance", "numbers whose squares overflow", ([1e200, -1e200],), {"ddof": 0}, verdict="undecided"),
    Point("variance", "no axis", ([1.0, -2.0],), {"axis": (), "ddof": 0}),
    Point("standard_deviation", "equal numbers", EQUAL, {**ROWS, "ddof": 1}),
    Point("standard_deviation", "equal numbers that no binary fraction is", ([0.1] * 7,), {"ddof": 0}),
    Point("standard_deviation", "equal over all axes", ([[-7.3] * 3] * 5,), {"ddof": 2, "keepdims": True}),
    Point("standard_deviation", "one number", ([[0.3], [-2.0]],), {**ROWS, "ddof": 0}),
    Point("standard_deviation", "numbers one rounding apart", NEARLY, {"ddof": 0}),
    Point("standard_deviation", "two numbers one rounding apart", ([1.0, 1.0 + 2.0**-52],), {"ddof": 1}),
    Point("standard_deviation", "numbers far from 0", FAR, {"ddof": 1}),
    Point("standard_deviation", "squares that overflow float32", ([1e30, -1e30, 3e30],), {"ddof": 0}),
    Point("standard_deviation", "squares that underflow float32", ([1e-30, -1e-30, 3e-30],), {"ddof": 0}),
    Point(
        "standard_deviation",
        "extremes of both precisions",
        ([[1e36, -2e36, 1e35], [1e-31, -2e-30, 1e-29]],),
        {**ROWS, "ddof": 1},
    ),
    Point("standard_deviation", "one number large, the rest tiny", ([1e30, 1e-30, 0.0],), {"ddof": 1}),
    Point("standard_deviation", "subnormal numbers", ([1e-310, 2e-310],), {"ddof": 0}, verdict="undecided"),
    Point("standard_deviation", "subnormal in float32", ([1e-37, 1.2e-37],), {"ddof": 0}, verdict="undecided"),
    Point("standard_deviation", "no axis", ([1.0, -2.0],), {"axis": (), "ddof": 0}),
    Point("norm", "the zero vector", ([0.0, -0.0, 0.0],), {"order": 2}),
    Point("norm", "a zero vector among others", ([[0.0, 0.0], [3.0, -4.0]],), {"order": 2, **ROWS}),
    Point("norm", "a zero entry of a vector", ([0.0, 3.0, -0.0],), {"order": 2}),
    Point("norm", "zeros, where JAX takes the slope 1", ([0.0, 3.0, -2.0],), {"order": 1}, verdict="convention"),
    Point("norm", "squares that overflow", ([1e30, -1e30, 1e20],), {"order": 2}),
    Point("norm", "squares that underflow", ([1e-30, -1e-30, 1e-33],), {"order": 2}),
    Point(
        "norm", "extremes of both precisions", ([[1e37, -2e37, 1e30], [1e-31, -1e-30, 1e-29]],), {**ROWS, "order": 2}
    ),
    Point("norm", "sizes far apart", ([1e30, 1e-30, 0.0],), {"order": 2}),
    Point("norm", "sums of extremes", ([1e30, -1e30, 1e-30],), {"order": 1}),
    Point("norm", "subnormal numbers", ([1e-310, 2e-310],), {"order": 2}, verdict="undecided"),
    Point("norm", "no axis", ([0.0, -2.0],), {"order": 2, "axis": ()}),
)
