"""Losses between numbers, composed: JAX itself has no loss functions.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp


def reduced(terms: jax.Array, *, reduction: str, batch: int | None) -> jax.Array:
    """Σ terms, their mean, or Σ terms / batch (the size of the batch axis)."""
    if reduction == "mean":
        return jnp.mean(terms)
    total = jnp.sum(terms)
    return total if batch is None else total / batch


def squared_error(prediction: jax.Array, target: jax.Array, *, reduction: str, batch_axis: int | None) -> jax.Array:
    """Σ (prediction - target)²"""
    batch = None if batch_axis is None else prediction.shape[batch_axis]
    return reduced(jnp.square(prediction - target), reduction=reduction, batch=batch)


def half_squared_error(
    prediction: jax.Array, target: jax.Array, *, reduction: str, batch_axis: int | None
) -> jax.Array:
    """Σ (prediction - target)² / 2"""
    batch = None if batch_axis is None else prediction.shape[batch_axis]
    return reduced(0.5 * jnp.square(prediction - target), reduction=reduction, batch=batch)


def absolute_error(prediction: jax.Array, target: jax.Array, *, reduction: str, batch_axis: int | None) -> jax.Array:
    """Σ |prediction - target|; on an exact fit, the slope of `jnp.abs` is 1."""
    batch = None if batch_axis is None else prediction.shape[batch_axis]
    return reduced(jnp.abs(prediction - target), reduction=reduction, batch=batch)


def huber(
    prediction: jax.Array, target: jax.Array, *, delta: float, reduction: str, batch_axis: int | None
) -> jax.Array:
    """Σ d² / 2 where |d| <= delta, of delta (|d| - delta / 2) elsewhere.

    The square is of a d that is cut to 0 in the outer piece, so that it overflows nowhere.
    """
    d = prediction - target
    inside = jnp.abs(d) <= delta
    near = jnp.square(jnp.where(inside, d, 0)) / 2
    terms = jnp.where(inside, near, delta * (jnp.abs(d) - delta / 2))
    return reduced(terms, reduction=reduction, batch=None if batch_axis is None else prediction.shape[batch_axis])


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "absolute_error": absolute_error,
    "huber": huber,
}
