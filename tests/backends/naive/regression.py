"""The family regression, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def reduced(terms: Array, shape: tuple[int, ...], attrs: dict[str, Any]) -> Any:
    """The sum of some terms, over what `reduction` says; `shape` is the first input's."""
    if attrs["reduction"] == "batchmean":
        return terms.sum() / shape[attrs["batch_axis"]]
    return terms.sum() / {"sum": 1, "mean": terms.size}[attrs["reduction"]]


def huber(p: Array, t: Array, delta: float, **attrs: Any) -> Any:
    sizes = np.abs(p - t)
    terms = [d**2 / 2 if d <= delta else delta * (d - delta / 2) for d in sizes.ravel()]
    return reduced(np.array(terms), p.shape, attrs)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "squared_error": lambda p, t, **attrs: reduced((p - t) ** 2, p.shape, attrs),
    "half_squared_error": lambda p, t, **attrs: reduced((p - t) ** 2 / 2, p.shape, attrs),
    "absolute_error": lambda p, t, **attrs: reduced(abs(p - t), p.shape, attrs),
    "huber": huber,
}
