"""A bias that is one more row of its weight, at either end, beside a network that has both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.errors import ValuesError

NET = Path(__file__).parents[2] / "examples/nets/notebook.net.toml"
RANDOM = np.random.default_rng(0)
AT = {n: RANDOM.normal(size=s) for n, s in {"S": (7, 2), "w1": (3, 3), "w2": (4, 4), "w3": (5, 1), "y": (7, 1)}.items()}


def with_ones(x: Any, *, first: bool) -> Any:
    one = np.ones((len(x), 1))
    return np.hstack([one, x] if first else [x, one])


def network(*, first: bool, slope: float = 2.0) -> tuple[Any, Any]:
    """Three layers, each of which puts a column of ones to what it reads."""

    def forward(S: Any, w1: Any, w2: Any, w3: Any) -> Any:
        a0 = with_ones(S, first=first)
        a1 = with_ones(np.tanh(a0 @ w1), first=first)
        a2 = with_ones(1 / (1 + np.exp(-(a1 @ w2))), first=first)
        return a0, a1, a2, a2 @ w3

    def cost(S: Any, w1: Any, w2: Any, w3: Any, y: Any) -> Any:
        return np.sum((forward(S, w1, w2, w3)[-1] - y) ** 2) / len(y)

    def grads(S: Any, w1: Any, w2: Any, w3: Any, y: Any) -> Any:
        a0, a1, a2, out = forward(S, w1, w2, w3)
        d3 = slope * (out - y) / len(y)
        rest = slice(1, None) if first else slice(None, -1)
        d2 = (d3 @ w3.T * a2 * (1 - a2))[:, rest]
        d1 = (d2 @ w2.T * (1 - a1**2))[:, rest]
        return {"w1": a0.T @ d1, "w2": a1.T @ d2, "w3": a2.T @ d3}

    return cost, grads


@pytest.mark.parametrize(("first", "place"), [(False, "last"), (True, "first")])
def test_a_bias_in_its_weight_is_found_at_either_end(*, first: bool, place: str) -> None:
    report = tv.check_gradient(*network(first=first), at=AT, against=NET)
    assert report.verdict == "agree", report.text()
    assert {p.name for p in report.found.of("gradient")} == {"w1", "b1", "w2", "b2", "w3", "b3"}
    assert f"b2 stands in w2, at its {place} place" in "".join(report.found.notes)
    assert "prime sizes" in report.found.points


def test_without_the_function_the_end_that_fits_is_taken() -> None:
    for first in (False, True):
        assert tv.check_gradient(None, network(first=first)[1], at=AT, against=NET).verdict == "agree"


def test_a_mistake_is_named_all_the_same() -> None:
    report = tv.check_gradient(*network(first=True, slope=1.0), at=AT, against=NET)
    assert len(report.found.of("gradient", "wrong")) == 6
    assert "two-forgotten" in {m.mistake for m in report.diagnosis}


def test_what_no_weight_can_hold_is_missing() -> None:
    cost, _ = network(first=True)
    renamed = {"v" if n == "w3" else n: x for n, x in AT.items()}
    with pytest.raises(ValuesError, match="notebook needs b1, b2, w3, b3, and the arguments are S, w1, w2, v, y"):
        _ = tv.check_gradient(
            lambda S, w1, w2, v, y: cost(S, w1, w2, v, y), lambda S, w1, w2, v, y: {}, at=renamed, against=NET
        )
