"""Reductions over axes, in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "sum": jnp.sum,
    "mean": jnp.mean,
    "logsumexp": jax.nn.logsumexp,
}
"""`jax.nn.logsumexp` is m + log Σ e^(x - m), m the largest entry. Where m is next to 0 and everything else far below,
the sum rounds to 1, and the result is right to the spacing of 1, not to its own."""
