"""Exponentials, logarithms, powers and the circular functions in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

HALF = -0.6931471805599453
"""Where eˣ is a half: from here down, 1 is subtracted from eˣ without the loss of a digit."""


def expm1(x: jax.Array) -> jax.Array:
    """eˣ - 1. The slope of `jnp.expm1` is its result plus 1, which has lost eˣ to rounding where x is far below 0."""
    below = x < HALF
    return jnp.where(below, jnp.exp(jnp.where(below, x, HALF)) - 1, jnp.expm1(jnp.where(below, HALF, x)))


def rsqrt(x: jax.Array) -> jax.Array:
    """1 / √x. The slope of `jax.lax.rsqrt` is -y / 2x with y / x formed first, which may leave the range."""
    return 1 / jnp.sqrt(x)


def pow_(x: jax.Array, *, exponent: float) -> jax.Array:
    """xᵖ. The slope p xᵖ⁻¹ of `jnp.power(x, 0.0)` is NaN at x = 0; that of `jnp.power(x, 0)`, an integer, is 0."""
    return jnp.power(x, exponent if exponent else 0)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "exp": jnp.exp,
    "log": jnp.log,
    "expm1": expm1,
    "log1p": jnp.log1p,
    "sqrt": jnp.sqrt,
    "rsqrt": rsqrt,
    "sin": jnp.sin,
    "cos": jnp.cos,
    "pow": pow_,
    "power": jnp.power,
}
"""On a CPU, results below the smallest normal number (2.2e-308; in float32 1.2e-38) are flushed to 0."""
