"""Numbers at the ends of the range: what is judged of them, and what is said of those beside them.

Knows nothing of backends.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

import trivium as tv
from trivium.ops import add, concat, exp, mul, sigmoid, sum as total


def underflowing(w: Any) -> Any:
    return total(exp(w))


@pytest.mark.parametrize("oracle", ["roads", "exact"])
def test_the_smallest_number_that_there_is_is_judged(oracle: str) -> None:
    """Its square is 0, and so is the root of the mean square of it and nothing."""
    spec = tv.trace(underflowing, inputs={}, parameters={"w": "n"}, sizes={"n": 5})
    values = {"w": [-744.5, -800.0, -800.0, -800.0, -800.0]}
    report = tv.check(spec, values=values, backends=["numpy", "torch"], oracle=oracle)
    assert report.verdict == "agree"
    assert all(step.floor is None or step.floor > 0 for step in report.comparison.steps)


def saturated(w: Any, v: Any, c: Any, k: Any) -> Any:
    x = concat(w, v, axis=0)
    return add(total(sigmoid(x)), mul(total(mul(c, x)), k))


def test_an_entry_past_the_range_hides_no_other_that_is_wrong() -> None:
    """The sigmoid's slope at 20 is 0 in every road; the other entry of that gradient has left float32."""
    spec = tv.trace(saturated, inputs={"c": "2", "k": ""}, parameters={"w": "1", "v": "1"}, sizes={})
    values = {"w": [20.0], "v": [1e-3], "k": 10.0, "c": [0.0, 3e38]}
    report = tv.check(spec, values=values, backends=["numpy", "torch"], oracle="exact", dtypes=["float32"])
    (found,) = (f for f in report.comparison.findings if f.code == "TV110")
    (witness,) = found.wrong[0].witnesses
    assert witness.index == (0,)
    assert math.isfinite(witness.expected)
