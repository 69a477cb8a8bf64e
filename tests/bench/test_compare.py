"""Two runs differ where their intervals say so, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from trivium.bench.compare import FASTER, SAME, SLOWER, change, changes
from trivium.bench.record import Record, Row

STREAM = np.random.default_rng(0)


def row(scale: float, *, noise: float = 0.02, what: str = "gradient") -> Row:
    rounds = tuple(tuple(scale * np.exp(noise * STREAM.standard_normal(5))) for _ in range(3))
    return Row("zoo:mlp", {}, "numpy", "float64", what, rounds)


@pytest.mark.parametrize(("scale", "verdict"), [(1.0, SAME), (1.3, SLOWER), (0.7, FASTER), (1.005, SAME)])
def test_a_change_is_told_from_noise(scale: float, verdict: str) -> None:
    found = change(row(1.0), row(scale))
    assert found.verdict == verdict
    assert found.low <= found.ratio <= found.high


def test_noise_widens_the_interval() -> None:
    quiet, loud = (change(row(1.0, noise=x), row(1.1, noise=x)) for x in (0.01, 0.3))
    assert (quiet.verdict, loud.verdict) == (SLOWER, SAME)
    assert loud.high - loud.low > 3 * (quiet.high - quiet.low)


def test_no_change_is_seen_in_most_runs_of_the_same_thing() -> None:
    assert sum(change(row(1.0), row(1.0)).verdict == SAME for _ in range(40)) >= 32


def test_only_what_both_have_measured_is_compared() -> None:
    before = Record((row(1.0), Row("zoo:mlp", {}, "jax", "float64", "gradient", error="died")), {}, {})
    after = Record((row(1.0), row(1.0, what="forward")), {}, {})
    assert [c.after.what for c in changes(before, after)] == ["gradient"]
