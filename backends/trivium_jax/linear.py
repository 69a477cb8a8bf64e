"""Products of matrices and tensors in JAX's own operations, at full precision on every device.

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


def linear(x: jax.Array, w: jax.Array, c: jax.Array | None = None) -> jax.Array:
    """x wᵀ + c"""
    y = matmul(x, w.T)
    return y if c is None else y + c


def bilinear(x1: jax.Array, x2: jax.Array, w: jax.Array, c: jax.Array | None = None) -> jax.Array:
    """x1ᵀ wₖ x2 + cₖ, in one sum of products: JAX has no function of that name."""
    y = einsum(x1, w, x2, equation="...m,kmn,...n->...k")
    return y if c is None else y + c


def einsum(*xs: jax.Array, equation: str) -> jax.Array:
    """jnp.einsum, whose equation comes first, and which asks for its precision as matmul does."""
    return jnp.einsum(equation, *xs, precision="highest")


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "matmul": matmul,
    "affine": affine,
    "linear": linear,
    "outer": jnp.outer,
    "bilinear": bilinear,
    "einsum": einsum,
}
