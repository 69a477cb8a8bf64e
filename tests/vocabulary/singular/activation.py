"""The family activation, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

SATURATED = [-1000.0, -80.0, -40.0, -20.0, 20.0, 40.0, 80.0, 1000.0]
NEXT_TO_0 = [-1e-10, -1e-30, 0.0, 1e-30, 1e-10]
ENDS = [-1e30, -1e15, 1e15, 1e30]
LEFT = [-4.0, -6.0, -8.0, -9.0, -10.0]
OPS = ("tanh", "sigmoid", "softplus", "log_sigmoid", "erf", "gelu", "gelu_tanh", "silu", "mish", "softsign")

POINTS: tuple[Point, ...] = (
    *(Point(op, "where it saturates", (SATURATED,)) for op in OPS),
    *(Point(op, "next to 0", (NEXT_TO_0,)) for op in OPS),
    *(Point(op, "at both ends of the range", (ENDS,)) for op in OPS),
    *(Point(op, "in its left tail, where 1 and its sigmoid would cancel", (LEFT,)) for op in ("gelu", "gelu_tanh")),
    Point("gelu", "at its lowest, where the slope's two terms cancel", ([-0.7517915, -0.75],)),
    Point("gelu_tanh", "at its lowest, where the slope's two terms cancel", ([-0.7524614, -0.75],)),
    Point("silu", "at its lowest, where the slope's two terms cancel", ([-1.2784645, -1.25],)),
    Point("mish", "at its lowest, where the slope's two terms cancel", ([-1.1924365, -1.25],)),
    Point("softsign", "on both sides of 1, where it is written in two ways", ([-1.0, 1.0, 0.99999994, -1.0000001],)),
)
