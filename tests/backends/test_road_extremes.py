"""Ops of the roads that run op by op, at the limits of arithmetic: large arguments, ties, no axis at all.

Knows the Backend protocol and no road; JAX has its own, against definitions in many digits.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.backends.cases import U, at
from trivium.backend import Backend
from trivium.errors import SpecError
from trivium.ops import OPS

X = [0.0, -40.0, 40.0, -720.0, -800.0, 800.0]


def test_softplus_is_right_to_two_ulps_at_its_extremes(eager: Backend) -> None:
    y, (x_bar,) = at(eager, "softplus", X)
    # log(1 + e^-40) = e^-40 to 4e-18 of itself; log(1 + e^40) = 40 + 4e-18; e^-800 is below the smallest number
    np.testing.assert_array_max_ulp(y, np.array([math.log(2), math.exp(-40), 40, math.exp(-720), 0, 800]), maxulp=2)
    np.testing.assert_array_max_ulp(x_bar, np.array([0.5, math.exp(-40), 1, math.exp(-720), 0, 1]), maxulp=2)


def test_softplus_keeps_what_a_linear_piece_above_20_drops(eager: Backend) -> None:
    y, _ = at(eager, "softplus", [20.5])
    np.testing.assert_array_max_ulp(y, np.array([20.5 + math.log1p(math.exp(-20.5))]), maxulp=1)
    assert y[0] != 20.5


def test_softplus_underflows_to_a_zero_without_sign(eager: Backend) -> None:
    assert not np.signbit(at(eager, "softplus", [-800.0])[0][0])


@pytest.mark.parametrize("x", X)
def test_logsumexp_is_right_to_a_rounding_of_its_largest_exponential(eager: Backend, x: float) -> None:
    y, (x_bar,) = at(eager, "logsumexp", [x, 0.0])
    # log(e^x + e^0) = max(x, 0) + log1p(e^-|x|), where e^-|x| <= 1 is added to 1: two roundings of 1, then of the sum
    assert abs(y - (max(x, 0) + math.log1p(math.exp(-abs(x))))) <= 2 * U + np.spacing(abs(y))
    slope = math.exp(min(x, 0)) / (1 + math.exp(-abs(x)))
    assert abs(x_bar[0] - slope) <= 2 * U * max(1, abs(y)) * slope + 2 * 5e-324
    assert np.isfinite(x_bar).all()


def test_ties_far_from_0_share_the_slope_of_logsumexp(eager: Backend) -> None:
    _, (x_bar,) = at(eager, "logsumexp", [1e17, 1e17])
    np.testing.assert_array_equal(x_bar, [0.5, 0.5])


@pytest.mark.parametrize("x", X)
@pytest.mark.parametrize("label", [0, 1])
def test_cross_entropy_is_right_to_a_rounding_of_its_terms(eager: Backend, x: float, label: int) -> None:
    y, (x_bar, none) = at(eager, "cross_entropy", [[x, 0.0]], [label], class_axis=1, reduction="sum")
    toward = (x, -x)[label]  # the loss is log(1 + e^-d), d the label's logit less the other
    exact = max(-toward, 0) + math.log1p(math.exp(-abs(x)))
    assert abs(y - exact) <= 2 * U + np.spacing(exact)
    wrong = math.exp(min(-toward, 0)) / (1 + math.exp(-abs(x)))  # the probability of the other class
    assert np.abs(x_bar[0, label] + wrong) <= 2 * U
    assert np.abs(x_bar[0, 1 - label] - wrong) <= 2 * U
    assert none is None


def test_a_row_of_logits_needs_no_batch(eager: Backend) -> None:
    y, _ = at(eager, "cross_entropy", [0.0, 0.0], 1, class_axis=0, reduction="mean")
    np.testing.assert_array_max_ulp(y, np.asarray(math.log(2)), maxulp=1)


@pytest.mark.parametrize("x", X)
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_binary_cross_entropy_is_right_to_three_ulps_at_its_extremes(eager: Backend, x: float, target: float) -> None:
    y, (_, t_bar) = at(eager, "binary_cross_entropy_with_logits", [x], [target], reduction="sum")
    away = x * (1 - 2 * target)  # log(1 + e^x) at target 0, and log(1 + e^-x) at target 1
    np.testing.assert_array_max_ulp(y, np.asarray(max(away, 0) + math.log1p(math.exp(-abs(x)))), maxulp=3)
    np.testing.assert_array_equal(t_bar, [-x])


def test_binary_cross_entropy_keeps_a_tiny_target_of_a_confident_score(eager: Backend) -> None:
    y, _ = at(eager, "binary_cross_entropy_with_logits", [-1000.0], [1e-9], reduction="sum")
    np.testing.assert_array_max_ulp(y, np.asarray(1e-6), maxulp=1)  # e^-1000 is 0, and t x is all there is


def test_a_reduction_over_no_axis_changes_nothing(eager: Backend) -> None:
    x = np.array([[1.5, -2.0]])
    for name in ("sum", "mean", "logsumexp"):
        y, (x_bar,) = at(eager, name, x, axis=(), y_bar=3.0)
        np.testing.assert_array_equal(y, x)
        np.testing.assert_array_equal(x_bar, np.full((1, 2), 3.0))


def test_an_axis_named_twice_is_refused_before_a_road_sees_it() -> None:
    with pytest.raises(SpecError, match=r"names axis 0 of \(3, 5\) more than once; write each axis once"):
        OPS["sum"].infer(((3, 5),), {"axis": (0, -2), "keepdims": False})
