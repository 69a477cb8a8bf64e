"""Losses between scores and labels, composed of what JAX has for them: it has no loss functions of its own.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from trivium_jax.regression import reduced


def cross_entropy(
    logits: jax.Array, labels: jax.Array, *, class_axis: int, reduction: str, batch_axis: int | None
) -> jax.Array:
    """Σ -(log_softmax of the logits, at the label).

    Where the label's probability rounds to 1, its term and that logit's cotangent are right to the spacing of 1 only.
    """
    log_p = jax.nn.log_softmax(logits, axis=class_axis)
    terms = -jnp.take_along_axis(log_p, jnp.expand_dims(labels, class_axis), axis=class_axis)
    return reduced(terms, reduction=reduction, batch=None if batch_axis is None else logits.shape[batch_axis])


def binary_cross_entropy_with_logits(
    logits: jax.Array, targets: jax.Array, *, reduction: str, batch_axis: int | None
) -> jax.Array:
    """Σ log(1 + eᶻ) - t z, written for z > 0 as log(1 + e⁻ᶻ) + (1 - t) z: no term cancels, in value or slope.

    -|z| is a choice between -z and z, since `jnp.abs` would make 0 a kink; and `jax.nn.softplus` has a rougher slope.
    """
    above = logits > 0
    minus_size = jnp.where(above, -logits, logits)
    terms = jnp.log1p(jnp.exp(minus_size)) + jnp.where(above, 1 - targets, -targets) * logits
    return reduced(terms, reduction=reduction, batch=None if batch_axis is None else logits.shape[batch_axis])


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
}
