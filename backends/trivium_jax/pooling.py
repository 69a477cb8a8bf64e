"""Pooling in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

Ints = int | tuple[int, ...]


def max_pool2d(x: jax.Array, *, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> jax.Array:
    """The largest of every window, the first of equal ones.

    `reduce_window` has no derivative with dilation: there, what each offset meets is sliced out and stacked, and equal
    entries share the cotangent evenly.
    """
    size, step, edge, gap = pair(kernel), pair(stride), pair(padding), pair(dilation)
    borders = ((0, 0), (0, 0), *((p, p) for p in edge))
    if gap == (1, 1):
        y: jax.Array = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, *size), (1, 1, *step), borders)
        return y
    wide = jnp.pad(x, borders, constant_values=-jnp.inf)
    last = [n - (k - 1) * d for n, k, d in zip(wide.shape[2:], size, gap, strict=True)]
    met = []
    for i, j in product(range(size[0]), range(size[1])):
        top, left = i * gap[0], j * gap[1]
        met.append(wide[:, :, top : top + last[0] : step[0], left : left + last[1] : step[1]])
    return jnp.max(jnp.stack(met), axis=0)


def avg_pool2d(x: jax.Array, *, kernel: Ints, stride: Ints, padding: Ints, count_padding: bool) -> jax.Array:
    """The sum of every window, over how many it holds."""
    size, step = (1, 1, *pair(kernel)), (1, 1, *pair(stride))
    borders = ((0, 0), (0, 0), *((p, p) for p in pair(padding)))
    total: jax.Array = lax.reduce_window(x, 0.0, lax.add, size, step, borders)
    if count_padding:
        return total / math.prod(size)
    ones = jnp.ones((1, 1, *x.shape[2:]), x.dtype)
    held: jax.Array = lax.reduce_window(ones, 0.0, lax.add, size, step, borders)
    return total / held


def global_avg_pool(x: jax.Array) -> jax.Array:
    """The mean over all axes of positions."""
    return jnp.mean(x, axis=tuple(range(2, x.ndim)))


def upsample_nearest(x: jax.Array, *, factor: Ints) -> jax.Array:
    """Every entry repeated along each axis of positions."""
    axes = x.ndim - 2
    for axis, times in enumerate((factor,) * axes if isinstance(factor, int) else factor, 2):
        x = jnp.repeat(x, times, axis=axis)
    return x


def pair(value: Ints) -> tuple[int, ...]:
    """One integer for each of the two axes."""
    return (value, value) if isinstance(value, int) else tuple(value)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool": global_avg_pool,
    "upsample_nearest": upsample_nearest,
}
