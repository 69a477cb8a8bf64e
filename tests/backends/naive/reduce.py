"""The family reduce, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axis, keepdims: function(x, axis=axis, keepdims=keepdims)


def cumsum(x: Array, axis: int, reverse: bool) -> Array:
    x = np.moveaxis(x, axis, 0)
    sums = [sum(x[i:] if reverse else x[: i + 1]) for i in range(len(x))]
    return np.moveaxis(np.array(sums), 0, axis)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "sum": reduction(np.sum),
    "mean": reduction(np.mean),
    "logsumexp": reduction(lambda x, **axes: np.log(np.exp(x).sum(**axes))),
    "prod": reduction(np.prod),
    "max": reduction(np.max),
    "min": reduction(np.min),
    "cumsum": cumsum,
}
