"""Divergences in JAX's own operations, composed where it has none.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import rel_entr

from trivium_jax.regression import reduced


def size(x: jax.Array, batch_axis: int | None) -> int | None:
    """The size of the batch axis, if there is one."""
    return None if batch_axis is None else x.shape[batch_axis]


def kl_divergence(p: jax.Array, q: jax.Array, *, reduction: str, batch_axis: int | None) -> jax.Array:
    """Σ of `rel_entr`, which is log p - log q times p; where p is 0, it is 0 and has slopes of 0."""
    return reduced(jnp.sum(rel_entr(p, q), axis=-1), reduction=reduction, batch=size(p, batch_axis))


def gaussian_kl(mean: jax.Array, log_variance: jax.Array, *, reduction: str, batch_axis: int | None) -> jax.Array:
    """Σ (e^l - l - 1 + m²)/2"""
    twice = (jnp.exp(log_variance) - log_variance - 1) + jnp.square(mean)
    return reduced(twice / 2, reduction=reduction, batch=size(mean, batch_axis))


def gaussian_nll(
    prediction: jax.Array,
    target: jax.Array,
    variance: jax.Array,
    *,
    full: bool,
    reduction: str,
    batch_axis: int | None,
) -> jax.Array:
    """Σ (log v + (d/√v)²)/2. The slope of d/v has v⁻² in it, which vanishes in float32 where v is 1e30.

    `jax.scipy.stats.norm.logpdf` has log 2π always.
    """
    deviations = (prediction - target) / jnp.sqrt(variance)
    twice = jnp.square(deviations) + jnp.log(variance)
    terms = (twice + math.log(2 * math.pi)) / 2 if full else twice / 2
    return reduced(terms, reduction=reduction, batch=size(prediction, batch_axis))


def cosine_similarity_loss(
    a: jax.Array, b: jax.Array, *, axis: int, eps: float, reduction: str, batch_axis: int | None
) -> jax.Array:
    """Σ 1 - <a, b> of vectors made as long as 1, or shorter where they are shorter than eps"""
    cosines = jnp.sum(normal(a, axis, eps) * normal(b, axis, eps), axis=axis)
    return reduced(1 - cosines, reduction=reduction, batch=size(a, batch_axis))


def normal(x: jax.Array, axis: int, eps: float) -> jax.Array:
    """x / max(|x|, eps). On |x| = eps, `jnp.maximum` takes half of the slope of |x|."""
    scale = jax.lax.stop_gradient(jnp.maximum(jnp.max(jnp.abs(x), axis=axis, keepdims=True), eps))
    inside = x / scale
    return inside / jnp.maximum(root(jnp.sum(jnp.square(inside), axis=axis, keepdims=True)), eps / scale)


def root(squares: jax.Array) -> jax.Array:
    """√ with a slope of 0 at 0, where that of `jnp.sqrt` is infinite"""
    positive = squares > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1)), 0)


def triplet(
    anchor: jax.Array,
    positive: jax.Array,
    negative: jax.Array,
    *,
    margin: float,
    squared: bool,
    reduction: str,
    batch_axis: int | None,
) -> jax.Array:
    """Σ relu(|a - p| - |a - n| + margin); `jax.nn.relu` has slope 0 at 0."""

    def apart(other: jax.Array) -> jax.Array:
        d = anchor - other
        if squared:
            return jnp.sum(jnp.square(d), axis=-1)
        largest = jax.lax.stop_gradient(jnp.max(jnp.abs(d), axis=-1))
        scale = jnp.where(largest > 0, largest, 1)
        return scale * root(jnp.sum(jnp.square(d / scale[..., None]), axis=-1))

    terms = jax.nn.relu(apart(positive) - apart(negative) + margin)
    return reduced(terms, reduction=reduction, batch=size(anchor, batch_axis))


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "kl_divergence": kl_divergence,
    "gaussian_kl": gaussian_kl,
    "gaussian_nll": gaussian_nll,
    "cosine_similarity_loss": cosine_similarity_loss,
    "triplet": triplet,
}
