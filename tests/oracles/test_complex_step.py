"""The complex step: right to rounding wherever it answers, and it refuses where it would be silently wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from tests.oracles.vocabulary import Use, uses
from trivium.backend import Array, load_backend
from trivium.errors import OracleError
from trivium.oracles.complex_step import confirmed, directional, gradient, refuse
from trivium.zoo import network

U = 2.0**-53
NUMPY = load_backend("numpy")
X = np.linspace(-3, 3, 41)
GIVEN: Mapping[str, Array] = {"w": np.array([[1.0, -2.0], [0.5, 3.0]]), "c": np.array(0.25), "label": np.array([1])}


@pytest.mark.parametrize(
    ("value", "slope"),
    [
        (np.exp, np.exp),
        (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
        (lambda x: x**3 / (1 + x * x), lambda x: x * x * (x * x + 3) / (1 + x * x) ** 2),
        (lambda x: 1 / (1 + np.exp(-x)), lambda x: 1 / (2 + np.exp(x) + np.exp(-x))),
    ],
    ids=["exp", "tanh", "quotient", "sigmoid"],
)
def test_a_slope_is_right_to_rounding(value: Callable[[Array], Array], slope: Callable[[Array], Array]) -> None:
    found = directional(lambda t: value(X + t))
    assert float((abs(found - slope(X)) / (U * (abs(slope(X)) + U))).max()) < 16


USES = tuple(use for use in uses() if use.op.analytic)


def units(use: Use, factor: float) -> float:
    """⟨x̄, ẋ⟩ by the handwritten rule times `factor`, against ⟨ȳ, ẏ⟩ by the complex step, in u times the terms."""

    def f(t: complex) -> Array:
        return np.concatenate([y.ravel() for y in NUMPY.replay(use.op, use.attrs, use.at(t), use.bars)[0]])

    _, x_bars = NUMPY.replay(use.op, use.attrs, use.inputs, use.bars)
    terms = [bar * dot for bar, dot in zip(x_bars, use.dots, strict=True) if bar is not None and dot is not None]
    forward = float(np.concatenate([bar.ravel() for bar in use.bars]) @ directional(f))
    apart = abs(factor * sum(float(term.sum()) for term in terms) - forward)
    return apart / (U * sum(float(abs(term).sum()) for term in terms))


@pytest.mark.parametrize("use", USES, ids=str)
def test_every_analytic_op_is_differentiated_as_its_handwritten_rule_says(use: Use) -> None:
    assert units(use, 1.0) <= 16


@pytest.mark.parametrize("use", USES, ids=str)
def test_a_handwritten_rule_a_millionth_of_a_millionth_too_steep_is_seen(use: Use) -> None:
    assert units(use, 1 + 1e-12) > 16


def test_a_gradient_has_every_entry() -> None:
    found = gradient(lambda given: (given["w"] ** 2).sum() * given["c"], GIVEN, "w")
    assert found.estimate.value.tolist() == (0.5 * GIVEN["w"]).tolist()
    assert not found.withdrawn.any()


def test_a_gradient_of_a_scalar_is_a_scalar() -> None:
    found = gradient(lambda given: (given["w"] ** 2).sum() * given["c"], GIVEN, "c")
    assert found.estimate.value.tolist() == 14.25


def test_labels_stay_what_they_are() -> None:
    found = gradient(lambda given: given["w"][given["label"][0], 0], GIVEN, "w")
    assert found.estimate.value.tolist() == [[0.0, 0.0], [1.0, 0.0]]


def test_a_function_that_drops_the_imaginary_part_is_refused() -> None:
    with pytest.raises(OracleError) as error:
        _ = directional(lambda t: np.abs(X + t))
    assert str(error.value) == "f of a complex number is of dtype float64: something in f drops the imaginary part"


def test_a_spec_with_a_comparison_is_refused_at_the_first_of_them() -> None:
    with pytest.raises(OracleError) as error:
        refuse(network("classifier"))
    assert str(error.value) == (
        "relu is not analytic: a complex step through it would be wrong and look right\n"
        "  in node h = relu(z)\n"
        "  central differences take any function"
    )


def test_a_spec_of_analytic_ops_is_not_refused() -> None:
    spec = network("mlp")
    refuse(spec)
    assert all(node.op.analytic for node in spec.nodes)


def test_what_is_refused_would_have_been_wrong() -> None:
    """√(z z̄) is real on the real line and has a slope there, but the imaginary part does not carry it."""
    assert directional(lambda t: np.sqrt((X + t) * np.conj(X + t))).tolist() == pytest.approx([0.0] * 41)


LOOKS: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("its conjugate", lambda z: z * np.conj(z) + 0 * z),
    ("its real part", lambda z: z.real**2 + z),
    ("its absolute value", lambda z: np.abs(z) + 1j * 0 + z**2),
)


@pytest.mark.parametrize(("what", "value"), LOOKS, ids=[what for what, _ in LOOKS])
def test_a_function_that_looks_at_the_complex_number_is_withdrawn(what: str, value: Callable[[Array], Array]) -> None:
    found = confirmed(lambda t: value(X + t + 0j) if isinstance(t, complex) else value(X + t + 0j).real)
    slope = (value(X + 1e-6 + 0j).real - value(X - 1e-6 + 0j).real) / 2e-6
    smooth = X != 0
    assert found.withdrawn[smooth].all()
    assert found.why == "40 of 41 complex steps are contradicted by a central difference: f is not analytic there"
    assert (abs(found.estimate.value - slope) <= found.estimate.error + 1e-8)[smooth].all()


def test_what_is_analytic_stands_and_is_right_to_its_own_error() -> None:
    found = confirmed(lambda t: np.tanh(X + t))
    assert not found.withdrawn.any()
    assert found.why == ""
    assert (abs(found.estimate.value - 1 / np.cosh(X) ** 2) <= found.estimate.error).all()
    assert (found.estimate.error < 1e-13).all()


def test_the_error_knows_of_digits_lost_inside() -> None:
    """A phase of 1e8 is rounded by 1e-8, whatever the derivative is computed by."""
    found = confirmed(lambda t: np.sin((X + t) * 1e8), scale=1e-8, size=3.0)
    with np.errstate(all="ignore"):
        true = np.asarray(1e8 * np.cos(np.asarray(X, np.longdouble) * 1e8), np.float64)
    assert (abs(found.estimate.value - true) <= found.estimate.error).all()
    assert found.estimate.error.max() > 2**-53 * 1e8


def test_where_no_difference_has_an_answer_nothing_is_confirmed() -> None:
    found = confirmed(lambda t: np.asarray([np.exp(710 + t) * np.exp(-710 - t)]))
    assert found.withdrawn.all()
    assert np.isinf(found.estimate.error).all()
    assert found.why == "1 of 1 complex steps are confirmed by nothing: no central difference has an answer there"
