"""Slopes that are taken for the right one: wrong formulas for what works entry by entry, op by op.

Knows nothing of where they are planted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Step
from trivium.mistakes.right import SLOPES, below, density, gelu_tanh_slope, half_tanh, sigma
from trivium.ops.piecewise import SELU_SCALE
from trivium.spec.op import Attributes

Bent = Mapping[str, Callable[[Array, Attributes], Any]]
"""A wrong slope at x for each of some ops."""

BY_INPUT: Bent = {
    "tanh": lambda x, attrs: 1 - x * x,
    "sigmoid": lambda x, attrs: x * (1 - x),
    "exp": lambda x, attrs: x,
    "sqrt": lambda x, attrs: 1 / (2 * x),
}
"""Slopes that are written with the output y, with x in its place."""
NEIGHBOR: Bent = {
    "tanh": lambda x, attrs: np.tanh(x) * (1 - np.tanh(x)),
    "sigmoid": lambda x, attrs: 1 - sigma(x) ** 2,
    "gelu": lambda x, attrs: gelu_tanh_slope(x),
    "gelu_tanh": lambda x, attrs: below(x) + x * density(x),
    "sin": lambda x, attrs: -np.sin(x),
    "cos": lambda x, attrs: np.cos(x),
    "log_sigmoid": lambda x, attrs: sigma(x) * sigma(-x),
    "silu": lambda x, attrs: sigma(x) * sigma(-x),
    "selu": lambda x, attrs: np.where(x > 0, 1, np.exp(np.minimum(x, 0))),
}
"""Slopes of another function of nearly the same name."""
FACTOR: Bent = {
    "silu": lambda x, attrs: sigma(x),
    "gelu": lambda x, attrs: below(x),
    "gelu_tanh": lambda x, attrs: half_tanh(x),
    "mish": lambda x, attrs: np.tanh(np.logaddexp(0, x)),
    "softsign": lambda x, attrs: 1 / (1 + np.abs(x)),
    "hardswish": lambda x, attrs: np.clip(x / 6 + 1 / 2, 0, 1),
}
"""p, where y is x p(x)."""
WITHOUT_CONSTANT: Bent = {
    "erf": lambda x, attrs: np.exp(-x * x),
    "selu": lambda x, attrs: SLOPES["selu"](x, attrs) / SELU_SCALE,
    "elu": lambda x, attrs: np.where(x > 0, 1, np.exp(np.minimum(x, 0))),
    "celu": lambda x, attrs: np.where(x > 0, 1, attrs["alpha"] * np.exp(np.minimum(x, 0) / attrs["alpha"])),
    "gelu": lambda x, attrs: below(x) + x * density(x) * math.sqrt(2 * math.pi),
    "gelu_tanh": lambda x, attrs: gelu_tanh_slope(x, cubed=1),
}
OPPOSITE: Bent = {
    "relu": lambda x, attrs: np.where(x > 0, 0, 1),
    "leaky_relu": lambda x, attrs: np.where(x > 0, attrs["slope"], 1),
    "clip": lambda x, attrs: 1 - SLOPES["clip"](x, attrs),
    "hardtanh": lambda x, attrs: 1 - SLOPES["hardtanh"](x, attrs),
}


def by(table: Bent) -> Callable[[Step], Any]:
    """x̄ by the wrong slopes of a table."""
    return lambda step: table[step.place.op](step.x, step.attrs) * step.y_bar
