"""Who replays whom: wrong roads do not clear each other, and a road that cannot replay is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import trivium as tv
import trivium_numpy
from trivium.backend import Array, Backend
from trivium_numpy.backprop import NumpyBackend

SPEC = tv.network("notebook")


def times(factor: float, name: str) -> NumpyBackend:
    """The handwritten road under another name, with a tanh whose vjp is multiplied by a factor."""

    def vjp(y: Array, y_bar: Array) -> tuple[Array]:
        return (factor * (1 - y * y) * y_bar,)

    rules = {**trivium_numpy.BACKEND.rules, "tanh": replace(trivium_numpy.BACKEND.rules["tanh"], vjp=vjp)}
    return replace(trivium_numpy.BACKEND, rules=rules, name=name)


def accused(*backends: str | Backend, **options: Any) -> set[tuple[str, str]]:
    """Backend and node of every disagreement."""
    report = tv.check(SPEC, backends=backends, **options)
    return {(f.backend, f.node) for f in report.comparison.of("disagree")}


def test_two_roads_wrong_in_different_ways_are_both_named() -> None:
    assert accused(times(2, "a"), times(3, "b")) == {("a", "g3"), ("b", "g3")}


def test_three_roads_wrong_in_different_ways_are_all_named() -> None:
    assert accused(times(2, "a"), times(3, "b"), times(5, "c")) == {("a", "g3"), ("b", "g3"), ("c", "g3")}


@pytest.mark.parametrize("right", ["numpy", "torch"])
def test_of_two_wrong_roads_and_a_right_one_the_right_one_is_left_alone(right: str) -> None:
    assert accused(times(2, "a"), right, times(3, "b")) == {("a", "g3"), ("b", "g3")}


def test_roads_that_are_right_are_not_accused() -> None:
    assert accused(times(1, "a"), times(1, "b")) == set()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_one_road_alone_is_put_to_its_own_values_in_the_precision_there_is(dtype: str) -> None:
    assert accused(times(2, "a"), dtypes=[dtype]) == {("a", "g3")}


class Unable(NumpyBackend):
    """A road that computes rightly and cannot replay a tanh."""

    def replay(self, op: Any, attrs: Any, inputs: Any, cotangents: Any) -> Any:
        outputs, bars = super().replay(op, attrs, inputs, cotangents)
        return (outputs, (None,)) if op.name == "tanh" else (outputs, bars)


def test_a_road_that_cannot_replay_is_named_and_nobody_else() -> None:
    unable = Unable(trivium_numpy.BACKEND.rules, name="unable")
    report = tv.check(SPEC, backends=[unable, "torch"], oracle="roads")
    (finding,) = report.comparison.of("disagree")
    assert (finding.code, finding.backend) == ("TV103", "unable")


def test_a_given_past_the_largest_float32_is_undecided_in_float32() -> None:
    given = {name: np.ones(g.shape) for name, g in SPEC.givens.items()} | {"S": np.full((2, 7), 1e39)}
    report = tv.check(SPEC, backends=["numpy", "torch"], values=given, dtypes=["float32"])
    assert (report.verdict, next(report.comparison.of("undecided")).code) == ("undecided", "TV106")
