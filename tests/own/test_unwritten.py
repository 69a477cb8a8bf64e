"""What is still to be written is known through what is made of it; what a computation makes is not taken for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trivium.own.unwritten import TODO, is_unwritten

LEFT = np.full((3, 4), TODO)
STREAM = np.random.default_rng(0)
A, B = STREAM.standard_normal((5, 3)), STREAM.standard_normal((4, 6))


@pytest.mark.parametrize(
    "x",
    [
        LEFT,
        -LEFT,
        A @ LEFT,
        LEFT @ B,
        LEFT.sum(axis=0),
        1 - LEFT * 2,
        LEFT.mean(),
        LEFT.astype(np.float32),
        A.T @ A + TODO,
    ],
)
def test_it_is_known_through_what_is_made_of_it(x: Any) -> None:
    assert is_unwritten(np.asarray(x))


@pytest.mark.parametrize("x", [A, [np.nan], [np.inf, TODO], [np.nan, TODO], [-np.nan], [1, 2]])
def test_what_a_computation_makes_is_not_taken_for_it(x: Any) -> None:
    assert not is_unwritten(np.asarray(x))


def test_nor_is_what_numpy_makes_of_nothing() -> None:
    with np.errstate(all="ignore"):
        assert not is_unwritten(np.zeros(3) / np.zeros(3))
        assert not is_unwritten(np.log(-np.ones(3)))
        assert not is_unwritten(np.array(np.inf) - np.inf)
