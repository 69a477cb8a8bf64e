"""Losses between scores and labels, by hand.

Knows nothing of the other roads. Branches look at the real part alone, so that a complex step passes through.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.backend import Array
from trivium_numpy.activation import decay
from trivium_numpy.regression import divisor, tangent
from trivium_numpy.rule import Rule, one_or, only

Pair = tuple[Array, Array]
Bars = tuple[Array | None, ...]


def placed(labels: Array, scores: Array, class_axis: int, ignored: int | None) -> Pair:
    """Labels with an axis of size 1 for the classes (0 where ignored), and whether each counts: once, or not at all."""
    at = np.expand_dims(labels, class_axis)
    counts = np.ones(at.shape, bool) if ignored is None else at != ignored
    return np.where(counts, at, 0), counts.astype(scores.real.dtype)


def priced(share: Array, cost: Array) -> Array:
    """share ∘ cost, where what has no share costs nothing, though its cost overflow."""
    return np.where(share == 0, 0, share * cost)


def per_class(at: Array, terms: Array, classes: int) -> Array:
    """Σ of the terms whose label is c, for every class c."""
    return np.bincount(at.ravel(), terms.ravel(), classes).astype(terms.dtype)


def along(weights: Array, scores: Array, class_axis: int) -> Array:
    """One weight for each class, laid along the class axis."""
    return weights.reshape([-1 if axis == class_axis % scores.ndim else 1 for axis in range(scores.ndim)])


def log_softmax(logits: Array, class_axis: int, temperature: float) -> tuple[Array, Array, Array]:
    """p = eˢ / Σ eˢ, its s = (z - m) / T, and Σ eˢ: -log p is log Σ eˢ - s, and m, the largest z, keeps eˢ finite."""
    s = (logits - logits.real.max(axis=class_axis, keepdims=True)) / temperature
    e = np.exp(s)
    total = e.sum(axis=class_axis, keepdims=True)
    return e / total, s, total


def cross_entropy_forward(
    logits: Array, labels: Array, weights: Array | None = None, *, class_axis: int, ignored: int | None,
    smoothing: float, temperature: float, reduction: str, batch_axis: int | None,
) -> tuple[Any, tuple[Any, ...]]:  # fmt: skip
    """y = -Σ (hard log p at the label + Σ_c soft ∘ log p) / n     hard = (1 - ε) w at the label, soft = ε w / C"""
    at, once = placed(labels, logits, class_axis, ignored)
    at_label = once if weights is None else once * weights[at]
    p, s, total = log_softmax(logits, class_axis, temperature)
    hard, soft = (1 - smoothing) * at_label, None
    y = priced(hard, np.log(total) - np.take_along_axis(s, at, class_axis)).sum()
    if smoothing:
        w = np.ones(logits.shape[class_axis], once.dtype) if weights is None else weights
        soft = smoothing / len(w) * once * along(w, logits, class_axis)
        y = y + priced(soft, np.log(total) - s).sum()
    n = at_label.sum() if reduction == "mean" else divisor(logits, reduction, batch_axis)
    in_n = y / n if reduction == "mean" else 0.0
    of_weights = () if weights is None else (s, total, once, smoothing, in_n, n)
    return y / n, (p, at, hard, soft, n * temperature, class_axis, of_weights)


def cross_entropy_vjp(saved: tuple[Any, ...], y_bar: Array) -> Bars:
    """z̄ = (p Σ_c q - q) ȳ / (n T),  q = soft, and hard more at the label     (plain: p - one-hot label)"""
    p, at, hard, soft, n_t, class_axis, of_weights = saved
    z_bar = p * hard if soft is None else p * (hard + soft.sum(axis=class_axis, keepdims=True)) - soft
    np.put_along_axis(z_bar, at, np.take_along_axis(z_bar, at, class_axis) - hard, class_axis)
    z_bar = z_bar * (y_bar / n_t)
    return (z_bar, None, cross_entropy_weights(at, class_axis, of_weights, y_bar)) if of_weights else (z_bar, None)


def cross_entropy_weights(at: Array, class_axis: int, saved: tuple[Any, ...], y_bar: Array) -> Array:
    """w̄_c = (Σ ((1 - ε) ℓ - y) over the labels c + ε / C Σ ℓ_c over all) ȳ / n     ℓ = -log p  (-y only if n = Σ w)"""
    s, total, once, smoothing, in_n, n = saved
    cost, axis, classes = np.log(total) - s, class_axis % s.ndim, s.shape[class_axis]
    own = (1 - smoothing) * np.take_along_axis(cost, at, axis) - in_n
    w_bar = per_class(at, priced(once, own), classes)
    if smoothing:
        others = tuple(a for a in range(s.ndim) if a != axis)
        w_bar = w_bar + smoothing / classes * priced(once, cost).sum(axis=others)
    return np.asarray(w_bar * (y_bar / n))


def cross_entropy_jvp(saved: tuple[Any, ...], *dots: Array | None) -> Array:
    """ẏ = ⟨z̄, ż⟩ + ⟨w̄, ẇ⟩ at ȳ = 1"""
    return tangent(cross_entropy_vjp, saved, dots)


def soft_cross_entropy_forward(
    logits: Array, targets: Array, *, temperature: float, reduction: str, batch_axis: int | None
) -> tuple[Any, tuple[Any, ...]]:
    """y = -Σ t ∘ log p / n,  n counts rows"""
    p, s, total = log_softmax(logits, -1, temperature)
    n = divisor(total if reduction == "mean" else logits, reduction, batch_axis)
    return priced(targets, np.log(total) - s).sum() / n, (p, s, total, targets, n, temperature)


def soft_cross_entropy_vjp(saved: tuple[Any, ...], y_bar: Array) -> Pair:
    """z̄ = (p Σ_c t - t) ȳ / (n T)     t̄ = -log p ȳ / n"""
    p, s, total, t, n, temperature = saved
    z_bar = (p * t.sum(axis=-1, keepdims=True) - t) * (y_bar / (n * temperature))
    return z_bar, (np.log(total) - s) * (y_bar / n)


def soft_cross_entropy_jvp(saved: tuple[Any, ...], z_dot: Array, t_dot: Array) -> Array:
    """ẏ = ⟨z̄, ż⟩ + ⟨t̄, ṫ⟩ at ȳ = 1"""
    return tangent(soft_cross_entropy_vjp, saved, (z_dot, t_dot))


def nll_forward(
    log_probabilities: Array, labels: Array, weights: Array | None = None, *, class_axis: int, ignored: int | None,
    reduction: str, batch_axis: int | None,
) -> tuple[Any, tuple[Any, ...]]:  # fmt: skip
    """y = -Σ w x at the labels / n,  n = Σ w there for a mean"""
    x = log_probabilities
    at, once = placed(labels, x, class_axis, ignored)
    cost = -np.take_along_axis(x, at, class_axis)
    share = once if weights is None else once * weights[at]
    n = share.sum() if reduction == "mean" else divisor(x, reduction, batch_axis)
    y = priced(share, cost).sum() / n
    of_weights = () if weights is None else (once, cost, y if reduction == "mean" else 0.0)
    return y, (x.shape, class_axis, at, share, n, of_weights)


def nll_vjp(saved: tuple[Any, ...], y_bar: Array) -> Bars:
    """x̄ = -w ȳ / n at the label, 0 elsewhere     w̄_c = Σ (-x - y) ȳ / n over the labels c     (-y only if n = Σ w)"""
    shape, class_axis, at, share, n, of_weights = saved
    x_bar = np.zeros(shape, share.dtype)
    np.put_along_axis(x_bar, at, -share * (y_bar / n), class_axis)
    if not of_weights:
        return x_bar, None
    once, cost, in_n = of_weights
    return x_bar, None, per_class(at, priced(once, cost - in_n), shape[class_axis]) * (y_bar / n)


def nll_jvp(saved: tuple[Any, ...], *dots: Array | None) -> Array:
    """ẏ = ⟨x̄, ẋ⟩ + ⟨w̄, ẇ⟩ at ȳ = 1"""
    return tangent(nll_vjp, saved, dots)


def binary_cross_entropy_forward(
    probabilities: Array, targets: Array, *, reduction: str, batch_axis: int | None
) -> tuple[Any, tuple[Array, Array, int]]:
    """y = -Σ (t log p + (1 - t) log(1 - p)) / n"""
    p, t = probabilities, targets
    n = divisor(p, reduction, batch_axis)
    return -(t * np.log(p) + (1 - t) * np.log1p(-p)).sum() / n, (p, t, n)


def binary_cross_entropy_vjp(saved: tuple[Array, Array, int], y_bar: Array) -> Pair:
    """p̄ = ((1 - t) / (1 - p) - t / p) ȳ / n     t̄ = (log(1 - p) - log p) ȳ / n"""
    p, t, n = saved
    per = y_bar / n
    return ((1 - t) / (1 - p) - t / p) * per, (np.log1p(-p) - np.log(p)) * per


def binary_cross_entropy_jvp(saved: tuple[Array, Array, int], p_dot: Array, t_dot: Array) -> Array:
    """ẏ = ⟨p̄, ṗ⟩ + ⟨t̄, ṫ⟩ at ȳ = 1"""
    return tangent(binary_cross_entropy_vjp, saved, (p_dot, t_dot))


def binary_cross_entropy_with_logits_forward(
    logits: Array, targets: Array, positive_weight: Array | None = None, *, reduction: str, batch_axis: int | None
) -> tuple[Any, tuple[Any, ...]]:
    """y = Σ (w t log(1 + e⁻ᶻ) + (1 - t) log(1 + eᶻ)) / n

    log(1 + eᶻ) is max(z, 0) + log(1 + e^-|z|), and no term is negative: nothing overflows or cancels.
    """
    z, t, w = logits, targets, 1 if positive_weight is None else positive_weight
    e = decay(z)
    above = z.real > 0
    up, curve = only(above, z), np.log1p(e)
    down = up - z
    terms = w * t * (down + curve) + (1 - t) * (up + curve)
    n = divisor(z, reduction, batch_axis)
    yes, no = one_or(above, e) / (1 + e), one_or(~above, e) / (1 + e)
    return terms.sum() / n, (yes, no, up, down, curve, t, positive_weight, n)


def binary_cross_entropy_with_logits_vjp(saved: tuple[Any, ...], y_bar: Array) -> Bars:
    """z̄ = ((1 - t) σ(z) - w t σ(-z)) ȳ / n     t̄ = (w log(1 + e⁻ᶻ) - log(1 + eᶻ)) ȳ / n     w̄ = t log(1 + e⁻ᶻ) ȳ / n

    In t̄ the curved part of both logarithms is one, and has the factor w - 1: without weights t̄ is -z ȳ / n.
    """
    yes, no, up, down, curve, t, w, n = saved
    per = y_bar / n
    if w is None:
        return ((1 - t) * yes - t * no) * per, (down - up) * per
    z_bar, t_bar = (1 - t) * yes - w * t * no, w * down - up + (w - 1) * curve
    return z_bar * per, t_bar * per, t * (down + curve) * per


def binary_cross_entropy_with_logits_jvp(saved: tuple[Any, ...], *dots: Array) -> Array:
    """ẏ = ⟨z̄, ż⟩ + ⟨t̄, ṫ⟩ + ⟨w̄, ẇ⟩ at ȳ = 1"""
    return tangent(binary_cross_entropy_with_logits_vjp, saved, dots)


def hinge_forward(
    scores: Array, signs: Array, *, reduction: str, batch_axis: int | None
) -> tuple[Any, tuple[Array, Array, Array, int]]:
    """y = Σ max(0, 1 - s t) / n"""
    gap = 1 - scores * signs
    inside = gap.real > 0
    n = divisor(gap, reduction, batch_axis)
    return np.where(inside, gap, 0).sum() / n, (inside, scores, signs, n)


def hinge_vjp(saved: tuple[Array, Array, Array, int], y_bar: Array) -> Pair:
    """s̄ = -t ȳ / n     t̄ = -s ȳ / n     where s t < 1, and 0 elsewhere (on the kink too)"""
    inside, s, t, n = saved
    per = np.where(inside, -y_bar / n, 0)
    return t * per, s * per


def hinge_jvp(saved: tuple[Array, Array, Array, int], s_dot: Array, t_dot: Array) -> Array:
    """ẏ = -Σ (t ∘ ṡ + s ∘ ṫ) / n, where s t < 1"""
    inside, s, t, n = saved
    return np.asarray(-np.where(inside, t * s_dot + s * t_dot, 0).sum() / n)


def multiclass_hinge_forward(
    scores: Array, labels: Array, *, margin: float, reduction: str, batch_axis: int | None
) -> tuple[Any, tuple[Array, Array, int]]:
    """y = Σ max(0, margin + s_c - s_y) / n over the labels y and the other classes c"""
    at = labels[:, None]
    gap = scores - np.take_along_axis(scores, at, 1) + margin
    np.put_along_axis(gap, at, 0, 1)
    inside = gap.real > 0
    n = divisor(labels, reduction, batch_axis)
    return np.where(inside, gap, 0).sum() / n, (inside, at, n)


def multiclass_hinge_vjp(saved: tuple[Array, Array, int], y_bar: Array) -> tuple[Array, None]:
    """s̄_c = ȳ / n within the margin (0 on the kink)     s̄_y = -Σ s̄_c: what the others gain, the label loses"""
    inside, at, n = saved
    s_bar = np.where(inside, y_bar / n, 0)
    np.put_along_axis(s_bar, at, -s_bar.sum(axis=1, keepdims=True), 1)
    return s_bar, None


def multiclass_hinge_jvp(saved: tuple[Array, Array, int], s_dot: Array, labels_dot: None) -> Array:
    """ẏ = Σ (ṡ_c - ṡ_y) / n, over the classes c within the margin"""
    inside, at, n = saved
    return np.asarray(np.where(inside, s_dot - np.take_along_axis(s_dot, at, 1), 0).sum() / n)


RULES = {
    "cross_entropy": Rule(cross_entropy_forward, cross_entropy_vjp, cross_entropy_jvp),
    "soft_cross_entropy": Rule(soft_cross_entropy_forward, soft_cross_entropy_vjp, soft_cross_entropy_jvp),
    "nll": Rule(nll_forward, nll_vjp, nll_jvp),
    "binary_cross_entropy": Rule(binary_cross_entropy_forward, binary_cross_entropy_vjp, binary_cross_entropy_jvp),
    "binary_cross_entropy_with_logits": Rule(
        binary_cross_entropy_with_logits_forward,
        binary_cross_entropy_with_logits_vjp,
        binary_cross_entropy_with_logits_jvp,
        broadcasts=True,
    ),
    "hinge": Rule(hinge_forward, hinge_vjp, hinge_jvp),
    "multiclass_hinge": Rule(multiclass_hinge_forward, multiclass_hinge_vjp, multiclass_hinge_jvp),
}
