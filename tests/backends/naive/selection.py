"""The family selection, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def each(choice: Callable[..., Any], *inputs: Array) -> Array:
    """A function of numbers, entry by entry, of inputs that are broadcast."""
    spread = np.broadcast_arrays(*inputs)
    return np.array([choice(*numbers) for numbers in zip(*map(np.ravel, spread), strict=True)]).reshape(spread[0].shape)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "maximum": lambda a, b: each(max, a, b),
    "minimum": lambda a, b: each(min, a, b),
    "clip": lambda x, low, high: each(lambda number: min(max(number, low), high), x),
    "where": lambda mask, a, b: each(lambda m, p, q: p if m else q, mask, a, b),
    "dropout": lambda x, mask, rate: x * mask / (1 - rate),
}
