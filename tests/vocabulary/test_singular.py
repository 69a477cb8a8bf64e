"""Kinks, ties, zeros and extremes, chosen on purpose: agreement or a convention, never a wrong accusation.

The network is one op, each output weighted and summed; all three roads, both precisions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.vocabulary.point import Point
from tests.vocabulary.singular import POINTS
from trivium.ops import OPS
from trivium.probe import draw
from trivium.report import Report
from trivium.spec.op import Case
from trivium.testing.trial import weighted
from trivium.verbs import check


def checked(point: Point, **options: Any) -> Report:
    shapes = tuple(x.shape for x in point.arrays)
    op = OPS[point.op].taking(len(shapes))
    spec = weighted(op, Case(shapes, point.attrs))
    return check(spec, values=draw(spec) | dict(zip(op.roles, point.arrays, strict=True)), **options)


FIRST = {point.op: point for point in reversed(POINTS)}
"""Of each op the one that every run tries; the rest belong to the sweep, for JAX compiles each anew."""


EACH_POINT = pytest.mark.parametrize(
    "point",
    [pytest.param(p, id=f"{p.op} {p.why}", marks=() if p is FIRST[p.op] else pytest.mark.slow) for p in POINTS],
)


@EACH_POINT
def test_a_singular_point_gets_its_verdict(point: Point) -> None:
    report = checked(point, oracle="roads")
    assert point.verdict == report.verdict, report.text()
    assert [f.message for f in report.comparison.findings if f.verdict == "disagree"] == []
    assert all(np.isfinite(step.residual) for step in report.comparison.steps)


@pytest.mark.slow
@EACH_POINT
def test_against_exact_numbers_no_road_is_accused_alone(point: Point) -> None:
    """Where every road's formula loses every digit, all of them are told so together: that is no accusation of one."""
    report = checked(point, backends=["numpy", "torch"], oracle="exact")
    assert [f.message for f in report.comparison.of("disagree") if f.code != "TV110"] == []
