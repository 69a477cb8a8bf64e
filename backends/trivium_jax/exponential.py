"""Exponentials and logarithms in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "exp": jnp.exp,
    "log": jnp.log,
}
"""On a CPU, results below the smallest normal number (2.2e-308; in float32 1.2e-38) are flushed to 0."""
