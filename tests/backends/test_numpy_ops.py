"""Every handwritten rule, at every case of the vocabulary: its vjp against its own values, its jvp against its vjp."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from trivium.given import KINDS
from trivium.ops import OPS
from trivium.spec.op import Case, Op
from trivium_numpy import BACKEND
from trivium_numpy.backprop import run_forward, run_vjp

Array = np.ndarray[Any, Any]
U = 2.0**-53
LINE = 2**8 * U
CASES = [pytest.param(op, case, id=f"{op.name}-{i}") for op in OPS.values() for i, case in enumerate(op.cases)]
MOVING = [p for p in CASES if not str(p.id).startswith("constant")]
"""The cases with an input that can move."""
ANALYTIC = [p for p in MOVING if OPS[str(p.id).rpartition("-")[0]].analytic]
KINKED = [p for p in MOVING if not OPS[str(p.id).rpartition("-")[0]].analytic]


def bound(op: Op, case: Case) -> dict[str, Any]:
    return op.bind(op.complete(case.attrs), {})


def drawn(op: Op, case: Case) -> tuple[Array, ...]:
    """Values of the kind that each role takes."""
    rng, attrs = np.random.default_rng(20260101), bound(op, case)
    kinds = [op.kind(role, case.shapes, attrs) for role in op.roles]
    return tuple(KINDS[kind.name].draw(rng, shape, kind) for kind, shape in zip(kinds, case.shapes, strict=True))


def directions(arrays: tuple[Array, ...], *, seed: int = 7) -> tuple[Array, ...]:
    """Signed, and zero for labels, which cannot move."""
    rng = np.random.default_rng(seed)
    return tuple(rng.standard_normal(a.shape) * (a.dtype.kind == "f") for a in arrays)


def cotangents(op: Op, case: Case) -> tuple[Array, ...]:
    return directions(tuple(np.ones(shape) for shape in op.infer(case.shapes, bound(op, case))), seed=8)


def dotted(a: tuple[Array | None, ...], b: tuple[Array, ...]) -> tuple[float, float]:
    """<a, b>, and what it is made of in absolute values."""
    terms = [np.ravel(x * y) for x, y in zip(a, b, strict=True) if x is not None]
    flat = np.concatenate([*terms, np.zeros(1)])
    return math.fsum(flat), math.fsum(abs(flat))


def pulled(op: Op, case: Case) -> tuple[float, float]:
    """<vjp(y_bar), x_dot>, and its size."""
    inputs = drawn(op, case)
    _, x_bars = BACKEND.replay(op, bound(op, case), inputs, cotangents(op, case))
    return dotted(x_bars, directions(inputs))


def pushed(op: Op, case: Case) -> tuple[float, float]:
    """<y_bar, jvp(x_dot)>, and its size, by the rule's own jvp."""
    inputs, rule = drawn(op, case), BACKEND.rules[op.name]
    outputs, saved = run_forward(rule, op, bound(op, case), inputs, None)
    dots = (dot if x.dtype.kind == "f" else None for x, dot in zip(inputs, directions(inputs), strict=True))
    y_dot = rule.jvp(saved, *dots)
    y_dots = y_dot if isinstance(y_dot, tuple) else (y_dot,)
    spread = tuple(np.broadcast_to(dot, y.shape) for dot, y in zip(y_dots, outputs, strict=True))
    return dotted(spread, cotangents(op, case))


def stepped(op: Op, case: Case) -> tuple[float, float]:
    """<y_bar, dy/dt> along x_dot, and its size, by a complex step of 1e-200: nothing cancels."""
    inputs = drawn(op, case)
    moved = tuple(
        x + 1e-200j * d if x.dtype.kind == "f" else x for x, d in zip(inputs, directions(inputs), strict=True)
    )
    outputs, _ = BACKEND.replay(op, bound(op, case), moved, cotangents(op, case))
    return dotted(tuple(y.imag / 1e-200 for y in outputs), cotangents(op, case))


def differenced(op: Op, case: Case) -> tuple[float, float]:
    """<y_bar, dy/dt> along x_dot by a central difference, and its error: rounding alone, where the op is straight."""
    inputs, h = drawn(op, case), 2.0**-20

    def along(t: float) -> tuple[float, float]:
        moved = tuple(x + t * d for x, d in zip(inputs, directions(inputs), strict=True))
        return dotted(BACKEND.replay(op, bound(op, case), moved, cotangents(op, case))[0], cotangents(op, case))

    return (along(h)[0] - along(-h)[0]) / (2 * h), 2**4 * U / h * along(0)[1]


def off(a: tuple[float, float], b: tuple[float, float], *, factor: float = 1.0) -> float:
    """How far two sums differ, in units of the line for sums of their size."""
    return abs(factor * a[0] - b[0]) / (LINE * max(a[1], b[1]))


def test_every_op_of_the_vocabulary_has_a_rule() -> None:
    assert set(BACKEND.rules) == set(OPS)
    assert dict(BACKEND.lacks) == {}


@pytest.mark.parametrize(("op", "case"), CASES)
def test_jvp_and_vjp_are_adjoint(op: Op, case: Case) -> None:
    assert abs(pulled(op, case)[0] - pushed(op, case)[0]) <= LINE * max(pulled(op, case)[1], pushed(op, case)[1])


@pytest.mark.parametrize(("op", "case"), MOVING)
def test_a_vjp_off_by_a_billionth_is_not_adjoint(op: Op, case: Case) -> None:
    assert off(pulled(op, case), pushed(op, case), factor=1 + 1e-9) > 1


@pytest.mark.parametrize(("op", "case"), ANALYTIC)
def test_a_vjp_is_the_complex_step_of_its_own_forward(op: Op, case: Case) -> None:
    assert off(pulled(op, case), stepped(op, case)) <= 1


@pytest.mark.parametrize(("op", "case"), ANALYTIC)
def test_a_vjp_off_by_a_billionth_is_not_that_complex_step(op: Op, case: Case) -> None:
    assert off(pulled(op, case), stepped(op, case), factor=1 + 1e-9) > 1


@pytest.mark.parametrize(("op", "case"), KINKED)
def test_the_vjp_of_an_op_with_kinks_is_the_slope_of_its_own_forward(op: Op, case: Case) -> None:
    slope, error = differenced(op, case)
    assert abs(pulled(op, case)[0] - slope) <= error


@pytest.mark.parametrize(("op", "case"), KINKED)
def test_such_a_vjp_off_by_a_millionth_is_not_that_slope(op: Op, case: Case) -> None:
    slope, error = differenced(op, case)
    assert abs((1 + 1e-6) * pulled(op, case)[0] - slope) > error


@pytest.mark.parametrize(("op", "case"), ANALYTIC)
def test_complex_values_are_real_where_the_inputs_are(op: Op, case: Case) -> None:
    inputs, y_bars = drawn(op, case), cotangents(op, case)
    real, _ = BACKEND.replay(op, bound(op, case), inputs, y_bars)
    wide = tuple(x.astype(np.complex128) if x.dtype.kind == "f" else x for x in inputs)
    for a, b in zip(real, BACKEND.replay(op, bound(op, case), wide, y_bars)[0], strict=True):
        assert np.abs(b - a).max(initial=0) <= LINE * np.abs(a).max(initial=0)


@pytest.mark.parametrize(("op", "case"), CASES)
def test_values_and_cotangents_have_their_shapes_and_labels_have_none(op: Op, case: Case) -> None:
    inputs = drawn(op, case)
    outputs, x_bars = BACKEND.replay(op, bound(op, case), inputs, cotangents(op, case))
    assert tuple(y.shape for y in outputs) == op.infer(case.shapes, bound(op, case))
    expected = [x.shape if x.dtype.kind == "f" else None for x in inputs]
    assert [getattr(x_bar, "shape", None) for x_bar in x_bars] == expected


@pytest.mark.parametrize(("op", "case"), CASES)
def test_a_rule_computes_in_the_precision_it_is_given(op: Op, case: Case) -> None:
    inputs = tuple(x.astype(np.float32) if x.dtype.kind == "f" else x for x in drawn(op, case))
    y_bars = tuple(y_bar.astype(np.float32) for y_bar in cotangents(op, case))
    rule = BACKEND.rules[op.name]
    outputs, saved = run_forward(rule, op, bound(op, case), inputs, None, "float32")
    x_bars = run_vjp(rule, op, saved, inputs, y_bars, None)
    assert {str(x.dtype) for x in (*outputs, *x_bars) if x is not None} == {"float32"}


def at(op: str, *inputs: Any, y_bar: float = 1.0, **attrs: Any) -> tuple[Any, tuple[Any, ...]]:
    arrays = tuple(np.asarray(x) for x in inputs)
    full = dict(OPS[op].complete(attrs))
    shape = OPS[op].infer(tuple(a.shape for a in arrays), full)[0]
    (y,), x_bars = BACKEND.replay(OPS[op], full, arrays, (np.full(shape, y_bar),))
    return y, x_bars


X = [0.0, -40.0, 40.0, -720.0, -800.0, 800.0]


def test_softplus_is_right_to_two_ulps_at_its_extremes() -> None:
    y, (x_bar,) = at("softplus", X)
    np.testing.assert_array_max_ulp(y, np.array([math.log(2), math.exp(-40), 40, math.exp(-720), 0, 800]), maxulp=2)
    np.testing.assert_array_max_ulp(x_bar, np.array([0.5, math.exp(-40), 1, math.exp(-720), 0, 1]), maxulp=2)


def test_sigmoid_is_right_to_two_ulps_at_its_extremes() -> None:
    y, (x_bar,) = at("sigmoid", X)
    np.testing.assert_array_max_ulp(y, np.array([0.5, math.exp(-40), 1, math.exp(-720), 0, 1]), maxulp=2)
    np.testing.assert_array_max_ulp(x_bar[[0, 1, 3]], np.array([0.25, math.exp(-40), math.exp(-720)]), maxulp=2)
    assert np.isfinite(x_bar).all()


@pytest.mark.parametrize("x", X)
def test_logsumexp_is_right_to_a_rounding_of_its_largest_exponential(x: float) -> None:
    y, (x_bar,) = at("logsumexp", [x, 0.0])
    assert abs(y - (max(x, 0) + math.log1p(math.exp(-abs(x))))) <= 2 * U + np.spacing(abs(y))
    assert np.isfinite(x_bar).all()


@pytest.mark.parametrize("x", X)
@pytest.mark.parametrize("label", [0, 1])
def test_cross_entropy_is_right_to_a_rounding_of_its_terms(x: float, label: int) -> None:
    y, (x_bar, none) = at("cross_entropy", [[x, 0.0]], [label], class_axis=1, reduction="sum")
    toward = (x, -x)[label]  # the loss is log(1 + e^-d), d the label's logit less the other
    exact = max(-toward, 0) + math.log1p(math.exp(-abs(x)))
    assert abs(y - exact) <= 2 * U + np.spacing(exact)
    wrong = math.exp(min(-toward, 0)) / (1 + math.exp(-abs(x)))  # the probability of the other class
    assert np.abs(x_bar[0, label] + wrong) <= 2 * U
    assert np.abs(x_bar[0, 1 - label] - wrong) <= 2 * U
    assert none is None


@pytest.mark.parametrize("x", X)
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_binary_cross_entropy_is_right_to_three_ulps_at_its_extremes(x: float, target: float) -> None:
    y, (_, t_bar) = at("binary_cross_entropy_with_logits", [x], [target], reduction="sum")
    away = x * (1 - 2 * target)  # log(1 + e^x) at target 0, and log(1 + e^-x) at target 1
    np.testing.assert_array_max_ulp(y, np.asarray(max(away, 0) + math.log1p(math.exp(-abs(x)))), maxulp=3)
    np.testing.assert_array_equal(t_bar, [-x])
