"""Numbers chosen on purpose, one file a family."""

from __future__ import annotations

from importlib import import_module

from tests.vocabulary.point import Point
from trivium.ops import FAMILIES

POINTS: tuple[Point, ...] = tuple(
    point for family in FAMILIES for point in import_module(f"{__name__}.{family}").POINTS
)
