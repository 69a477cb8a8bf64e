"""The family moment, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def variance(x: Array, axis: Any, keepdims: bool, ddof: int) -> Any:
    squares = (x - np.mean(x, axis=axis, keepdims=True)) ** 2
    y = np.sum(squares, axis=axis, keepdims=keepdims)
    return y / (x.size // np.size(y) - ddof)


def norm(x: Array, order: float, axis: Any, keepdims: bool) -> Any:
    return np.sum(np.abs(x) ** order, axis=axis, keepdims=keepdims) ** (1 / order)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "variance": variance,
    "standard_deviation": lambda x, **attrs: np.sqrt(variance(x, **attrs)),
    "norm": norm,
}
