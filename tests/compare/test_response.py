"""A network's response to noise: few runs tell digits, and what a verdict rests on is asked for only where it must be.

Knows nothing of steps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from trivium.backend import Array, Evaluation
from trivium.compare.bound import FEW_RUNS, LINE, RUNS, UNIT, UNSURE
from trivium.compare.ends import Response, ends, untapped
from trivium.compare.run import Run
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.target import handwritten
from trivium.zoo import ZOO, deep_mlp, notebook

NOTEBOOK = notebook()
GIVEN = draw(NOTEBOOK)
RUN = handwritten().compile(NOTEBOOK)(GIVEN)


def largest(noise: dict[str, Array]) -> Array:
    """Of each tensor whose gradient moves at all."""
    return np.array([x.max() for x in noise.values() if x.max() > 0])


@pytest.mark.parametrize("name", ZOO)
def test_few_runs_say_about_what_many_say(name: str) -> None:
    """Half of what is allowed for, at three seeds."""
    spec = ZOO[name]()
    responses = [Response(handwritten(), spec, draw(spec, seed=seed)) for seed in range(3)]
    few, many = (np.concatenate([largest(r.every(runs)) for r in responses]) for runs in (FEW_RUNS, 4 * RUNS))
    assert few.size == many.size > 0
    assert np.maximum(few / many, many / few).max() < UNSURE / 2


@pytest.mark.parametrize(("make", "runs"), [(notebook, FEW_RUNS), (deep_mlp, RUNS)])
def test_more_runs_are_made_where_few_leave_a_doubt_of_the_last_digits(make: Callable[[], Spec], runs: int) -> None:
    """Of the deep network's gradients in float32 rounding eats nearly as much as is told."""
    spec = make()
    given = draw(spec)
    run = Run("as written", "numpy", "float32", spec, handwritten().compile(spec, dtype="float32")(given), {})
    response = Response(handwritten(), spec, given, runs=FEW_RUNS)
    assert [e.tensor for e in ends([run], response, {}, {})]
    assert response.count == runs


def trained(shift: float) -> Run:
    """The notebook's network, whose training gets another gradient of w1: by so many units of its entries."""
    plain = dict(RUN.gradients)
    plain["w1"] = plain["w1"] * (1 + shift * UNIT["float64"])
    return Run("as written", "numpy", "float64", NOTEBOOK, Evaluation(RUN.values, RUN.gradients), plain)


def test_noise_is_asked_for_where_an_entry_of_its_own_explains_too_little() -> None:
    within, past = Response(handwritten(), NOTEBOOK, GIVEN), Response(handwritten(), NOTEBOOK, GIVEN)
    assert not list(untapped(trained(LINE / 2), within))
    (found,) = untapped(trained(2.0**20 * LINE), past)
    assert (found.code, found.node) == ("TV108", "w1")
    assert (within.count, past.count) == (0, RUNS)


def test_more_runs_go_on_from_those_that_there_are() -> None:
    stepwise, whole = Response(handwritten(), NOTEBOOK, GIVEN), Response(handwritten(), NOTEBOOK, GIVEN)
    _ = stepwise.every(FEW_RUNS)
    assert stepwise.rms("w1", RUNS).tolist() == whole.rms("w1", RUNS).tolist()
