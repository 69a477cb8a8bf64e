"""Variance, deviation and norms in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken. `jnp.std` and `jnp.linalg.norm` are not used: at 0
their slope is NaN, and their squares leave the range where the result does not. `jnp.var` is given what x has above its
smallest entry: equal numbers are then exactly 0, where a rounded mean would leave them off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

Axes = int | tuple[int, ...] | None


def height(x: jax.Array, axis: Axes) -> jax.Array:
    """What x has above its smallest entry."""
    return x - jax.lax.stop_gradient(jnp.min(x, axis=axis, keepdims=True))


def variance(x: jax.Array, *, axis: Axes, keepdims: bool, ddof: int) -> jax.Array:
    """Σ (x - mean x)² / (n - ddof)"""
    return jnp.var(height(x, axis), axis=axis, keepdims=keepdims, ddof=ddof)


def standard_deviation(x: jax.Array, *, axis: Axes, keepdims: bool, ddof: int) -> jax.Array:
    """√ of the variance."""
    d = height(x, axis)
    return in_range(lambda v: jnp.var(v, axis=axis, keepdims=True, ddof=ddof), d, axis=axis, keepdims=keepdims)


def norm(x: jax.Array, *, order: float, axis: Axes, keepdims: bool) -> jax.Array:
    """Σ |x|, whose slope at 0 is JAX's own, 1; or √Σ x²."""
    if order == 1:
        return jnp.sum(jnp.abs(x), axis=axis, keepdims=keepdims)
    return in_range(lambda v: jnp.sum(v * v, axis=axis, keepdims=True), x, axis=axis, keepdims=keepdims)


def in_range(square: Callable[[jax.Array], jax.Array], v: jax.Array, *, axis: Axes, keepdims: bool) -> jax.Array:
    """√ of a quadratic function of v, computed of v over a scale; 0 with slope 0 where v is 0.

    The scale, the largest size to the power 2/3, is multiplied with a cotangent, and divides it again: it is chosen to
    keep both that product and the squares of v over it from the ends of the range. A square of 0 is replaced before its
    root is taken: the slope of the root there, ∞, would make NaN of any 0.
    """
    largest = jax.lax.stop_gradient(jnp.max(jnp.abs(v), axis=axis, keepdims=True))
    nothing = largest == 0
    scale = jnp.where(nothing, 1, largest) ** (2 / 3)
    y = jnp.where(nothing, 0, scale * jnp.sqrt(jnp.where(nothing, 1, square(v / scale))))
    return y if keepdims else jnp.squeeze(y, axis)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "variance": variance,
    "standard_deviation": standard_deviation,
    "norm": norm,
}
