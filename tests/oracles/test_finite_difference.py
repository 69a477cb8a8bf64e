"""Central differences: right to rounding on what is straight, and an error bar that is never shorter than the error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.oracles.vocabulary import Use, uses
from trivium.backend import Array, load_backend
from trivium.errors import OracleError
from trivium.oracles.finite_difference import Estimate, directional, gradient, one_sided

POINTS = 3000
U = 2.0**-53
NUMPY = load_backend("numpy")


@dataclass(frozen=True)
class Function:
    """A function of one number, its derivative in a form that loses no digits, and how points for it are drawn."""

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Any], Any]
    draw: Callable[[np.random.Generator], Array]


def normal(spread: float) -> Callable[[np.random.Generator], Array]:
    return lambda stream: spread * stream.standard_normal(POINTS)


def decades(low: float, high: float) -> Callable[[np.random.Generator], Array]:
    return lambda stream: 10.0 ** stream.uniform(low, high, POINTS)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


FUNCTIONS = (
    Function("straight", lambda x: 3 * x - 7, lambda x: 3 + 0 * x, normal(4)),
    Function("square", np.square, lambda x: 2 * x, normal(4)),
    Function("cube", lambda x: x * x * x, lambda x: 3 * x * x, normal(4)),
    Function("exp", np.exp, np.exp, normal(4)),
    Function("tanh", np.tanh, lambda x: 1 / np.cosh(x) ** 2, normal(1)),
    Function("tanh, saturated", np.tanh, lambda x: 1 / np.cosh(x) ** 2, normal(20)),
    Function("sigmoid, saturated", sigmoid, lambda x: 1 / (2 + np.exp(x) + np.exp(-x)), normal(40)),
    Function("softplus", lambda x: np.logaddexp(0, x), sigmoid, normal(40)),
    Function("log, from 1e-6 up", np.log, lambda x: 1 / x, decades(-6, 4)),
    Function("one over x, on both sides of the pole", lambda x: 1 / x, lambda x: -1 / x**2, normal(4)),
    Function("relu, away from its kink or not", lambda x: np.maximum(x, 0), lambda x: 1.0 * (x > 0), normal(4)),
    Function("a kink from 1e-6 off", lambda x: np.maximum(x, 0) + 0.1 * x, lambda x: 1.1 + 0 * x, decades(-6, 4)),
    Function("a kink on a large number", lambda x: abs(x) + 1e4, np.sign, normal(4)),
    Function(
        "a wave ten times shorter than the scale", lambda x: np.sin(10 * x), lambda x: 10 * np.cos(10 * x), normal(4)
    ),
    Function("a ripple on a slope", lambda x: x + 0.01 * np.sin(50 * x), lambda x: 1 + 0.5 * np.cos(50 * x), normal(4)),
    Function("a bump", lambda x: np.exp(-x * x), lambda x: -2 * x * np.exp(-x * x), normal(2)),
)


def along(function: Function, seed: int, **options: float) -> tuple[Estimate, Array]:
    """Estimates at random points along random directions, and the true derivatives."""
    stream = np.random.default_rng(seed)
    x, v = function.draw(stream), stream.standard_normal(POINTS)
    with np.errstate(all="ignore"):
        true = function.slope(x.astype(np.longdouble)) * v
    return directional(lambda t: function.value(x + t * v), **options), true


def violations(estimate: Estimate, true: Array) -> int:
    """How often the error is larger than its bar says."""
    return int((~(abs(estimate.value - true) <= estimate.error)).sum())


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_error_is_never_larger_than_its_bar(function: Function, seed: int) -> None:
    assert violations(*along(function, seed)) == 0


@pytest.mark.parametrize("scale", [1e-3, 0.1, 10.0])
@pytest.mark.parametrize("function", FUNCTIONS[3:6], ids=lambda f: f.name)
def test_a_scale_that_is_far_off_costs_digits_and_no_honesty(function: Function, scale: float) -> None:
    assert violations(*along(function, 0, scale=scale)) == 0


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_a_wrong_derivative_lies_outside_its_bar(function: Function) -> None:
    estimate, true = along(function, 0)
    assert violations(estimate, 1.001 * true) > POINTS / 4


@pytest.mark.parametrize("function", FUNCTIONS[3:5], ids=lambda f: f.name)
def test_the_bar_is_short_enough_to_see_the_tenth_digit(function: Function) -> None:
    estimate, true = along(function, 0)
    assert violations(estimate, (1 + 1e-10) * true) > 0.9 * POINTS


def relative(estimate: Estimate, true: Array) -> float:
    """The root mean square error over the root mean square."""
    return float(np.sqrt(np.mean((estimate.value - true) ** 2) / np.mean(true**2)))


@pytest.mark.parametrize("function", FUNCTIONS[:5], ids=lambda f: f.name)
def test_a_smooth_function_gives_thirteen_digits(function: Function) -> None:
    assert relative(*along(function, 0)) < 1e-13


def test_a_product_of_matrices_is_exact_to_rounding() -> None:
    stream = np.random.default_rng(0)
    a, x, v = (stream.standard_normal(shape) for shape in ((30, 200), (200, 20), (200, 20)))
    estimate = directional(lambda t: a @ (x + t * v))
    size = U * (abs(a) @ (abs(x) + abs(v)))
    assert float((abs(estimate.value - a @ v) / size).max()) < 2
    assert float(np.median(estimate.error / size)) < 32


@pytest.mark.parametrize("start", [0.0, 1.0, 1e6])
def test_a_sum_that_cancels_has_a_bar_that_says_so(start: float) -> None:
    """Rounding that f's own size does not show: thousands of terms of both signs."""
    stream = np.random.default_rng(1)
    a, x, v = (stream.standard_normal(shape) for shape in ((400, 500), (500,), (500,)))
    true = a.astype(np.longdouble) @ v
    assert violations(directional(lambda t: a @ (start * x + t * v)), true) == 0


@pytest.mark.parametrize("offset", [0.0, 5.0, 1e4])
def test_on_a_kink_the_bar_is_the_jump_of_the_slope(offset: float) -> None:
    estimate = directional(lambda t: np.array([max(t, 0.0), abs(t), max(3 * t, -t)]) + offset)
    assert estimate.value.tolist() == pytest.approx([0.5, 0.0, 1.0])
    assert (estimate.error >= [1.0, 2.0, 4.0]).all()


def test_next_to_a_kink_the_bar_is_right_or_wide() -> None:
    stream = np.random.default_rng(2)
    away = 10.0 ** stream.uniform(-14, 0, POINTS) * stream.choice([-1, 1], POINTS)
    assert violations(directional(lambda t: np.maximum(away + t, 0) + 5), 1.0 * (away > 0)) == 0


def test_a_jump_is_not_given_a_slope() -> None:
    estimate = directional(lambda t: np.array([np.sign(t)]))
    assert float(estimate.error[0]) > float(estimate.value[0])


def test_where_nothing_is_finite_nothing_is_known() -> None:
    estimate = directional(lambda t: np.array([np.nan, np.inf, 2 * t]))
    assert estimate.error[:2].tolist() == [np.inf, np.inf]
    assert estimate.value[:2].tolist() == [0.0, 0.0]
    assert float(abs(estimate.value[2] - 2)) <= float(estimate.error[2])


def test_a_function_that_rounds_to_float32_is_covered_where_that_is_stated() -> None:
    narrow = Function("", lambda x: np.tanh(x.astype(np.float32)).astype(np.float64), FUNCTIONS[4].slope, normal(1))
    assert violations(*along(narrow, 0, u=2.0**-24)) == 0


USES = tuple(uses())


def values(use: Use) -> Callable[[float], Array]:
    """The op along the use's direction, all outputs in a row."""

    def f(t: float) -> Array:
        return np.concatenate([y.ravel() for y in NUMPY.replay(use.op, use.attrs, use.at(t), use.bars)[0]])

    return f


def contracted(use: Use, factor: float) -> tuple[float, float]:
    """⟨x̄, ẋ⟩ by the handwritten rule times `factor`, minus ⟨ȳ, ẏ⟩ by differences; and what may lie between them."""
    _, x_bars = NUMPY.replay(use.op, use.attrs, use.inputs, use.bars)
    terms = [bar * dot for bar, dot in zip(x_bars, use.dots, strict=True) if bar is not None and dot is not None]
    flat, estimate = np.concatenate([bar.ravel() for bar in use.bars]), directional(values(use))
    rounding = 2**8 * U * sum(float(abs(term).sum()) for term in terms)
    apart = factor * sum(float(term.sum()) for term in terms) - float(flat @ estimate.value)
    return abs(apart), float(abs(flat) @ estimate.error) + rounding


@pytest.mark.parametrize("use", USES, ids=str)
def test_every_op_is_differentiated_as_its_handwritten_rule_says(use: Use) -> None:
    apart, allowed = contracted(use, 1.0)
    assert apart <= allowed


@pytest.mark.parametrize("use", USES, ids=str)
def test_a_handwritten_rule_a_millionth_too_steep_is_seen(use: Use) -> None:
    apart, allowed = contracted(use, 1 + 1e-6)
    assert apart > allowed


def test_one_sided_is_the_plain_quotient() -> None:
    x = np.array([[3.0, 4.0]])
    assert one_sided(lambda z: float(z[0, 0] ** 2 * z[0, 1]), x, (0, 0), step=0.5) == (3.5**2 * 4 - 36) / 0.5
    assert one_sided(lambda z: float(z[0, 0] ** 2 * z[0, 1]), x, (0, 0), step=-0.5) == (2.5**2 * 4 - 36) / -0.5


def test_one_sided_leaves_its_argument_alone() -> None:
    x = np.array([3.0, 4.0])
    _ = one_sided(lambda z: float(z.sum()), x, (0,), step=0.5)
    assert x.tolist() == [3.0, 4.0]


GIVEN = {"w": np.array([[1.0, -2.0], [0.5, 3.0]]), "c": np.array(0.25), "label": np.array([1])}


def test_a_gradient_has_every_entry() -> None:
    found = gradient(lambda given: float((given["w"] ** 2).sum() * given["c"]), GIVEN, "w")
    assert (abs(found.value - 0.5 * GIVEN["w"]) <= found.error).all()
    assert float(found.error.max()) < 1e-12


def test_a_gradient_of_a_scalar_is_a_scalar() -> None:
    found = gradient(lambda given: float((given["w"] ** 2).sum() * given["c"]), GIVEN, "c")
    assert found.value.shape == ()
    assert abs(float(found.value) - 14.25) <= float(found.error)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: gradient(lambda given: 0.0, GIVEN, "v"),
            "no given 'v' to differentiate by; there are: w, c, label",
        ),
        (
            lambda: gradient(lambda given: 0.0, GIVEN, "label"),
            "given 'label' holds int64: labels and masks have no derivative",
        ),
        (
            lambda: directional(lambda t: np.zeros(2, np.float32)),
            "f(0.0) is of dtype float32, finite differences need float64; "
            "where f rounds to float32 inside, convert what it returns and state u=2**-24",
        ),
        (
            lambda: directional(lambda t: np.zeros(2 if t == 0 else 3)),
            "f(1.375) has shape (3,), but f(0) has (2,)",
        ),
        (
            lambda: directional(lambda t: np.array(t), scale=0.0),
            "scale is 0.0; it is a distance above 0, over which f changes",
        ),
    ],
)  # fmt: skip
def test_a_question_that_has_no_answer_is_refused(ask: Callable[[], object], message: str) -> None:
    with pytest.raises(OracleError) as error:
        _ = ask()
    assert str(error.value) == message
