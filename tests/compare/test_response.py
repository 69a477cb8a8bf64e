"""A network's response to noise: few runs tell digits, and what a verdict rests on is asked for only where it must be.

Knows nothing of steps.
"""

from __future__ import annotations

import numpy as np
import pytest

from trivium.backend import Array, Evaluation
from trivium.compare.bound import FEW_RUNS, LINE, RUNS, UNIT
from trivium.compare.ends import Response, untapped
from trivium.compare.run import Run
from trivium.probe import draw
from trivium.target import handwritten
from trivium.zoo import ZOO, notebook

HALF_A_DIGIT = 10.0**0.5
NOTEBOOK = notebook()
GIVEN = draw(NOTEBOOK)
RUN = handwritten().compile(NOTEBOOK)(GIVEN)


def largest(noise: dict[str, Array]) -> Array:
    """Of each tensor whose gradient moves at all."""
    return np.array([x.max() for x in noise.values() if x.max() > 0])


@pytest.mark.parametrize("name", ZOO)
def test_few_runs_tell_the_digits_to_within_half_of_one(name: str) -> None:
    spec = ZOO[name]()
    response = Response(handwritten(), spec, draw(spec))
    few, many = largest(response.rms(FEW_RUNS)), largest(response.rms(4 * RUNS))
    assert few.size == many.size > 0
    assert np.maximum(few / many, many / few).max() < HALF_A_DIGIT


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
    _ = stepwise.rms(FEW_RUNS)
    assert stepwise.rms(RUNS)["w1"].tolist() == whole.rms(RUNS)["w1"].tolist()
