"""Backends that write to what they are fed, or return what is no array: each is named, and nobody innocent is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.impostors import Impostor, double
from tests.meta.conftest import accused, codes, named
from trivium.backend import Evaluation
from trivium.compare.comparison import Finding
from trivium.probe import draw
from trivium.report import Report
from trivium.verbs import check
from trivium.zoo import network

NET = "zoo:notebook"
PLACES = [["impostor", "torch"], ["torch", "impostor"], ["numpy", "impostor", "jax"]]


def beside(impostor: Impostor, place: list[str]) -> Report:
    """A check of an impostor among right roads, in this order."""
    return check(NET, backends=[impostor if name == "impostor" else name for name in place])


def found(impostor: Impostor, name: str) -> Finding:
    """What is said of an impostor at one name."""
    (finding,) = [f for f in beside(impostor, PLACES[1]).comparison.of("disagree") if f.node == name]
    return finding


@pytest.mark.parametrize("place", PLACES, ids=",".join)
def test_who_writes_to_what_it_is_given_is_named_and_nobody_else(place: list[str]) -> None:
    report = beside(Impostor(on_given=double), place)
    assert accused(report.comparison) == {"impostor"}
    assert codes(report.comparison) == {"TV103"}
    assert ("impostor", "S") in named(report.comparison)


def test_what_was_written_to_is_said() -> None:
    assert found(Impostor(on_given=double), "S").message == "impostor wrote to the 'S' that it was given"


def test_the_caller_s_own_values_stay_as_they_were() -> None:
    values = draw(network("notebook"))
    before = {name: x.copy() for name, x in values.items()}
    _ = check(NET, backends=["numpy", Impostor(on_given=double)], values=values)
    assert all(np.array_equal(values[name], x) for name, x in before.items())


def without_values(answer: Any) -> Any:
    return None


def spoiled(side: str, name: str, thing: Any) -> Callable[[Any], Any]:
    """An answer with something else in the place of one array."""

    def answer(right: Evaluation) -> Evaluation:
        part = dict(getattr(right, side))
        if name in part:
            part[name] = thing
        return replace(right, **{side: part})

    return answer


@pytest.mark.parametrize(
    ("side", "name", "thing", "said"),
    [
        ("gradients", "g3", [1.0], "impostor's gradient of 'g3' is no array but a list"),
        ("gradients", "w1", None, "impostor's gradient of 'w1' is no array but None"),
        ("values", "g9", 0.5, "impostor's value of 'g9' is no array but a float"),
        ("values", "S", "S", "impostor's value of 'S' is no array but a str"),
        ("values", "g3", np.float64(1.0), "impostor's value of 'g3' has shape (), needs (3, 7)"),
    ],
)
def test_what_is_no_array_is_said_of_who_returned_it(side: str, name: str, thing: Any, said: str) -> None:
    impostor = Impostor(answer=spoiled(side, name, thing))
    assert accused(beside(impostor, PLACES[1]).comparison) == {"impostor"}
    findings = [f.message for f in beside(impostor, PLACES[1]).comparison.of("disagree")]
    assert said in findings


def test_an_answer_that_is_none_is_no_value_and_no_gradient() -> None:
    report = beside(Impostor(answer=without_values), PLACES[2])
    assert accused(report.comparison) == {"impostor"}
    assert codes(report.comparison) == {"TV103"}


@pytest.mark.parametrize("half", [None, [], 5])
def test_gradients_that_are_no_mapping_are_absent(half: Any) -> None:
    report = beside(Impostor(answer=lambda right: replace(right, gradients=half)), PLACES[1])
    assert accused(report.comparison) == {"impostor"}
    assert codes(report.comparison) == {"TV103"}


def test_more_than_was_asked_for_is_nobody_s_fault() -> None:
    def generous(right: Evaluation) -> Evaluation:
        return Evaluation({**right.values, "more": np.ones(2)}, {**right.gradients, "more": np.ones(2)})

    assert beside(Impostor(answer=generous), PLACES[1]).verdict == "agree"


def test_a_number_that_is_a_scalar_of_numpy_s_is_an_array() -> None:
    def scalar(right: Evaluation) -> Evaluation:
        return replace(right, values={n: x[()] if x.shape == () else x for n, x in right.values.items()})

    assert beside(Impostor(answer=scalar), PLACES[1]).verdict == "agree"
