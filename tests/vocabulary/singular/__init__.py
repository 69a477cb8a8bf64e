"""Numbers chosen on purpose, one file a family."""

from __future__ import annotations

from tests.vocabulary.point import Point
from tests.vocabulary.singular import (
    activation,
    arithmetic,
    attention,
    classification,
    convolution,
    divergence,
    exponential,
    index,
    linear,
    moment,
    normalize,
    piecewise,
    pooling,
    recurrent,
    reduce,
    regression,
    selection,
    shape,
    slicing,
    softmax,
)

FAMILIES = (
    arithmetic,
    exponential,
    activation,
    selection,
    piecewise,
    linear,
    shape,
    slicing,
    index,
    reduce,
    moment,
    softmax,
    convolution,
    pooling,
    normalize,
    recurrent,
    attention,
    regression,
    classification,
    divergence,
)
POINTS: tuple[Point, ...] = tuple(point for family in FAMILIES for point in family.POINTS)
