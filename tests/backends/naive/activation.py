"""The family activation, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

erf = np.vectorize(math.erf)

NAIVE: Mapping[str, Callable[..., Any]] = {
    "tanh": lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "log_sigmoid": lambda x: np.log(1 / (1 + np.exp(-x))),
    "erf": erf,
    "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "mish": lambda x: x * np.tanh(np.log(1 + np.exp(x))),
    "softsign": lambda x: x / (1 + np.abs(x)),
}
