"""Lookups by label in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp


def embedding(table: jax.Array, labels: jax.Array, *, padding: int | None) -> jax.Array:
    """Rows of the table; those of the padding are 0."""
    rows = jnp.take(table, labels, axis=0)
    return rows if padding is None else jnp.where((labels == padding)[..., None], 0, rows)


def take_along_axis(x: jax.Array, indices: jax.Array, *, axis: int) -> jax.Array:
    """The entry at each index along the axis."""
    return jnp.take_along_axis(x, indices, axis=axis)


def scatter_add(x: jax.Array, indices: jax.Array, source: jax.Array, *, axis: int) -> jax.Array:
    """x.at[...].add: every entry of source is added; jnp.indices are the places along the other axes."""
    place = list(jnp.indices(indices.shape, sparse=True))
    place[axis] = indices
    return x.at[tuple(place)].add(source)


def index_select(x: jax.Array, indices: jax.Array, *, axis: int) -> jax.Array:
    """Slices along an axis."""
    return jnp.take(x, indices, axis=axis)


def one_hot(labels: jax.Array, *, classes: int) -> jax.Array:
    """Rows in the precision that is switched on."""
    return jax.nn.one_hot(labels, classes, dtype=float)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "embedding": embedding,
    "take_along_axis": take_along_axis,
    "scatter_add": scatter_add,
    "index_select": index_select,
    "one_hot": one_hot,
}
