"""Definitions written out, one file a family, and with loops where a rule is clever: what a road's values are held to.

Knows no road.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.backends.naive import (
    activation,
    arithmetic,
    attention,
    classification,
    convolution,
    divergence,
    exponential,
    index,
    linear,
    moment,
    normalize,
    piecewise,
    pooling,
    recurrent,
    reduce,
    regression,
    selection,
    shape,
    slicing,
    softmax,
)

FAMILIES = (
    arithmetic,
    exponential,
    activation,
    selection,
    piecewise,
    linear,
    shape,
    slicing,
    index,
    reduce,
    moment,
    softmax,
    convolution,
    pooling,
    normalize,
    recurrent,
    attention,
    regression,
    classification,
    divergence,
)
NAIVE: Mapping[str, Callable[..., Any]] = {name: f for family in FAMILIES for name, f in family.NAIVE.items()}
"""Per op: (*inputs, **attributes) -> its value, or a sequence of its values."""
