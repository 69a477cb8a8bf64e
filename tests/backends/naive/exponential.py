"""The family exponential, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def whole_power(x: Array, exponent: float) -> Array:
    """x multiplied by itself, and for a negative exponent 1 over that."""
    product = np.ones(x.shape)
    for _ in range(abs(int(exponent))):
        product = product * x
    return product if exponent >= 0 else 1 / product


def pow_(x: Array, exponent: float) -> Any:
    return whole_power(x, exponent) if exponent.is_integer() else np.exp(exponent * np.log(x))


NAIVE: Mapping[str, Callable[..., Any]] = {
    "exp": np.exp,
    "log": np.log,
    "expm1": lambda x: np.exp(x) - 1,
    "log1p": lambda x: np.log(1 + x),
    "sqrt": np.vectorize(math.sqrt),
    "rsqrt": lambda x: 1 / np.vectorize(math.sqrt)(x),
    "sin": lambda x: np.exp(1j * x).imag,
    "cos": lambda x: np.exp(1j * x).real,
    "pow": pow_,
    "power": lambda base, exponent: np.exp(exponent * np.log(base)),
}
