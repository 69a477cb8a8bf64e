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
    logits: jax.Array,
    labels: jax.Array,
    weights: jax.Array | None = None,
    *,
    class_axis: int,
    ignored: int | None,
    smoothing: float,
    temperature: float,
    reduction: str,
    batch_axis: int | None,
) -> jax.Array:
    """Σ -(log_softmax of logits / temperature, at the label), and of all classes what smoothing says.

    Where the label's probability rounds to 1, its term and that logit's cotangent are right to the spacing of 1 only.
    """
    log_p = log_softmax(logits, class_axis, temperature)
    batch = None if batch_axis is None else logits.shape[batch_axis]
    terms, counts = chosen(log_p, labels, weights, class_axis=class_axis, ignored=ignored)
    if smoothing:
        rows = jnp.moveaxis(log_p, class_axis, -1)
        everywhere = -jnp.mean(rows if weights is None else rows * weights, axis=-1)
        smooth = everywhere if ignored is None else jnp.where(labels == ignored, 0, everywhere)
        terms = (1 - smoothing) * terms + smoothing * smooth
    return over_counts(terms, counts, reduction=reduction, batch=batch)


def log_softmax(logits: jax.Array, axis: int, temperature: float) -> jax.Array:
    """log softmax of logits / temperature, of which the largest is subtracted before it is divided.

    A compiler may fuse z / T - max(z / T) into one rounding, where the largest is not 0 but off by a rounding of z / T:
    for logits of 1e10 in float32 its exponential is infinite then.
    """
    if temperature == 1:
        return jax.nn.log_softmax(logits, axis=axis)
    largest = jax.lax.stop_gradient(jnp.max(logits, axis=axis, keepdims=True))
    return jax.nn.log_softmax((logits - largest) / temperature, axis=axis)


def nll(
    log_probabilities: jax.Array,
    labels: jax.Array,
    weights: jax.Array | None = None,
    *,
    class_axis: int,
    ignored: int | None,
    reduction: str,
    batch_axis: int | None,
) -> jax.Array:
    """Σ -w_y log_probabilities_y"""
    batch = None if batch_axis is None else log_probabilities.shape[batch_axis]
    terms, counts = chosen(log_probabilities, labels, weights, class_axis=class_axis, ignored=ignored)
    return over_counts(terms, counts, reduction=reduction, batch=batch)


def chosen(
    log_p: jax.Array, labels: jax.Array, weights: jax.Array | None, *, class_axis: int, ignored: int | None
) -> tuple[jax.Array, jax.Array]:
    """-w log p at each label, and w there; both 0 where the label is ignored, in whose place class 0 is read."""
    at = labels if ignored is None else jnp.where(labels == ignored, 0, labels)
    costs = -jnp.take_along_axis(log_p, jnp.expand_dims(at, class_axis), axis=class_axis).squeeze(class_axis)
    counts = jnp.ones_like(costs) if weights is None else weights[at]
    if ignored is not None:
        costs, counts = (jnp.where(labels == ignored, 0, x) for x in (costs, counts))
    return costs * counts, counts


def over_counts(terms: jax.Array, counts: jax.Array, *, reduction: str, batch: int | None) -> jax.Array:
    """Σ terms, over Σ counts for a mean."""
    if reduction == "mean":
        return jnp.sum(terms) / jnp.sum(counts)
    return reduced(terms, reduction=reduction, batch=batch)


def soft_cross_entropy(
    logits: jax.Array, targets: jax.Array, *, temperature: float, reduction: str, batch_axis: int | None
) -> jax.Array:
    """Σ -targets log_softmax(logits / temperature), one term for each row"""
    terms = -jnp.sum(targets * log_softmax(logits, -1, temperature), axis=-1)
    return reduced(terms, reduction=reduction, batch=None if batch_axis is None else logits.shape[batch_axis])


def binary_cross_entropy(
    probabilities: jax.Array, targets: jax.Array, *, reduction: str, batch_axis: int | None
) -> jax.Array:
    """Σ -t log p - (1 - t) log(1 - p)

    XLA's float64 log1p is off by 227 roundings at -0.4133, and by 94 at -0.4: there the logarithm of 1 - p is better.
    """
    log_rest = jnp.where(probabilities < 0.25, jnp.log1p(-probabilities), jnp.log(1 - probabilities))
    terms = -targets * jnp.log(probabilities) - (1 - targets) * log_rest
    return reduced(terms, reduction=reduction, batch=None if batch_axis is None else targets.shape[batch_axis])


def binary_cross_entropy_with_logits(
    logits: jax.Array,
    targets: jax.Array,
    positive_weight: jax.Array | None = None,
    *,
    reduction: str,
    batch_axis: int | None,
) -> jax.Array:
    """Σ log(1 + eᶻ) - t z, written for z > 0 as log(1 + e⁻ᶻ) + (1 - t) z: no term cancels, in value or slope.

    -|z| is a choice between -z and z, since `jnp.abs` would make 0 a kink; and `jax.nn.softplus` has a rougher slope.
    With weights, log(1 + e^-|z|) counts 1 - t + w t times, and |z| 1 - t times above 0, w t times below.
    """
    above = logits > 0
    minus_size = jnp.where(above, -logits, logits)
    curve = jnp.log1p(jnp.exp(minus_size))
    if positive_weight is None:
        terms = curve + jnp.where(above, 1 - targets, -targets) * logits
    else:
        yes = positive_weight * targets
        terms = (1 - targets + yes) * curve + jnp.where(above, 1 - targets, -yes) * logits
    return reduced(terms, reduction=reduction, batch=None if batch_axis is None else logits.shape[batch_axis])


def hinge(scores: jax.Array, signs: jax.Array, *, reduction: str, batch_axis: int | None) -> jax.Array:
    """Σ max(0, 1 - scores signs); on the kink the slope of `jax.nn.relu` is 0, where `jnp.maximum` has a half."""
    terms = jax.nn.relu(1 - scores * signs)
    return reduced(terms, reduction=reduction, batch=None if batch_axis is None else scores.shape[batch_axis])


def multiclass_hinge(
    scores: jax.Array, labels: jax.Array, *, margin: float, reduction: str, batch_axis: int | None
) -> jax.Array:
    """Σ max(0, margin + s_c - s_y) over the classes c besides the label y"""
    own = jnp.take_along_axis(scores, labels[:, None], axis=1)
    others = jnp.arange(scores.shape[1]) != labels[:, None]
    terms = jnp.where(others, jax.nn.relu(scores - own + margin), 0).sum(axis=1)
    return reduced(terms, reduction=reduction, batch=None if batch_axis is None else scores.shape[batch_axis])


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "cross_entropy": cross_entropy,
    "soft_cross_entropy": soft_cross_entropy,
    "nll": nll,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "hinge": hinge,
    "multiclass_hinge": multiclass_hinge,
}
