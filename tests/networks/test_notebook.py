"""All three roads are held to every number that the notebook prints.

The notebook computed with 16 digits and printed 8, so what it fed in is known to half a unit of the eighth decimal, and
a printed number is known no better than that implies: to first order, Σ |∂ printed / ∂ fed in| times half a unit, and
half a unit more for its own printing. Every number must lie in its interval, and every test that says so has a control:
a planted mistake, whose numbers lie outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import trivium as tv
from tests.notebook import (
    DIFFERENCES,
    FILE,
    GIVEN,
    GRADIENTS,
    HALF,
    PRINTED,
    ROADS,
    SPEC,
    VALUES,
    U,
    cost_of,
    run,
    shown,
    widths,
)
from trivium.backend import Array, Evaluation, load_backend
from trivium.ops import OPS
from trivium.oracles import complex_step, finite_difference
from trivium.oracles.finite_difference import moved
from trivium.spec.file import loads_toml
from trivium.spec.graph import Spec

EACH_DIFFERENCE = pytest.mark.parametrize("asked", DIFFERENCES, ids=lambda d: f"{d['given']}{d['entry']}")
EACH_ROAD = pytest.mark.parametrize("road", ROADS)
FED_IN = tuple(SPEC.givens)


@dataclass(frozen=True)
class Control:
    """A mistake, and every printed gradient that it drives out of its interval."""

    mistake: str
    outside: frozenset[str]


EVERY = frozenset(GRADIENTS)
CONTROLS = (
    Control("no 1/N", EVERY),
    Control("sign of the cost", EVERY),
    Control("sigmoid' at the activation", EVERY - {"w3", "b3", "g8"}),
    Control("tanh' omitted", frozenset({"w1", "b1", "g2"})),
    Control("bias averaged", frozenset({"b2"})),
)


def edited(old: str, new: str) -> Spec:
    """The notebook's network with one thing in its file changed."""
    text = FILE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    return loads_toml(text.replace(old, new), vocabulary=OPS).spec


def value_inside(name: str, evaluation: Evaluation) -> bool:
    """Whether every printed entry of a value is one that these numbers imply."""
    away = abs(shown(name, evaluation.values[name]) - PRINTED["values"][name])
    return bool((away <= widths()[f"value of {name}"]).all())


def gradient_inside(name: str, evaluation: Evaluation) -> bool:
    """Whether every printed entry of a gradient is one that these numbers imply."""
    away = abs(evaluation.gradients[name] - PRINTED["gradients"][name])
    return bool((away <= widths()[f"gradient of {name}"]).all())


def test_the_numbers_fed_in_have_the_shapes_of_the_network() -> None:
    assert {name: x.shape for name, x in GIVEN.items()} == {name: SPEC.shapes[name] for name in GIVEN}


def test_the_number_of_data_points_is_free() -> None:
    assert SPEC.resized(N=7).shapes["g8"] == (1, 7)


def test_every_layer_can_be_resized() -> None:
    resized = SPEC.resized(i=3, h=5, k=7, o=11).shapes
    assert [resized[name] for name in ("w1", "w2", "w3")] == [(5, 3), (7, 5), (11, 7)]


def test_it_is_checked_at_its_own_values_at_primes_and_at_square_layers() -> None:
    comparison = tv.check(FILE).comparison
    assert comparison.verdict == "agree"
    assert [name for name, _ in comparison.points] == ["own values", "prime sizes", "square layers"]


@EACH_ROAD
@pytest.mark.parametrize("name", VALUES)
def test_a_printed_value_is_inside(road: str, name: str) -> None:
    assert value_inside(name, run(road))


@EACH_ROAD
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("g1", "matmul(w1, S)", "matmul(w1, transpose(S))"),
        ("g2", "add(g1, b1)", "sub(g1, b1)"),
        ("g3", "tanh(g2)", "sigmoid(g2)"),
    ],
)
def test_a_mistake_on_the_way_forward_leaves_it(road: str, name: str, old: str, new: str) -> None:
    assert not value_inside(name, run(road, edited(old, new)))


@EACH_ROAD
@pytest.mark.parametrize("name", GRADIENTS)
def test_a_printed_gradient_is_inside(road: str, name: str) -> None:
    assert gradient_inside(name, run(road))


@EACH_ROAD
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.mistake)
def test_a_mistake_on_the_way_back_leaves_exactly_its_own(road: str, control: Control) -> None:
    evaluation = run(road, mistake=control.mistake)
    assert {name for name in GRADIENTS if not gradient_inside(name, evaluation)} == control.outside


def test_the_intervals_are_narrow() -> None:
    """An interval that holds anything would hold a mistake too."""
    assert max(float(width.max()) for width in widths().values()) < 1e-7


def quotient(road: str, asked: Mapping[str, Any], step: float) -> float:
    """The difference quotient that the notebook took, on one road."""
    cost, name = cost_of(road), asked["given"]

    def moving(x: Array) -> float:
        return cost({**GIVEN, name: x})

    return finite_difference.one_sided(moving, GIVEN[name], tuple(asked["entry"]), step=step)


def quotient_width(asked: Mapping[str, Any]) -> float:
    """What a quotient is known to: what is fed in, and twice the rounding of two costs and of the moved entry."""
    name, index, step = asked["given"], tuple(asked["entry"]), asked["step"]
    program = load_backend("numpy").compile(SPEC)
    here, there = program(GIVEN), program({**GIVEN, name: moved(GIVEN[name], index, step)})
    reach = sum(float(abs(there.gradients[n] - here.gradients[n]).sum()) for n in GIVEN)
    rounding = 2 * U * float(here.values["g9"]) + U * abs(float(GIVEN[name][index] * here.gradients[name][index]))
    return float((HALF * reach + 2 * rounding) / abs(step))


@EACH_ROAD
@EACH_DIFFERENCE
def test_a_finite_difference_is_inside(road: str, asked: Mapping[str, Any]) -> None:
    assert abs(quotient(road, asked, asked["step"]) - asked["difference"]) <= quotient_width(asked)


@EACH_ROAD
@EACH_DIFFERENCE
def test_a_step_the_other_way_leaves_it(road: str, asked: Mapping[str, Any]) -> None:
    assert abs(quotient(road, asked, -asked["step"]) - asked["difference"]) > quotient_width(asked)


@EACH_DIFFERENCE
def test_the_gradient_beside_it_leaves_it_too(asked: Mapping[str, Any]) -> None:
    """A one-sided difference is off by half a step of curvature; these intervals are narrow enough to show it."""
    assert abs(asked["gradient"] - asked["difference"]) > quotient_width(asked)


def entry_width(asked: Mapping[str, Any]) -> float:
    """A single entry is printed with 16 digits (b3 with 8): what is fed in is all that is unknown of it."""
    width = float(widths()[f"gradient of {asked['given']}"][tuple(asked["entry"])])
    printed_short = asked["gradient"] == round(asked["gradient"], PRINTED["decimals"])
    return width if printed_short else width - HALF


def entry_of(evaluation: Evaluation, asked: Mapping[str, Any]) -> float:
    return float(evaluation.gradients[asked["given"]][tuple(asked["entry"])])


@EACH_ROAD
@EACH_DIFFERENCE
def test_a_single_entry_is_inside(road: str, asked: Mapping[str, Any]) -> None:
    assert abs(entry_of(run(road), asked) - asked["gradient"]) <= entry_width(asked)


@EACH_ROAD
@EACH_DIFFERENCE
def test_a_single_entry_without_one_over_n_leaves_it(road: str, asked: Mapping[str, Any]) -> None:
    assert abs(entry_of(run(road, mistake="no 1/N"), asked) - asked["gradient"]) > entry_width(asked)


@EACH_DIFFERENCE
def test_a_single_entry_is_the_one_in_the_table(asked: Mapping[str, Any]) -> None:
    table = np.asarray(PRINTED["gradients"][asked["given"]])
    assert round(asked["gradient"], PRINTED["decimals"]) == table[tuple(asked["entry"])]


@pytest.mark.parametrize("name", FED_IN)
def test_central_differences_confirm_a_gradient(name: str) -> None:
    found = finite_difference.gradient(cost_of("numpy"), GIVEN, name)
    assert bool((abs(run("numpy").gradients[name] - found.value) <= found.error).all())


@pytest.mark.parametrize("name", FED_IN)
def test_central_differences_do_not_confirm_one_that_is_off_in_the_tenth_digit(name: str) -> None:
    found = finite_difference.gradient(cost_of("numpy"), GIVEN, name)
    off = run("numpy").gradients[name] * (1 + 1e-10)
    assert bool((abs(off - found.value) > found.error).any())


def stepped(name: str) -> Array:
    """The gradient by the complex step, through the handwritten road's values alone."""
    program = load_backend("numpy").compile(SPEC, dtype="complex128")
    return complex_step.gradient(lambda given: complex(program(given).values["g9"]), GIVEN, name).estimate.value


@pytest.mark.parametrize("name", FED_IN)
def test_the_complex_step_confirms_a_gradient(name: str) -> None:
    gradient = run("numpy").gradients[name]
    assert float(abs(gradient - stepped(name)).max()) <= 2**8 * U * float(abs(gradient).max())


@pytest.mark.parametrize("name", FED_IN)
def test_the_complex_step_does_not_confirm_one_that_is_off_in_the_twelfth_digit(name: str) -> None:
    gradient = run("numpy").gradients[name] * (1 + 1e-12)
    assert float(abs(gradient - stepped(name)).max()) > 2**8 * U * float(abs(gradient).max())
