"""The family piecewise, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.backends.naive.selection import each
from trivium.backend import Array


def prelu(x: Array, slope: Array, channel_axis: int | None) -> Array:
    y = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        own = slope.item() if channel_axis is None else slope[index[channel_axis]]
        y[index] = x[index] if x[index] > 0 else own * x[index]
    return y


def selu(x: float) -> float:
    scale, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
    return scale * max(0, x) + scale * min(0, alpha * (math.exp(x) - 1))


NAIVE: Mapping[str, Callable[..., Any]] = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x, slope: each(lambda number: number if number > 0 else slope * number, x),
    "prelu": prelu,
    "elu": lambda x, alpha: each(lambda number: number if number > 0 else alpha * (math.exp(number) - 1), x),
    "selu": lambda x: each(selu, x),
    "celu": lambda x, alpha: each(lambda n: max(0, n) + min(0, alpha * (math.exp(n / alpha) - 1)), x),
    "hardtanh": lambda x, low, high: each(lambda number: min(max(number, low), high), x),
    "hardsigmoid": lambda x: each(lambda number: min(max(number / 6 + 1 / 2, 0), 1), x),
    "hardswish": lambda x: each(lambda number: number * min(max(number + 3, 0), 6) / 6, x),
    "abs": lambda x: each(lambda number: math.sqrt(number * number), x),
    "sign": lambda x: each(lambda number: float(number > 0) - float(number < 0), x),
}
