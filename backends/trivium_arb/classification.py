"""Losses between scores and labels, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.primitive import exp, log, log1p, signs, sum_, take, where
from trivium_arb.regression import reduced
from trivium_arb.tape import Tensor, lift

Shape = tuple[int, ...]


def rows(scores: Tensor, class_axis: int) -> Tensor:
    """The scores with their classes along the last axis"""
    places = np.arange(math.prod(scores.shape)).reshape(scores.shape)
    return take(scores, np.moveaxis(places, class_axis, -1))


def at(scores: Tensor, labels: Array) -> Tensor:
    """Of each row the score of its label"""
    places = np.arange(math.prod(scores.shape)).reshape(scores.shape)
    return take(scores, np.take_along_axis(places, labels[..., None], axis=-1)[..., 0])


def unlikely(logits: Tensor, temperature: float) -> Tensor:
    """-log p, p the softmax of logits / temperature along the last axis"""
    z = logits / lift(temperature)
    return log(sum_(exp(z), axis=-1, keepdims=True)) - z


def labeled(costs: Tensor, labels: Array, weights: Tensor, ignored: int | None) -> tuple[Tensor, Tensor, Array]:
    """w and w cost at each label, 0 at one that is ignored, and which are not"""
    counts = np.ones(labels.shape, bool) if ignored is None else np.asarray(labels != ignored)
    w = take(weights, np.where(counts, labels, -1))
    return w, w * at(costs, np.where(counts, labels, 0)), counts


def divided(total: Tensor, w: Tensor, first: Shape, reduction: str, batch_axis: int | None) -> Tensor:
    """mean: over the sum of w at the labels that are counted; batchmean: over the size of batch_axis"""
    if reduction == "mean":
        return total / sum_(w)
    return reduced(total, first, reduction, batch_axis)


def cross_entropy(
    logits: Tensor,
    labels: Array,
    weights: Tensor | None = None,
    *,
    class_axis: int,
    ignored: int | None,
    smoothing: float,
    temperature: float,
    reduction: str,
    batch_axis: int | None,
) -> Tensor:
    """Σ over the labels y of (1 - smoothing) w_y (-log p_y) + smoothing / C Σ_c w_c (-log p_c)"""
    classes, share = logits.shape[class_axis], lift(smoothing)
    each = lift(np.ones(classes)) if weights is None else weights
    costs = unlikely(rows(logits, class_axis), temperature)
    w, own, counts = labeled(costs, labels, each, ignored)
    spread = where(counts, sum_(each * costs, axis=-1), 0)
    total = (1 - share) * sum_(own) + share / classes * sum_(spread)
    return divided(total, w, logits.shape, reduction, batch_axis)


def soft_cross_entropy(
    logits: Tensor, targets: Tensor, *, temperature: float, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ over the rows of Σ_c targets_c (-log p_c)"""
    terms = sum_(targets * unlikely(logits, temperature), axis=-1)
    return reduced(terms, logits.shape, reduction, batch_axis)


def nll(
    log_probabilities: Tensor,
    labels: Array,
    weights: Tensor | None = None,
    *,
    class_axis: int,
    ignored: int | None,
    reduction: str,
    batch_axis: int | None,
) -> Tensor:
    """Σ over the labels y of w_y (-log_probabilities_y)"""
    each = lift(np.ones(log_probabilities.shape[class_axis])) if weights is None else weights
    w, own, _ = labeled(-rows(log_probabilities, class_axis), labels, each, ignored)
    return divided(sum_(own), w, log_probabilities.shape, reduction, batch_axis)


def binary_cross_entropy(probabilities: Tensor, targets: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ (-targets log probabilities - (1 - targets) log(1 - probabilities))"""
    terms = -targets * log(probabilities) - (1 - targets) * log1p(-probabilities)
    return reduced(terms, probabilities.shape, reduction, batch_axis)


def binary_cross_entropy_with_logits(
    logits: Tensor,
    targets: Tensor,
    positive_weight: Tensor | None = None,
    *,
    reduction: str,
    batch_axis: int | None,
) -> Tensor:
    """Σ (w targets log(1 + e^-logits) + (1 - targets) log(1 + e^logits)), w the positive_weight"""
    wanted = targets if positive_weight is None else positive_weight * targets
    terms = wanted * log1p(exp(-logits)) + (1 - targets) * log1p(exp(logits))
    return reduced(terms, logits.shape, reduction, batch_axis)


def opened(gap: Tensor) -> Tensor:
    """max(0, gap), with slope 0 at 0"""
    return where(signs(gap) > 0, gap, 0)


def hinge(scores: Tensor, wanted: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ max(0, 1 - scores signs)"""
    return reduced(opened(1 - scores * wanted), scores.shape, reduction, batch_axis)


def multiclass_hinge(scores: Tensor, labels: Array, *, margin: float, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ over the labels y, and over every other class c, of max(0, margin + scores_c - scores_y)"""
    own = np.arange(scores.shape[1]) == labels[:, None]
    gaps = lift(margin) + scores - take(scores, np.flatnonzero(own)[:, None])
    terms = sum_(opened(where(own, -1, gaps)), axis=1)
    return reduced(terms, scores.shape, reduction, batch_axis)


OPERATIONS = {
    "cross_entropy": cross_entropy,
    "soft_cross_entropy": soft_cross_entropy,
    "nll": nll,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "hinge": hinge,
    "multiclass_hinge": multiclass_hinge,
}
