"""ROAD 3, op by op: each vjp against its own forward, and both against the definition at the limits of arithmetic.

Knows nothing of networks or of other roads.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest

from trivium.backend import Array, Backend
from trivium.ops import OPS
from trivium_jax import BACKEND

ROAD: Backend = BACKEND
POINTS = (0, 1, 33, 40, -33, -40, 800, -800)
"""Both sides of where e⁻ˣ is lost beside 1 (37), and past where eˣ leaves the range (709)."""


def exactly(formula: Callable[..., Decimal], *x: float) -> np.float64:
    """A definition as it is written, in 800 digits (e⁻⁸⁰⁰ is 1e-348, and is added to 1), rounded once."""
    with localcontext(prec=800):
        return np.float64(formula(*map(Decimal, x)))


def softplus(x: Decimal) -> Decimal:
    return (1 + x.exp()).ln()


def sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + (-x).exp())


def tanh(x: Decimal) -> Decimal:
    return (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())


def spacings(found: Any, wanted: np.float64, *, size: float = 0.0) -> float:
    """How far a number is from the exact one, in spacings of float64 there, or at `size` where that is larger."""
    return float(abs(np.asarray(found).item() - wanted) / np.spacing(max(abs(wanted), size, np.finfo("f8").tiny)))


def at(op: str, inputs: tuple[Any, ...], **attrs: Any) -> tuple[Array, tuple[Array, ...]]:
    """The one output of an op, and its slopes."""
    arrays = tuple(np.asarray(x) for x in inputs)
    (shape,) = OPS[op].infer(tuple(x.shape for x in arrays), attrs)
    (y,), x_bars = ROAD.replay(OPS[op], attrs, arrays, (np.ones(shape),))
    return y, tuple(b for b in x_bars if b is not None)


def test_a_spacing_is_one_step_of_float64() -> None:
    assert spacings(np.nextafter(3.0, 4.0), np.float64(3.0)) == 1


@pytest.mark.parametrize("x", POINTS)
def test_softplus_is_its_definition(x: int) -> None:
    """The value to 3 spacings (measured: 2.3); the slope is e^(x - y), where x - y is right to the spacing of x."""
    y, (slope,) = at("softplus", (float(x),))
    assert spacings(y, exactly(softplus, x)) <= 3
    assert spacings(slope, exactly(sigmoid, x)) <= 3 + abs(x)


@pytest.mark.parametrize("x", POINTS)
def test_sigmoid_is_its_definition_and_its_slope_loses_only_what_1_minus_y_loses(x: int) -> None:
    """The value to 3 spacings (measured: 1.9); the slope y (1 - y) is right to 3 spacings of y itself."""
    y, (slope,) = at("sigmoid", (float(x),))
    assert spacings(y, exactly(sigmoid, x)) <= 3
    assert spacings(slope, exactly(lambda x: sigmoid(x) * sigmoid(-x), x), size=float(y)) <= 3


@pytest.mark.parametrize("x", [0, 1, -1, 19, -19, 40, -800])
def test_tanh_is_its_definition_and_its_slope_loses_only_what_1_minus_y_loses(x: int) -> None:
    """The value to 7 spacings (measured: 6.5, next to 19), which 1 - y² doubles."""
    y, (slope,) = at("tanh", (float(x),))
    assert spacings(y, exactly(tanh, x)) <= 7
    assert spacings(slope, exactly(lambda x: 1 - tanh(x) ** 2, x), size=1.0) <= 14


@pytest.mark.parametrize("x", POINTS)
def test_logsumexp_is_its_definition(x: int) -> None:
    """The value to 3 spacings at 1, next to which the sum is rounded; the slopes to 3 of their own, however small."""
    y, (slopes,) = at("logsumexp", ([float(x), 0.0],), axis=None, keepdims=False)
    assert spacings(y, exactly(softplus, x), size=1.0) <= 3
    assert spacings(slopes[0], exactly(sigmoid, x)) <= 3
    assert spacings(slopes[1], exactly(sigmoid, -x)) <= 3


@pytest.mark.parametrize("x", POINTS)
def test_cross_entropy_is_its_definition(x: int) -> None:
    """log(1 + e⁻ˣ) for logits (x, 0) and label 0. Value and p - 1 to 3 spacings at 1, the other slope to its own."""
    attrs = dict(OPS["cross_entropy"].complete({"class_axis": 1, "reduction": "sum"}))
    y, (slopes,) = at("cross_entropy", ([[float(x), 0.0]], [0]), **attrs)
    assert spacings(y, exactly(softplus, -x), size=1.0) <= 3
    assert spacings(slopes[0, 0], -exactly(sigmoid, -x), size=1.0) <= 3
    assert spacings(slopes[0, 1], exactly(sigmoid, -x)) <= 3


@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("x", POINTS)
def test_binary_cross_entropy_is_its_definition(x: int, t: float) -> None:
    """Nothing cancels: value and slope to 4 spacings of their own, however small; the target's slope is -x, exactly."""
    attrs = {"reduction": "sum", "batch_axis": None}
    y, (slope, target_slope) = at("binary_cross_entropy_with_logits", (float(x), t), **attrs)
    assert spacings(y, exactly(lambda x, t: softplus(x) - t * x, x, t)) <= 4
    assert spacings(slope, exactly(lambda x, t: sigmoid(x) - t, x, t)) <= 4
    assert np.array_equal(-x, target_slope)


def test_a_softplus_that_turns_linear_at_20_would_be_seen() -> None:
    """At 21 the linear piece is off by 7.6e-10, two hundred thousand spacings."""
    assert spacings(21.0, exactly(softplus, 21)) > 2e5


def test_the_cotangent_of_a_divisor_is_lost_where_its_square_leaves_the_range() -> None:
    """-a / b² is -1e-100, of which JAX forms b⁻² first. The table says so; a JAX that does better should change it."""
    y, slopes = at("div", (1e300, 1e200))
    assert spacings(y, np.float64(1e100)) <= 1
    assert slopes[1] == 0
