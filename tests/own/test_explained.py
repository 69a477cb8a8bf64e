"""A mistake in a rule that several steps share is named with all of them; in one step, with that step alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.zoo import network

MLP = network("mlp")


def own(first: float, second: float) -> Any:
    """A gradient of the network by hand, in which the slopes of the two tanh are 1 - y to such a power."""

    def grads(x: Any, y: Any, w1: Any, c1: Any, w2: Any, c2: Any, w3: Any, c3: Any) -> Mapping[str, Any]:
        h1 = np.tanh(x @ w1.T + c1)
        h2 = np.tanh(h1 @ w2.T + c2)
        out_bar = 2 * (h2 @ w3.T + c3 - y) / len(x)
        z2_bar = out_bar @ w3 * (1 - h2**second)
        z1_bar = z2_bar @ w2 * (1 - h1**first)
        return {
            "w1": z1_bar.T @ x,
            "c1": z1_bar.sum(axis=0),
            "w2": z2_bar.T @ h1,
            "c2": z2_bar.sum(axis=0),
            "w3": out_bar.T @ h2,
            "c3": out_bar.sum(axis=0),
        }

    return grads


@pytest.mark.parametrize(("first", "second", "nodes"), [(1, 1, ("h1", "h2")), (1, 2, ("h1",)), (2, 1, ("h2",))])
def test_a_mistake_is_named_where_it_is(first: int, second: int, nodes: tuple[str, ...]) -> None:
    report = tv.check_gradient(None, own(first, second), against=MLP)
    assert [(m.mistake, m.nodes) for m in report.diagnosis] == [("tanh-not-squared", nodes)]
    assert f"(tanh-not-squared, at {', '.join(nodes)})" in report.text(width=300)


def test_what_is_right_has_none() -> None:
    report = tv.check_gradient(None, own(2, 2), against=MLP)
    assert (report.verdict, report.diagnosis) == ("agree", ())
