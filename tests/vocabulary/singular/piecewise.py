"""The family piecewise, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

POINTS: tuple[Point, ...] = (Point("relu", "on its kink, of either sign of zero", ([0.0, -0.0, 1.0],)),)
