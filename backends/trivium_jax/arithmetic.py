"""Arithmetic in JAX's own operations; their broadcasting is undone by JAX's transposition.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp


def constant(*, value: float) -> jax.Array:
    """The number, in the precision that is switched on; JAX would keep it weakly typed otherwise."""
    return jnp.asarray(value, dtype=float)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "constant": constant,
    "neg": jnp.negative,
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "div": jnp.divide,
    "square": jnp.square,
}
"""`div` is the definition, with one edge: JAX's cotangent of b is -y_bar a b⁻², with b⁻² formed first, so it is 0 or
infinite where b² leaves the range (|b| past 1e154 or below 1e-154; in float32 past 1e19 or below 1e-19), even where
y_bar a / b² does not. Nothing composed does better: (a/s) / (b/s) is put back together by the compiler, and is NaN at
an infinite b."""
