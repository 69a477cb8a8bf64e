"""The family piecewise, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

ZEROS = [0.0, -0.0, 1.0, -1.0]
EXTREMES = [1e30, -1e30, 1e-30, -1e-30]
UNIT = {"low": -1.0, "high": 1.0}
INNER, OUTER = 3 - 2.0**-22, 3 + 2.0**-22
"""The float32 numbers next to 3."""
LAST = 3 - 2.0**-51
"""The float64 number below 3, which is 3 in float32."""

POINTS: tuple[Point, ...] = (
    Point("relu", "on its kink, of either sign of zero", ([0.0, -0.0, 1.0],)),
    Point("relu", "at extremes", (EXTREMES,)),
    Point("leaky_relu", "on its kink, of either sign of zero", (ZEROS,), {"slope": 0.1}, "convention"),
    Point("leaky_relu", "on its kink with a slope below 0", (ZEROS,), {"slope": -0.5}, "convention"),
    Point("leaky_relu", "on its kink with a slope above 1", (ZEROS,), {"slope": 3.0}, "convention"),
    Point("leaky_relu", "at 0 with slope 1, which is no kink", (ZEROS,), {"slope": 1.0}),
    Point("leaky_relu", "at 0 with slope 0", (ZEROS,), {"slope": 0.0}, "convention"),
    Point("leaky_relu", "at extremes", (EXTREMES,), {"slope": 0.01}),
    Point("prelu", "on its kink", (ZEROS, [0.25, -0.5, 2.0, 0.0]), {"channel_axis": 0}, "convention"),
    Point("prelu", "at 0 with slope 1, which is no kink", (ZEROS, 1.0), {"channel_axis": None}),
    Point("prelu", "of zeros alone, with one slope", ([[0.0, -0.0]], [0.25]), {"channel_axis": None}, "convention"),
    Point("prelu", "at extremes", (EXTREMES, 0.25), {"channel_axis": None}),
    Point("elu", "on its kink", (ZEROS,), {"alpha": 2.0}, "agree"),
    Point("elu", "at 0 with alpha 1, which is no kink", (ZEROS,), {"alpha": 1.0}),
    Point("elu", "at 0 with alpha 0, which is relu", (ZEROS,), {"alpha": 0.0}),
    Point("elu", "where eˣ is far below 1", ([-20.0, -40.0, -85.0, -1.0],), {"alpha": 0.3}),
    Point("elu", "where eˣ overflows or is 0", ([1000.0, -1000.0],), {"alpha": 2.0}),
    Point("elu", "at extremes", (EXTREMES,), {"alpha": 0.3}),
    Point("selu", "on its kink", (ZEROS,)),
    Point("selu", "where eˣ is far below 1, overflows or is 0", ([-20.0, -40.0, -85.0, 1000.0, -1000.0],)),
    Point("selu", "at extremes", (EXTREMES,)),
    Point("celu", "at 0, where it is smooth", (ZEROS,), {"alpha": 0.01}),
    Point("celu", "where e^(x / alpha) is far below 1", ([-2.0, -8.0, -0.1],), {"alpha": 0.1}),
    Point("celu", "with a large alpha", ([-1e-30, -2.0, -1e4, 1e4],), {"alpha": 1e6}),
    Point("celu", "at extremes", (EXTREMES,), {"alpha": 1e-3}),
    Point("hardtanh", "on both bounds", ([-1.0, 1.0, 0.0, 2.0],), UNIT, "convention"),
    Point("hardtanh", "as relu6 on its bounds", ([0.0, -0.0, 6.0, 3.0],), {"low": 0.0, "high": 6.0}, "convention"),
    Point("hardtanh", "on bounds that float32 rounds", ([0.1, 0.7],), {"low": 0.1, "high": 0.7}, "convention"),
    Point("hardtanh", "with bounds past the largest float32", ([-1e30, 1e30],), {"low": -1e300, "high": 1e300}),
    Point("hardtanh", "at extremes", (EXTREMES,), UNIT),
    Point("hardsigmoid", "on both kinks", ([-3.0, 3.0, 0.0],), verdict="convention"),
    Point("hardsigmoid", "a rounding off its kinks", ([INNER, OUTER, -INNER, -OUTER],)),
    Point("hardsigmoid", "at the last float64 before its kinks", ([LAST, -LAST],), verdict="convention"),
    Point("hardsigmoid", "at extremes", (EXTREMES,)),
    Point("hardswish", "on both kinks", ([-3.0, 3.0, 0.0, -1.5],), verdict="convention"),
    Point("hardswish", "a rounding off its kinks", ([INNER, OUTER, -INNER, -OUTER],)),
    Point("hardswish", "at the last float64 before its kinks", ([LAST, -LAST],), verdict="convention"),
    Point("hardswish", "near the largest float32", ([1e38, -1e38],)),
    Point("hardswish", "at extremes", (EXTREMES,)),
    Point("abs", "on its kink, of either sign of zero", (ZEROS,), verdict="convention"),
    Point("abs", "at extremes", (EXTREMES,)),
    Point("sign", "where it jumps, of either sign of zero", (ZEROS,)),
    Point("sign", "at extremes", (EXTREMES,)),
)
