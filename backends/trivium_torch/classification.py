"""Losses between scores and labels, with torch's own where it computes the definition.

Knows nothing of networks. F.cross_entropy rounds Σ eˣ⁻ᵐ, which is at least 1, so the loss of a confident row is right
to a rounding of 1, not of itself. F.binary_cross_entropy_with_logits is composed anew: it adds (1 - t) x to -log σ(x),
which for negative x cancel to t x (off by 3e-9 of itself at x = -1000, t = 1e-9) and leave 0 for log(1 + e⁻⁴⁰).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from trivium_torch.activation import softplus
from trivium_torch.regression import reduced

NEVER = -100
"""What F.cross_entropy and F.nll_loss ignore where nothing is to be: no label is negative then."""


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    *,
    class_axis: int,
    ignored: int | None,
    smoothing: float,
    temperature: float,
    reduction: str,
    batch_axis: int | None,
) -> Tensor:
    """Σ (1 - smoothing) w_y (-log p_y) + smoothing / C Σ_c w_c (-log p_c); F.cross_entropy where there are no weights.

    It refuses weights that need a gradient.
    """
    scores = classes_second(logits, class_axis) / temperature
    if weights is None:
        ignore = NEVER if ignored is None else ignored
        loss = partial(F.cross_entropy, scores, labels, ignore_index=ignore, label_smoothing=smoothing)
        return reduced(loss, logits.shape, reduction=reduction, batch_axis=batch_axis)
    axis = min(1, scores.dim() - 1)
    costs = -F.log_softmax(scores, dim=axis)
    label, counted = picked(labels, ignored)
    terms = (1 - smoothing) * weights[label] * at_label(costs, label)
    if smoothing:
        terms = terms + smoothing / len(weights) * torch.tensordot(costs, weights, dims=([axis], [0]))
    return over(
        torch.where(counted, terms, 0), torch.where(counted, weights[label], 0), logits.shape, reduction, batch_axis
    )


def nll(
    log_probabilities: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    *,
    class_axis: int,
    ignored: int | None,
    reduction: str,
    batch_axis: int | None,
) -> Tensor:
    """Σ w_y (-log_probabilities_y); F.nll_loss where there are no weights, since it refuses those with a gradient."""
    scores = classes_second(log_probabilities, class_axis)
    if weights is None:
        loss = partial(F.nll_loss, scores, labels, ignore_index=NEVER if ignored is None else ignored)
        return reduced(loss, log_probabilities.shape, reduction=reduction, batch_axis=batch_axis)
    label, counted = picked(labels, ignored)
    counts = torch.where(counted, weights[label], 0)
    terms = torch.where(counted, -at_label(scores, label), 0) * counts
    return over(terms, counts, log_probabilities.shape, reduction, batch_axis)


def classes_second(scores: Tensor, class_axis: int) -> Tensor:
    """Scores as torch's losses want them: classes on axis 1, on axis 0 of one row."""
    return torch.movedim(scores, class_axis, 1) if scores.dim() > 1 else scores


def picked(labels: Tensor, ignored: int | None) -> tuple[Tensor, Tensor]:
    """A class for every label, and which of the labels are counted."""
    counted = torch.ones_like(labels, dtype=torch.bool) if ignored is None else labels != ignored
    return torch.where(counted, labels, 0), counted


def at_label(scores: Tensor, label: Tensor) -> Tensor:
    """Of each row of scores, the one at its label."""
    axis = min(1, scores.dim() - 1)
    return torch.gather(scores, axis, label.unsqueeze(axis)).squeeze(axis)


def over(terms: Tensor, counts: Tensor, shape: tuple[int, ...], reduction: str, batch_axis: int | None) -> Tensor:
    """The sum of the terms, over what it is to be divided by; a mean is over the weights that were counted."""
    if reduction == "mean":
        return terms.sum() / counts.sum()
    return terms.sum() / (1 if batch_axis is None else shape[batch_axis])


def soft_cross_entropy(
    logits: Tensor, targets: Tensor, *, temperature: float, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ targets (-log p); F.cross_entropy takes targets that are probabilities, its classes on axis 1."""
    loss = partial(F.cross_entropy, classes_second(logits / temperature, -1), classes_second(targets, -1))
    return reduced(loss, logits.shape, reduction=reduction, batch_axis=batch_axis)


def binary_cross_entropy(probabilities: Tensor, targets: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ -t log p - (1 - t) log(1 - p); F.binary_cross_entropy cuts the logarithms at -100, its slopes at 1e12."""
    terms = -(targets * torch.log(probabilities) + (1 - targets) * torch.log1p(-probabilities))
    return reduced(partial(total, terms), terms.shape, reduction=reduction, batch_axis=batch_axis)


def binary_cross_entropy_with_logits(
    logits: Tensor, targets: Tensor, positive_weight: Tensor | None = None, *, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ (softplus(x) - t x), for x > 0 as softplus(-x) + (1 - t) x: no terms cancel on either side.

    With weights, the sum of w t softplus(-x) and (1 - t) softplus(x): neither is negative.
    """
    positive = logits > 0
    left = torch.where(positive, -logits, logits)
    if positive_weight is None:
        terms = softplus(left) + torch.where(positive, 1 - targets, -targets) * logits
    else:
        terms = positive_weight * targets * softplus(-logits) + (1 - targets) * softplus(logits)
    return reduced(partial(total, terms), logits.shape, reduction=reduction, batch_axis=batch_axis)


def hinge(scores: Tensor, signs: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ max(0, 1 - scores signs), of slope 0 on the kink"""
    terms = F.relu(1 - scores * signs)
    return reduced(partial(total, terms), terms.shape, reduction=reduction, batch_axis=batch_axis)


def multiclass_hinge(
    scores: Tensor, labels: Tensor, *, margin: float, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ max(0, margin + s_c - s_y) over the classes c besides the label y.

    F.multi_margin_loss adds margin - s_y first, so that a margin of 1 is lost beside scores of 1e17.
    """
    gaps = scores - torch.gather(scores, 1, labels[:, None]) + margin
    others = torch.arange(scores.shape[1]) != labels[:, None]
    terms = torch.where(others, F.relu(gaps), 0).sum(dim=1)
    return reduced(partial(total, terms), terms.shape, reduction=reduction, batch_axis=batch_axis)


def total(terms: Tensor, *, reduction: str) -> Tensor:
    """The sum or the mean of all terms."""
    return terms.sum() if reduction == "sum" else terms.mean()


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "cross_entropy": cross_entropy,
    "soft_cross_entropy": soft_cross_entropy,
    "nll": nll,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "hinge": hinge,
    "multiclass_hinge": multiclass_hinge,
}
