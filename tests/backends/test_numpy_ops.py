"""Every handwritten rule, at every case of the vocabulary: its vjp against the complex step of its own forward.

What holds for the ops of every road stands in test_road_ops.py.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.backends.cases import ANALYTIC, CASES, LINE, at, bound, cotangents, directions, dotted, drawn
from trivium.ops import OPS
from trivium.spec.op import Case, Op
from trivium_numpy import BACKEND
from trivium_numpy.step import run_forward, run_vjp


def pulled(op: Op, case: Case) -> tuple[float, float]:
    """<vjp(y_bar), x_dot>, and its size."""
    inputs = drawn(op, case)
    _, x_bars = BACKEND.replay(op, bound(op, case), inputs, cotangents(op, case))
    return dotted(x_bars, directions(inputs))


def stepped(op: Op, case: Case) -> tuple[float, float]:
    """<y_bar, dy/dt> along x_dot, and its size, by a complex step of 1e-200: nothing cancels."""
    inputs = drawn(op, case)
    moved = tuple(
        x + 1e-200j * d if x.dtype.kind == "f" else x for x, d in zip(inputs, directions(inputs), strict=True)
    )
    outputs, _ = BACKEND.replay(op, bound(op, case), moved, cotangents(op, case))
    return dotted(tuple(y.imag / 1e-200 for y in outputs), cotangents(op, case))


def off(a: tuple[float, float], b: tuple[float, float], *, factor: float = 1.0) -> float:
    """How far two sums differ, in units of the line for sums of their size."""
    return abs(factor * a[0] - b[0]) / (LINE * max(a[1], b[1]))


def test_every_op_of_the_vocabulary_has_a_rule() -> None:
    assert set(BACKEND.rules) == set(OPS)
    assert dict(BACKEND.lacks) == {}


@pytest.mark.parametrize(("op", "case"), ANALYTIC)
def test_a_vjp_is_the_complex_step_of_its_own_forward(op: Op, case: Case) -> None:
    assert off(pulled(op, case), stepped(op, case)) <= 1


@pytest.mark.parametrize(("op", "case"), ANALYTIC)
def test_a_vjp_off_by_a_billionth_is_not_that_complex_step(op: Op, case: Case) -> None:
    assert off(pulled(op, case), stepped(op, case), factor=1 + 1e-9) > 1


@pytest.mark.parametrize(("op", "case"), ANALYTIC)
def test_complex_values_are_real_where_the_inputs_are(op: Op, case: Case) -> None:
    inputs, y_bars = drawn(op, case), cotangents(op, case)
    real, _ = BACKEND.replay(op, bound(op, case), inputs, y_bars)
    wide = tuple(x.astype(np.complex128) if x.dtype.kind == "f" else x for x in inputs)
    for a, b in zip(real, BACKEND.replay(op, bound(op, case), wide, y_bars)[0], strict=True):
        assert np.abs(b - a).max(initial=0) <= LINE * np.abs(a).max(initial=0)


@pytest.mark.parametrize(("op", "case"), CASES)
def test_a_rule_computes_in_the_precision_it_is_given(op: Op, case: Case) -> None:
    inputs = tuple(x.astype(np.float32) if x.dtype.kind == "f" else x for x in drawn(op, case))
    y_bars = tuple(y_bar.astype(np.float32) for y_bar in cotangents(op, case))
    rule = BACKEND.rules[op.name]
    outputs, saved = run_forward(rule, op.name, bound(op, case), inputs, None, "float32")
    x_bars = run_vjp(rule, op.name, saved, inputs, y_bars, None)
    assert {str(x.dtype) for x in (*outputs, *x_bars) if x is not None} == {"float32"}


def test_sigmoid_is_right_to_two_ulps_at_its_extremes_and_keeps_what_is_subnormal() -> None:
    y, (x_bar,) = at(BACKEND, "sigmoid", [0.0, -40.0, 40.0, -720.0, -800.0, 800.0])
    np.testing.assert_array_max_ulp(y, np.array([0.5, math.exp(-40), 1, math.exp(-720), 0, 1]), maxulp=2)
    np.testing.assert_array_max_ulp(x_bar[[0, 1, 3]], np.array([0.25, math.exp(-40), math.exp(-720)]), maxulp=2)
    assert np.isfinite(x_bar).all()
