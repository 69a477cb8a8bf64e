"""Functions made of smooth pieces, in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "relu": jax.nn.relu,
}
"""On its kink, `jax.nn.relu` has slope 0; `jnp.maximum(x, 0)` would have 1/2."""
