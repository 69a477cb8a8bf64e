"""Choices between numbers in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp


def clip(x: jax.Array, *, low: float, high: float) -> jax.Array:
    """x, held between two bounds."""
    return jnp.clip(x, held(low, x), held(high, x))


def held(bound: float, x: jax.Array) -> float:
    """A bound, or the largest number of x's precision where it is past that, which JAX would warn of."""
    largest = float(jnp.finfo(x.dtype).max)  # type: ignore[no-untyped-call]
    return max(-largest, min(bound, largest))


def dropout(x: jax.Array, mask: jax.Array, *, rate: float) -> jax.Array:
    """x / (1 - rate) where the mask is set. JAX has no dropout; a product with the mask would let NaN through."""
    return jnp.where(mask, x / (1 - rate), 0)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "maximum": jnp.maximum,
    "minimum": jnp.minimum,
    "clip": clip,
    "where": jnp.where,
    "dropout": dropout,
}
"""At a tie, `jnp.maximum` and `jnp.minimum` give each input half of the cotangent; so `jnp.clip`, which is made of
them, has slope 1/2 on its bounds."""
