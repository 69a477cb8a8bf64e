"""Rearrangements in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp


def transpose(x: jax.Array, *, axes: int | tuple[int, ...] | None) -> jax.Array:
    """Axis i of the result is axis axes[i] of x; one axis may be written without a tuple."""
    return jnp.transpose(x, (axes,) if isinstance(axes, int) else axes)


def split(x: jax.Array, *, parts: int, axis: int) -> tuple[jax.Array, ...]:
    """Equal parts of x along an axis."""
    return tuple(jnp.split(x, parts, axis=axis))


def concat(*xs: jax.Array, axis: int) -> jax.Array:
    """One behind the other."""
    return jnp.concatenate(xs, axis=axis)


def stack(*xs: jax.Array, axis: int) -> jax.Array:
    """Side by side along a new axis."""
    return jnp.stack(xs, axis=axis)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "reshape": jnp.reshape,
    "transpose": transpose,
    "split": split,
    "squeeze": jnp.squeeze,
    "expand_dims": jnp.expand_dims,
    "broadcast_to": jnp.broadcast_to,
    "concat": concat,
    "stack": stack,
}
