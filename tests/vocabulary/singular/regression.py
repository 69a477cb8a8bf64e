"""The family regression, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

SUM = {"reduction": "sum"}
MEAN = {"reduction": "mean"}
HUBER = {"delta": 1.5, "reduction": "sum"}

POINTS: tuple[Point, ...] = (
    Point("squared_error", "an exact fit", ([2.0, -1.0], [2.0, 3.0]), SUM),
    Point("squared_error", "1e18 off, and 1e-18", ([1e18, 1e-18], [0.0, 0.0]), MEAN),
    Point("squared_error", "two large numbers that hardly differ", ([1e9 + 64], [1e9]), SUM),
    Point("half_squared_error", "an exact fit", ([2.0, -1.0], [2.0, 3.0]), SUM),
    Point("half_squared_error", "1e18 off, and 1e-18", ([1e18, 1e-18], [0.0, 0.0]), MEAN),
    Point("absolute_error", "an exact fit beside another", ([2.0, -1.0], [2.0, 3.0]), SUM, "convention"),
    Point("absolute_error", "1e30 and 1e-30 off", ([1e30, 1e-30], [0.0, 0.0]), MEAN),
    Point("huber", "an exact fit", ([2.0, 0.0], [2.0, 0.0]), HUBER),
    Point("huber", "errors of delta, either way", ([1.5, -1.5, 3.0], [0.0, 0.0, 1.5]), HUBER),
    Point("huber", "a delta that float32 does not hold", ([0.1, -0.1], [0.0, 0.0]), {"delta": 0.1, **MEAN}),
    Point("huber", "1e30 and 1e-30 off", ([1e30, -1e30, 1e-30], [0.0, 0.0, 0.0]), HUBER),
    Point("huber", "a delta so large that all is square", ([2.0, -3.0], [0.5, 1.0]), {"delta": 1e30, **SUM}),
    Point("huber", "a delta so small that all is line", ([2.0, -3.0], [0.5, 1.0]), {"delta": 1e-30, **SUM}),
)
