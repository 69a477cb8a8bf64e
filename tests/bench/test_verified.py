"""What may be timed: what roads agree on, but for a slope on a kink, and what the exact numbers do not contradict.

Knows nothing of time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.backend import Array, load_backend
from trivium.bench.verified import Verified, verify
from trivium.errors import GradientMismatch
from trivium.ops import abs as absolute, mul, sigmoid, sum as total
from trivium.probe import Probe, draw
from trivium.zoo import gru_regression


def saturated(w: Any, x: Any) -> Any:
    return total(sigmoid(mul(w, x)))


def kinked(w: Any, x: Any) -> Any:
    return total(absolute(mul(w, x)))


def verified(function: Any, given: dict[str, Array], backend: str = "jax") -> Verified:
    """A function of two vectors, its gradient by one road beside NumPy's."""
    spec = tv.trace(function, inputs={"x": "n"}, parameters={"w": "n"}, sizes={"n": len(given["x"])})
    return verify(load_backend(backend), load_backend("numpy"), Probe("own values", spec, given), dtype="float64")


def test_what_every_road_has_wrong_is_not_timed() -> None:
    with pytest.raises(GradientMismatch, match=r"not verified: .* no digit is right"):
        _ = verified(saturated, {"x": np.array([40.0]), "w": np.array([1.0])})


def test_a_slope_that_a_road_may_choose_is_timed() -> None:
    found = verified(kinked, {"x": np.array([0.0, 1.0]), "w": np.array([1.0, 1.0])})
    assert found.facts(found.gradient)["verdict"] == "convention"


def test_the_residual_is_the_road_s_own() -> None:
    spec = gru_regression()
    probe = Probe("as written", spec, draw(spec))
    found = verify(load_backend("torch"), load_backend("numpy"), probe, dtype="float64")
    assert found.comparison is not None
    worst = {b: max(s.residual for s in found.comparison.steps if s.backend == b) for b in ("torch", "numpy")}
    assert worst["torch"] != worst["numpy"]
    assert found.facts(found.gradient)["worst_residual"] == worst["torch"]
