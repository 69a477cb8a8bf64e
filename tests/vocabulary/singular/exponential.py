"""The family exponential, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

POINTS: tuple[Point, ...] = (Point("exp", "past the largest number of float32", ([100.0, 0.0],), verdict="undecided"),)
