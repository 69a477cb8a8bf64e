"""Losses between scores and labels, by hand.

Knows nothing of the other roads.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.activation import decay
from trivium_numpy.regression import divisor
from trivium_numpy.rule import Rule

Entropy = tuple[Array, Array, int, int]
Binary = tuple[Array, Array, Array, int]


def cross_entropy_forward(
    logits: Array, labels: Array, *, class_axis: int, reduction: str, batch_axis: int | None
) -> tuple[Array, Entropy]:
    """y = Σ (log Σ_c e^(z - m) - (z - m) at the label) / n, m the largest logit of each label's scores z"""
    shifted = logits - logits.real.max(axis=class_axis, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=class_axis, keepdims=True)
    at = np.expand_dims(labels, class_axis)
    terms = np.log(total) - np.take_along_axis(shifted, at, class_axis)
    n = divisor(logits, reduction, batch_axis) if reduction == "batchmean" else divisor(terms, reduction, None)
    return terms.sum() / n, (e / total, at, class_axis, n)


def cross_entropy_vjp(saved: Entropy, y_bar: Array) -> tuple[Array, None]:
    """z̄ = (p - one-hot label) ȳ / n     (p is the softmax of z)"""
    p, at, class_axis, n = saved
    z_bar = p.copy()
    np.put_along_axis(z_bar, at, np.take_along_axis(p, at, class_axis) - 1, class_axis)
    return z_bar * (y_bar / n), None


def cross_entropy_jvp(saved: Entropy, z_dot: Array, labels_dot: None) -> Array:
    """ẏ = Σ (Σ_c p ∘ ż - ż at the label) / n"""
    p, at, class_axis, n = saved
    mean = (p * z_dot).sum(axis=class_axis, keepdims=True)
    return np.asarray((mean - np.take_along_axis(z_dot, at, class_axis)).sum() / n)


def binary_cross_entropy_with_logits_forward(
    logits: Array, targets: Array, *, reduction: str, batch_axis: int | None
) -> tuple[Array, Binary]:
    """y = Σ (log(1 + eᶻ) - t z) / n, the logarithm as z + log(1 + e⁻ᶻ) where z is positive"""
    e = decay(logits)
    positive = logits.real > 0
    terms = np.where(positive, logits, 0) - targets * logits + np.log1p(e)
    n = divisor(logits, reduction, batch_axis)
    return terms.sum() / n, (np.where(positive, 1, e) / (1 + e), logits, targets, n)


def binary_cross_entropy_with_logits_vjp(saved: Binary, y_bar: Array) -> tuple[Array, Array]:
    """z̄ = (σ(z) - t) ȳ / n     t̄ = -z ȳ / n"""
    probability, z, t, n = saved
    per = y_bar / n
    return (probability - t) * per, -z * per


def binary_cross_entropy_with_logits_jvp(saved: Binary, z_dot: Array, t_dot: Array) -> Array:
    """ẏ = Σ ((σ(z) - t) ∘ ż - z ∘ ṫ) / n"""
    probability, z, t, n = saved
    return np.asarray(((probability - t) * z_dot - z * t_dot).sum() / n)


RULES = {
    "cross_entropy": Rule(cross_entropy_forward, cross_entropy_vjp, cross_entropy_jvp),
    "binary_cross_entropy_with_logits": Rule(
        binary_cross_entropy_with_logits_forward,
        binary_cross_entropy_with_logits_vjp,
        binary_cross_entropy_with_logits_jvp,
    ),
}
