"""Reductions over axes, in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp


def running_sum(x: jax.Array, *, axis: int, reverse: bool) -> jax.Array:
    """Σ x up to each entry, or from it on: `jax.lax` has the direction, which `jnp.cumsum` lacks."""
    return jax.lax.cumsum(x, axis=axis % x.ndim, reverse=reverse)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "sum": jnp.sum,
    "mean": jnp.mean,
    "logsumexp": jax.nn.logsumexp,
    "prod": jnp.prod,
    "max": jnp.max,
    "min": jnp.min,
    "cumsum": running_sum,
}
"""`jax.nn.logsumexp` is m + log Σ e^(x - m), m the largest entry. Where m is next to 0 and everything else far below,
the sum rounds to 1, and the result is right to the spacing of 1, not to its own."""
