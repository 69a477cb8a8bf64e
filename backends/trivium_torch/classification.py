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


def cross_entropy(logits: Tensor, labels: Tensor, *, class_axis: int, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ (log Σ_c e^logits - logits at the label); F.cross_entropy has its classes on axis 1 (0 of one row)."""
    scores = torch.movedim(logits, class_axis, 1) if logits.dim() > 1 else logits
    return reduced(partial(F.cross_entropy, scores, labels), logits.shape, reduction=reduction, batch_axis=batch_axis)


def binary_cross_entropy_with_logits(
    logits: Tensor, targets: Tensor, *, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ (softplus(x) - t x), for x > 0 as softplus(-x) + (1 - t) x: no terms cancel on either side."""
    positive = logits > 0
    left = torch.where(positive, -logits, logits)
    terms = softplus(left) + torch.where(positive, 1 - targets, -targets) * logits
    return reduced(partial(total, terms), logits.shape, reduction=reduction, batch_axis=batch_axis)


def total(terms: Tensor, *, reduction: str) -> Tensor:
    """The sum or the mean of all terms."""
    return terms.sum() if reduction == "sum" else terms.mean()


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
}
