"""Softmax in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax


def masked_softmax(x: jax.Array, mask: jax.Array, *, axis: int) -> jax.Array:
    """`jax.nn.softmax` with `where`: zeros, and no gradient, wherever the mask is False."""
    return jax.nn.softmax(x, axis=axis, where=mask)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "softmax": jax.nn.softmax,
    "log_softmax": jax.nn.log_softmax,
    "masked_softmax": masked_softmax,
}
