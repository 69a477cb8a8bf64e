"""Parts of a tensor in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

Ints = int | tuple[int, ...]


def sliced(x: jax.Array, *, axis: int, start: int | None, stop: int | None, step: int) -> jax.Array:
    """x[start:stop:step] along the axis."""
    return jnp.moveaxis(jnp.moveaxis(x, axis, 0)[start:stop:step], 0, axis)


def flip(x: jax.Array, *, axes: Ints) -> jax.Array:
    """x in reverse order along the axes."""
    return jnp.flip(x, axes)


def roll(x: jax.Array, *, shift: Ints, axis: Ints) -> jax.Array:
    """x turned along the axes."""
    return jnp.roll(x, shift, axis)


def pad(x: jax.Array, *, before: Ints, after: Ints, mode: str, value: float) -> jax.Array:
    """jnp.pad, which takes a value in its mode 'constant' alone."""
    pairs = list(zip(whole(before), whole(after), strict=True))
    constant = {"constant_values": value} if mode == "constant" else {}
    return jnp.pad(x, pairs, mode=mode, **constant)


def tile(x: jax.Array, *, repeats: Ints) -> jax.Array:
    """x repeated as a whole."""
    return jnp.tile(x, repeats)


def whole(value: Ints) -> tuple[int, ...]:
    """One number for each axis, where a tensor has one axis and its number was written alone."""
    return (value,) if isinstance(value, int) else value


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "slice": sliced,
    "flip": flip,
    "roll": roll,
    "pad": pad,
    "tile": tile,
}
