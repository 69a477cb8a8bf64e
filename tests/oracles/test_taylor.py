"""The Taylor test: h² for a derivative, h for anything else, and no window where rounding leaves none."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from trivium.backend import load_backend
from trivium.errors import OracleError
from trivium.oracles.taylor import slope
from trivium.probe import draw
from trivium.zoo import network

FUNCTIONS: dict[str, tuple[Callable[[float], float], float]] = {
    "exp": (lambda t: math.exp(1 + t), math.e),
    "tanh": (lambda t: math.tanh(0.5 + t), 1 / math.cosh(0.5) ** 2),
    "log next to its pole": (lambda t: float(np.log(np.array(1e-3) + t)), 1e3),
    "softplus": (lambda t: math.log1p(math.exp(t)), 0.5),
    "a parabola": (lambda t: 3 * t * t - 7 * t + 10, -7.0),
}
EACH = pytest.mark.parametrize(("f", "derivative"), FUNCTIONS.values(), ids=list(FUNCTIONS))


@EACH
def test_a_derivative_falls_like_h_squared(f: Callable[[float], float], derivative: float) -> None:
    found = slope(f, derivative)
    assert found.verdict == "right"
    assert found.slope == pytest.approx(2, abs=0.1)


@EACH
@pytest.mark.parametrize("factor", [-1.0, 0.0, 2.0, 1 + 1e-3, 1 - 1e-5])
def test_anything_else_falls_like_h(f: Callable[[float], float], derivative: float, factor: float) -> None:
    found = slope(f, factor * derivative)
    assert found.verdict == "wrong"
    assert found.slope == pytest.approx(1, abs=0.4)


@EACH
def test_an_error_above_the_floor_shows(f: Callable[[float], float], derivative: float) -> None:
    assert slope(f, derivative + 2 * slope(f, derivative).floor).verdict == "wrong"


def test_without_a_second_derivative_it_falls_faster() -> None:
    found = slope(lambda t: math.sin(t), 1.0)
    assert found.slope == pytest.approx(3, abs=0.1)
    assert found.verdict == "right"


def test_a_straight_line_leaves_nothing_but_rounding() -> None:
    found = slope(lambda t: 3.7 * t - 1.1, 3.7)
    assert (found.slope, found.verdict) == (math.inf, "right")
    assert found.floor < 1e-12


def test_a_straight_line_with_a_wrong_slope_falls_like_h() -> None:
    found = slope(lambda t: 3.7 * t - 1.1, 3.7001)
    assert found.slope == pytest.approx(1, abs=0.01)
    assert found.verdict == "wrong"


def test_a_kink_has_no_derivative() -> None:
    assert slope(abs, 0.0).verdict == "wrong"


def test_a_staircase_is_flat_whatever_it_looks_like_from_afar() -> None:
    assert slope(lambda t: round(math.exp(t), 3), 1.0).verdict == "wrong"


def test_where_rounding_leaves_no_window_it_is_undecided() -> None:
    stream = np.random.default_rng(0)
    found = slope(lambda t: math.exp(t) + stream.standard_normal(), 1.0)
    assert (found.slope, found.window, found.verdict) == (None, None, "undecided")


def test_where_nothing_is_finite_it_is_undecided() -> None:
    assert slope(lambda t: math.nan, 1.0).verdict == "undecided"


def test_the_window_and_the_remainders_are_there_to_be_shown() -> None:
    found = slope(lambda t: math.exp(t), 1.0)
    assert found.window is not None
    wide, narrow = found.window
    at = dict(found.remainders)
    assert wide == 16 * narrow
    assert math.log2(at[wide] / at[narrow]) / 4 == pytest.approx(found.slope)


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, "right"), (1.001, "wrong"), (-1.0, "wrong")])
def test_the_gradient_of_a_network_is_put_to_it(factor: float, verdict: str) -> None:
    spec = network("mlp")
    program, given, stream = load_backend("numpy").compile(spec), draw(spec), np.random.default_rng(0)
    dots = {name: stream.standard_normal(spec.shapes[name]) for name, _ in spec.parameters}
    gradients = program(given).gradients
    derivative = sum(float((gradients[name] * dot).sum()) for name, dot in dots.items())

    def cost(t: float) -> float:
        moved = {name: given[name] + t * dot for name, dot in dots.items()}
        return float(program({**given, **moved}).values[spec.loss])

    assert slope(cost, factor * derivative).verdict == verdict


def test_a_row_of_numbers_is_refused() -> None:
    with pytest.raises(OracleError) as error:
        _ = slope(lambda t: np.array([t, t]), 1.0)  # type: ignore[arg-type, return-value]
    assert str(error.value) == "f(0.0) is of shape (2,) and dtype float64; the Taylor test needs one real number"
