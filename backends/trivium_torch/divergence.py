"""Divergences composed of torch's own operations, each because torch's loss of that name computes something else.

Knows nothing of networks. F.kl_div has a slope of nan where p is 0; F.gaussian_nll_loss lifts a variance to its eps,
and raises at one below 0; F.cosine_similarity keeps the slope of a length that its eps has replaced, and
F.triplet_margin_loss adds its eps to every difference. Both lengths overflow where a square does: here they do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from trivium_torch.regression import reduced


def total(terms: Tensor, *, reduction: str) -> Tensor:
    """The sum or the mean of all terms."""
    return terms.sum() if reduction == "sum" else terms.mean()


def kl_divergence(p: Tensor, q: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ p log(p/q) of each row; where p is 0, p and q are replaced by 1 before a logarithm is taken."""
    present = p > 0
    one = torch.ones_like(p)
    p_there, q_there = torch.where(present, p, one), torch.where(present, q, one)
    entries = torch.where(present, p_there * (torch.log(p_there) - torch.log(q_there)), 0)
    return reduced(partial(total, entries.sum(-1)), p.shape, reduction=reduction, batch_axis=batch_axis)


def gaussian_kl(mean: Tensor, log_variance: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ (e^l + m² - 1 - l)/2"""
    terms = 0.5 * (torch.exp(log_variance) + mean**2 - 1 - log_variance)
    return reduced(partial(total, terms), mean.shape, reduction=reduction, batch_axis=batch_axis)


def gaussian_nll(
    prediction: Tensor, target: Tensor, variance: Tensor, *, full: bool, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ (log v + d d/v)/2 with d = p - t: d² may overflow where d²/v does not"""
    d = prediction - target
    terms = 0.5 * (torch.log(variance) + d * (d / variance))
    terms = terms + 0.5 * math.log(2 * math.pi) if full else terms
    return reduced(partial(total, terms), prediction.shape, reduction=reduction, batch_axis=batch_axis)


def cosine_similarity_loss(
    a: Tensor, b: Tensor, *, axis: int, eps: float, reduction: str, batch_axis: int | None
) -> Tensor:
    """Σ (1 - the cosine of a and b), no vector shorter than eps"""
    products = pointing(a, axis=axis, eps=eps) * pointing(b, axis=axis, eps=eps)
    return reduced(partial(total, 1 - products.sum(axis)), a.shape, reduction=reduction, batch_axis=batch_axis)


def pointing(x: Tensor, *, axis: int, eps: float) -> Tensor:
    """x / max(|x|, eps); x is divided by its largest entry first, so that |x| is between 1 and √k, or below eps."""
    unit = x.detach().abs().amax(axis, keepdim=True).clamp_min(eps)
    direction = x / unit
    return direction / torch.maximum(torch.linalg.vector_norm(direction, dim=axis, keepdim=True), eps / unit)


def triplet(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    margin: float,
    squared: bool,
    reduction: str,
    batch_axis: int | None,
) -> Tensor:
    """Σ max(|a - p| - |a - n| + margin, 0); torch.relu has slope 0 at 0, and so has torch.linalg.vector_norm."""
    distance = squared_length if squared else length
    terms = F.relu(distance(anchor - positive) - distance(anchor - negative) + margin)
    return reduced(partial(total, terms), anchor.shape, reduction=reduction, batch_axis=batch_axis)


def squared_length(d: Tensor) -> Tensor:
    """Σ d²"""
    return (d * d).sum(-1)


def length(d: Tensor) -> Tensor:
    """|d|, with the largest entry taken out of the root"""
    largest = d.detach().abs().amax(-1, keepdim=True)
    unit = torch.where(largest > 0, largest, torch.ones_like(largest))
    scaled: Tensor = torch.linalg.vector_norm(d / unit, dim=-1)
    return unit.squeeze(-1) * scaled


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "kl_divergence": kl_divergence,
    "gaussian_kl": gaussian_kl,
    "gaussian_nll": gaussian_nll,
    "cosine_similarity_loss": cosine_similarity_loss,
    "triplet": triplet,
}
