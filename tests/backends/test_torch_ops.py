"""Ops of the tape, where torch does more than every road must: the slope of a confident score, which elsewhere cancels.

What holds for the ops of every road stands in test_road_ops.py and test_road_extremes.py.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.backends.cases import at
from trivium.ops import OPS
from trivium_torch import BACKEND
from trivium_torch.step import OPERATIONS


def test_every_op_of_the_vocabulary_has_an_operation() -> None:
    assert set(OPERATIONS) == set(OPS)
    assert dict(BACKEND.lacks) == {}


@pytest.mark.parametrize("x", [0.0, -40.0, 40.0, -720.0, -800.0, 800.0])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_the_slope_of_binary_cross_entropy_is_right_to_three_ulps_at_its_extremes(x: float, target: float) -> None:
    _, (x_bar, _) = at(BACKEND, "binary_cross_entropy_with_logits", [x], [target], reduction="sum")
    away = x * (1 - 2 * target)  # the loss is log(1 + e^away), of which e^away / (1 + e^away) is left however small
    slope = (1 - 2 * target) * math.exp(min(away, 0)) / (1 + math.exp(-abs(x)))
    np.testing.assert_array_max_ulp(x_bar, np.array([slope]), maxulp=3)
