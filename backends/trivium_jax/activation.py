"""Smooth activations in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

RATE = 2 * float(np.sqrt(2 / np.pi))


def gelu_tanh(x: jax.Array) -> jax.Array:
    """x (1 + tanh u) / 2, the factor written as the logistic function of 2u.

    In `jax.nn.gelu` 1 and tanh u are added, and far to the left nothing is left of their sum. From ±64 on, where the
    factor is 1 or 0, u is that of ±64: a slope of infinity times 0 would be NaN.
    """
    bounded = jnp.clip(x, -64, 64)
    return x * jax.nn.sigmoid(RATE * bounded * (1 + 0.044715 * jnp.square(bounded)))


def softsign(x: jax.Array) -> jax.Array:
    """x / (1 + |x|), and far from 0 as s - 1 / (s + x), s the sign of x, whose slope 1 / (s + x)² is no difference.

    `jax.nn.soft_sign` differentiates the quotient: of two terms of 1 / |x|, what is left is 1 / x².
    """
    s = jnp.where(x < 0, -1.0, 1.0).astype(x.dtype)
    return jnp.where(s * x < 1, jax.nn.soft_sign(x), s - 1 / (s + x))


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "softplus": jax.nn.softplus,
    "log_sigmoid": jax.nn.log_sigmoid,
    "erf": jax.lax.erf,
    "gelu": partial(jax.nn.gelu, approximate=False),
    "gelu_tanh": gelu_tanh,
    "silu": jax.nn.silu,
    "mish": jax.nn.mish,
    "softsign": softsign,
}
"""The slopes of tanh and sigmoid are formed from their results, (1 - y) (1 + y) and y (1 - y): where y has rounded to
1, the slope is 0 (that of sigmoid at 40 is 4e-18). The slope of softplus is e^(x - y), and x - y is right to the
spacing of x: up to 32 spacings of the slope, where |x| is from 32 to 36. The values are right everywhere."""
