"""The family softmax, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def softmax(x: Array, axis: int) -> Array:
    return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)


def masked_softmax(x: Array, mask: Array, axis: int) -> Array:
    """Row by row: the softmax of the entries that take part, alone, put back in their places."""
    x, mask = np.moveaxis(x, axis, -1), np.moveaxis(np.broadcast_to(mask, x.shape), axis, -1)
    y = np.zeros(x.shape)
    for row in np.ndindex(x.shape[:-1]):
        chosen = mask[row]
        y[row][chosen] = softmax(x[row][chosen], 0)
    return np.moveaxis(y, -1, axis)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "softmax": softmax,
    "log_softmax": lambda x, axis: np.log(softmax(x, axis)),
    "masked_softmax": masked_softmax,
}
