"""The noise that the handwritten road can be run under, and what a replay lends its rules.

What holds for the surroundings of every road stands in test_road_surroundings.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from tests.backends.equality import assert_equal
from tests.backends.networks import CLASSIFIER, numbers
from tests.impostors import with_rule
from trivium.backend import Array, Noise
from trivium.ops import OPS
from trivium_numpy import BACKEND
from trivium_numpy.noise import Shaker


def shaken_gradient(q: float, seed: int) -> Array:
    return BACKEND.compile(CLASSIFIER, noise=Noise(q, seed))(numbers()).gradients["w1"]


def test_noise_changes_the_digits_by_about_its_amplitude() -> None:
    q = 2.0**-30
    still = BACKEND.compile(CLASSIFIER)(numbers()).gradients["w1"]
    shaken = [shaken_gradient(q, seed) for seed in range(8)]
    moved = np.sqrt(np.mean([np.square(g - still) for g in shaken]) / np.mean(np.square(still)))
    assert q / 8 < moved < 8 * q


def test_noise_of_one_seed_is_one_noise() -> None:
    first, again, other = (shaken_gradient(2.0**-30, seed) for seed in (1, 1, 2))
    assert_equal(first, again)
    assert (first != other).any()


def test_one_op_alone_is_shaken_by_about_the_amplitude() -> None:
    q, x = 2.0**-30, np.linspace(0.5, 2, 100)
    (still,), (x_bar,) = BACKEND.replay(OPS["exp"], {}, (x,), (np.ones(100),))
    (shaken,), (shaken_bar,) = BACKEND.shaken(OPS["exp"], {}, (x,), (np.ones(100),), Noise(q, 3))
    for a, b in ((still, shaken), (x_bar, shaken_bar)):
        assert q / 8 < np.sqrt(np.mean(np.square(np.asarray(b) / np.asarray(a) - 1))) < 8 * q


@pytest.mark.parametrize(
    ("op", "x", "dtype", "leaves"),
    [
        ("square", 1e30, "float32", True),
        ("square", 1e30, "float64", False),
        ("square", 1e10, "float32", False),
        ("exp", -200.0, "float32", False),  # vanishes, and is not past anything
        ("rsqrt", 1e-20, "float32", False),
        ("rsqrt", 1e-60, "float32", True),  # 0 in float32, and divided by
    ],
)
def test_a_step_leaves_the_range_of_a_precision(op: str, x: float, dtype: str, leaves: bool) -> None:
    assert BACKEND.leaves_range(OPS[op], {}, (np.array([x]),), (np.ones(1),), dtype) is leaves


class Kept(NamedTuple):
    """What a rule keeps, by name."""

    y: Array
    times: int


def test_a_rule_may_keep_a_named_tuple() -> None:
    x = np.linspace(0.5, 2, 10)
    found = Shaker(Noise(2.0**-30, 3)).saved((Kept(x, 2), x))
    assert (type(found), type(found[0]), found[0].times) == (tuple, Kept, 2)
    assert (found[0].y != x).any()


def test_labels_are_not_shaken() -> None:
    values = BACKEND.compile(CLASSIFIER, noise=Noise(2.0**-10, 1))(numbers()).values
    assert_equal(numbers()["labels"], values["labels"])


def test_a_rule_that_writes_to_what_a_replay_lends_it_fails() -> None:
    def scribble(x: Array) -> tuple[Array, Array]:
        x[0] = 7.0
        return x, x

    with pytest.raises(ValueError, match="read-only"):
        _ = with_rule("tanh", forward=scribble).replay(OPS["tanh"], {}, (np.ones(3),), (np.ones(3),))
