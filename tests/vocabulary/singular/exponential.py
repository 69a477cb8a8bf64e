"""The family exponential, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

ANGLES = [0.0, 1e-30, 1.5707963267948966, 3.141592653589793, -1e5, 1e30]

POINTS: tuple[Point, ...] = (
    Point("exp", "past the largest number of float32", ([100.0, 0.0],), verdict="undecided"),
    Point("exp", "where nothing is left of it", ([-1000.0, -1e30, 0.0],)),
    Point("log", "at 1 and at both ends of the range", ([1e-30, 1.0, 1e30],)),
    Point("expm1", "where its slope is all that tells it from -1", ([-1e30, -1000.0, -40.0, -20.0],)),
    Point("expm1", "next to 0", ([-1e-30, 0.0, 1e-30, -1.0, 1.0],)),
    Point("log1p", "next to 0 and far from it", ([1e-30, 1e-10, 1.0, 1e30],)),
    Point("log1p", "below 0, near -0.41 too, and next to -1", ([-1e-30, -0.4140625, -0.5, -1 + 2.0**-24],)),
    Point("sqrt", "at both ends of the range", ([1e-30, 1.0, 1e30],)),
    Point("rsqrt", "at both ends of the range", ([1e-24, 1.0, 1e30],)),
    Point("rsqrt", "with a slope past the largest number of float32", ([1e-30],), verdict="undecided"),
    Point("sin", "at multiples of a quarter turn, and after many turns", (ANGLES,)),
    Point("cos", "at multiples of a quarter turn, and after many turns", (ANGLES,)),
    Point("pow", "0 to the power 0", ([0.0, -2.0, 3.0],), {"exponent": 0.0}),
    Point("pow", "0 to the power 1, with a slope of 1", ([0.0, -2.0, 3.0],), {"exponent": 1.0}),
    Point("pow", "0 squared", ([0.0, -2.0, 3.0],), {"exponent": 2.0}),
    Point("pow", "0 to the power 7, and a sign that is kept", ([0.0, -2.0, 1e-30],), {"exponent": 7.0}),
    Point("pow", "an inverse at 0", ([0.0, -2.0],), {"exponent": -1.0}, verdict="undecided"),
    Point("pow", "an inverse next to a square that underflows", ([-1.1e-19, 9e-20, 1e15],), {"exponent": -1.0}),
    Point("pow", "a root next to 0", ([1e-30, 1e30],), {"exponent": 0.5}),
    Point("pow", "a fraction at both ends of the range", ([1e-30, 1.0, 1e30],), {"exponent": 0.1}),
    Point("power", "a base of 1, and an exponent of 0 and of 1", ([1.0, 1e-30, 1e30], [2.0, 0.0, 1.0])),
    Point("power", "an exponent next to 0", ([1e-30, 1e30, 2.0], [1e-30, -1e-30, 1e-10])),
    Point("power", "past the largest number of float32", ([10.0, 2.0], [50.0, 2.0]), verdict="undecided"),
)
