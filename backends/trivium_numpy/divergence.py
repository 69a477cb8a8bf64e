"""Divergences by hand: each a sum of terms over n, so that every cotangent is a term's slope times ȳ / n.

Knows nothing of the other roads. Branches look at the real part alone, so that a complex step passes through.
"""

from __future__ import annotations

import math

import numpy as np

from trivium.backend import Array
from trivium_numpy.regression import divisor
from trivium_numpy.rule import Rule

Pair = tuple[Array, Array]
Triple = tuple[Array, Array, Array]
Part = int | None
HALF_LOG_TWO_PI = math.log(2 * math.pi) / 2


def vectors(x: Array, terms: Array, reduction: str, batch_axis: Part) -> int:
    """n where each term takes a whole vector of x: the batch axis is counted in x, the mean is over the terms."""
    return divisor(x if reduction == "batchmean" else terms, reduction, batch_axis)


def kl_divergence_forward(
    p: Array, q: Array, *, reduction: str, batch_axis: Part
) -> tuple[Array, tuple[Array, Array, Array, Array, int]]:
    """y = Σ p (log p - log q) / n     (a difference of logarithms, since p/q may overflow; nothing where p is 0)"""
    counts = p.real > 0
    safe_p, safe_q = np.where(counts, p, 1), np.where(counts, q, 1)
    log_p, log_q = np.log(safe_p), np.log(safe_q)
    terms = (p * (log_p - log_q)).sum(axis=-1)
    n = vectors(p, terms, reduction, batch_axis)
    return terms.sum() / n, (log_p, log_q, np.where(counts, safe_p / safe_q, 0), counts, n)


def kl_divergence_vjp(saved: tuple[Array, Array, Array, Array, int], y_bar: Array) -> Pair:
    """p̄ = (log p - log q + 1) ȳ / n, and 0 where p is 0     q̄ = -p/q ȳ / n"""
    log_p, log_q, quotient, counts, n = saved
    per = y_bar / n
    return np.where(counts, log_p - log_q + 1, 0) * per, -quotient * per


def kl_divergence_jvp(saved: tuple[Array, Array, Array, Array, int], p_dot: Array, q_dot: Array) -> Array:
    """ẏ = Σ ((log p - log q + 1) ∘ ṗ - p/q ∘ q̇) / n, without the entries where p is 0"""
    log_p, log_q, quotient, counts, n = saved
    return np.asarray((np.where(counts, log_p - log_q + 1, 0) * p_dot - quotient * q_dot).sum() / n)


def gaussian_kl_forward(
    mean: Array, log_variance: Array, *, reduction: str, batch_axis: Part
) -> tuple[Array, tuple[Array, Array, int]]:
    """y = Σ (v + m² - 1 - log v)/2 / n     (v = e^log_variance)"""
    variance = np.exp(log_variance)
    terms = (variance - 1 - log_variance + np.square(mean)) / 2
    n = divisor(terms, reduction, batch_axis)
    return terms.sum() / n, (mean, variance, n)


def gaussian_kl_vjp(saved: tuple[Array, Array, int], y_bar: Array) -> Pair:
    """m̄ = m ȳ / n     l̄ = (v - 1)/2 ȳ / n     (l = log v)"""
    mean, variance, n = saved
    per = y_bar / n
    return mean * per, (variance - 1) / 2 * per


def gaussian_kl_jvp(saved: tuple[Array, Array, int], mean_dot: Array, log_variance_dot: Array) -> Array:
    """ẏ = Σ (m ∘ ṁ + (v - 1)/2 ∘ l̇) / n"""
    mean, variance, n = saved
    return np.asarray((mean * mean_dot + (variance - 1) / 2 * log_variance_dot).sum() / n)


def gaussian_nll_forward(
    prediction: Array, target: Array, variance: Array, *, full: bool, reduction: str, batch_axis: Part
) -> tuple[Array, tuple[Array, Array, Array, int]]:
    """y = Σ (log v + d s)/2 / n     (d = p - t, s = d/v; log(2π)/2 more per term where full)"""
    d = prediction - target
    s = d / variance
    terms = (np.log(variance) + d * s) / 2 + (HALF_LOG_TWO_PI if full else 0)
    n = divisor(terms, reduction, batch_axis)
    return terms.sum() / n, (d, s, variance, n)


def gaussian_nll_vjp(saved: tuple[Array, Array, Array, int], y_bar: Array) -> Triple:
    """p̄ = s ȳ / n     t̄ = -p̄     v̄ = (1 - d s) / 2v ȳ / n"""
    d, s, variance, n = saved
    per = y_bar / n
    return s * per, -s * per, (1 - d * s) / (2 * variance) * per


def gaussian_nll_jvp(
    saved: tuple[Array, Array, Array, int], prediction_dot: Array, target_dot: Array, variance_dot: Array
) -> Array:
    """ẏ = Σ (s ∘ (ṗ - ṫ) + (1 - d s) / 2v ∘ v̇) / n"""
    d, s, variance, n = saved
    slope = (1 - d * s) / (2 * variance)
    return np.asarray((s * (prediction_dot - target_dot) + slope * variance_dot).sum() / n)


def scaled_length(x: Array, unit: Array, axis: int) -> Array:
    """|x| / unit, as |x / unit|: no square overflows or vanishes where unit is about the largest entry."""
    return np.sqrt(np.square(x / unit).sum(axis=axis, keepdims=True))


def directed(x: Array, axis: int, eps: float) -> Triple:
    """x / L and L, where L = max(|x|, eps), and whether |x| is the larger"""
    unit = np.maximum(np.abs(x.real).max(axis=axis, keepdims=True), eps)
    length = scaled_length(x, unit, axis)
    longer = length.real > eps / unit
    length = np.where(longer, length, eps / unit)
    return x / unit / length, unit * length, longer


def cosine_similarity_loss_forward(
    a: Array, b: Array, *, axis: int, eps: float, reduction: str, batch_axis: Part
) -> tuple[Array, tuple[Triple, Triple, Array, int]]:
    """y = Σ (1 - cos) / n     cos = â·b̂     â = a / max(|a|, eps)     b̂ = b / max(|b|, eps)"""
    from_a, from_b = directed(a, axis, eps), directed(b, axis, eps)
    cosine = (from_a[0] * from_b[0]).sum(axis=axis, keepdims=True)
    n = vectors(a, cosine, reduction, batch_axis)
    return (1 - cosine).sum() / n, (from_a, from_b, cosine, n)


def cosine_slopes(saved: tuple[Triple, Triple, Array, int]) -> Pair:
    """∂cos/∂a = (b̂ - cos â) / |a|, without the part along a, which changes but its length; b̂/eps where that is eps"""
    (a, a_length, a_longer), (b, b_length, b_longer), cosine, _ = saved
    by_a = (b - np.where(a_longer, cosine, 0) * a) / a_length
    by_b = (a - np.where(b_longer, cosine, 0) * b) / b_length
    return by_a, by_b


def cosine_similarity_loss_vjp(saved: tuple[Triple, Triple, Array, int], y_bar: Array) -> Pair:
    """ā = -∂cos/∂a ȳ / n     b̄ = -∂cos/∂b ȳ / n"""
    by_a, by_b = cosine_slopes(saved)
    per = y_bar / saved[-1]
    return -by_a * per, -by_b * per


def cosine_similarity_loss_jvp(saved: tuple[Triple, Triple, Array, int], a_dot: Array, b_dot: Array) -> Array:
    """ẏ = -Σ (∂cos/∂a ∘ ȧ + ∂cos/∂b ∘ ḃ) / n"""
    by_a, by_b = cosine_slopes(saved)
    return np.asarray(-(by_a * a_dot + by_b * b_dot).sum() / saved[-1])


def distance(d: Array, *, squared: bool) -> Pair:
    """|d| and its slope d / |d|, which is 0 at 0; or |d|² and its slope 2d"""
    if squared:
        return np.square(d).sum(axis=-1, keepdims=True), 2 * d
    largest = np.abs(d.real).max(axis=-1, keepdims=True)
    unit = np.where(largest > 0, largest, 1)
    length = scaled_length(d, unit, -1)
    return unit * length, d / unit / np.where(largest > 0, length, 1)


def triplet_forward(
    anchor: Array, positive: Array, negative: Array, *, margin: float, squared: bool, reduction: str, batch_axis: Part
) -> tuple[Array, tuple[Array, Array, Array, int]]:
    """y = Σ max(D(a - p) - D(a - n) + margin, 0) / n     (D is |d| or |d|²)"""
    near, near_slope = distance(anchor - positive, squared=squared)
    far, far_slope = distance(anchor - negative, squared=squared)
    hinge = near - far + margin
    violated = ~(hinge.real <= 0)  # the difference of two infinite distances is nan, and stays it
    n = vectors(anchor, hinge, reduction, batch_axis)
    return np.where(violated, hinge, 0).sum() / n, (near_slope, far_slope, violated, n)


def triplet_vjp(saved: tuple[Array, Array, Array, int], y_bar: Array) -> Triple:
    """p̄ = -D'(a - p) ȳ / n     n̄ = D'(a - n) ȳ / n     ā = -(p̄ + n̄), all 0 where the hinge is closed"""
    near_slope, far_slope, violated, n = saved
    per = violated * (y_bar / n)
    return (near_slope - far_slope) * per, -near_slope * per, far_slope * per


def triplet_jvp(
    saved: tuple[Array, Array, Array, int], anchor_dot: Array, positive_dot: Array, negative_dot: Array
) -> Array:
    """ẏ = Σ (D'(a - p) ∘ (ȧ - ṗ) - D'(a - n) ∘ (ȧ - ṅ)) / n, over the triplets whose hinge is open"""
    near_slope, far_slope, violated, n = saved
    moved = near_slope * (anchor_dot - positive_dot) - far_slope * (anchor_dot - negative_dot)
    return np.asarray((violated * moved).sum() / n)


RULES = {
    "kl_divergence": Rule(kl_divergence_forward, kl_divergence_vjp, kl_divergence_jvp),
    "gaussian_kl": Rule(gaussian_kl_forward, gaussian_kl_vjp, gaussian_kl_jvp),
    "gaussian_nll": Rule(gaussian_nll_forward, gaussian_nll_vjp, gaussian_nll_jvp),
    "cosine_similarity_loss": Rule(
        cosine_similarity_loss_forward, cosine_similarity_loss_vjp, cosine_similarity_loss_jvp
    ),
    "triplet": Rule(triplet_forward, triplet_vjp, triplet_jvp),
}
