"""Products of matrices in JAX's own operations, at full precision on every device.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp


def matmul(a: jax.Array, b: jax.Array) -> jax.Array:
    """a b; without "highest", an accelerator would round float32 factors to fewer bits."""
    return jnp.matmul(a, b, precision="highest")


def affine(w: jax.Array, x: jax.Array, c: jax.Array) -> jax.Array:
    """w x + c"""
    return matmul(w, x) + c


def linear(x: jax.Array, w: jax.Array, c: jax.Array) -> jax.Array:
    """x wᵀ + c"""
    return matmul(x, w.T) + c


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "matmul": matmul,
    "affine": affine,
    "linear": linear,
}
