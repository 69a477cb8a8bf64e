"""Reductions with torch's own, over one axis, several, or all of them.

Knows nothing of networks. torch.sum and torch.mean take no axes to mean all of them; here no axes leave x as it is.
torch.logsumexp is not used: its slope is e^(x - y), and a large y has lost the logarithm of the number of ties, so that
two equal entries of 1e17 have slope 1 each, not 1/2. Composed from its parts, a slope is e^(x - m) / Σ e^(x - m).
Σ e^(x - m) is at least 1 and rounded, so a result near 0 is right to a rounding of 1, not of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

Axes = tuple[int, ...] | int | None


def sum_over(x: Tensor, *, axis: Axes, keepdims: bool) -> Tensor:
    """Σ x"""
    axes = counted(x, axis)
    return torch.sum(x, axes, keepdim=keepdims) if axes else x


def mean_over(x: Tensor, *, axis: Axes, keepdims: bool) -> Tensor:
    """Σ x / n"""
    axes = counted(x, axis)
    return torch.mean(x, axes, keepdim=keepdims) if axes else x


def logsumexp_over(x: Tensor, *, axis: Axes, keepdims: bool) -> Tensor:
    """log Σ eˣ"""
    axes = counted(x, axis)
    if not axes:
        return x
    largest = torch.amax(x.detach(), axes, keepdim=True)
    total = torch.sum(torch.exp(x - largest), axes, keepdim=keepdims)
    return torch.log(total) + (largest if keepdims else largest.reshape(total.shape))


def counted(x: Tensor, axis: Axes) -> tuple[int, ...]:
    """The axes meant, each once, counted from 0; all of them where axis is None."""
    if axis is None:
        return tuple(range(x.dim()))
    return tuple(sorted({a % x.dim() for a in ((axis,) if isinstance(axis, int) else axis)}))


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "sum": sum_over,
    "mean": mean_over,
    "logsumexp": logsumexp_over,
}
