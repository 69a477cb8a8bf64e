"""The family index, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

POINTS: tuple[Point, ...] = ()
