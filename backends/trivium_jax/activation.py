"""Smooth activations in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "softplus": jax.nn.softplus,
}
"""The slopes of tanh and sigmoid are formed from their results, (1 - y) (1 + y) and y (1 - y): where y has rounded to
1, the slope is 0 (that of sigmoid at 40 is 4e-18). The slope of softplus is e^(x - y), and x - y is right to the
spacing of x: up to 32 spacings of the slope, where |x| is from 32 to 36. The values are right everywhere."""
