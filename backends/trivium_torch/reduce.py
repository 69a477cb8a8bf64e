"""Reductions with torch's own, over one axis, several, or all of them.

Knows nothing of networks. torch.sum and torch.mean take no axes to mean all of them, and torch.logsumexp fails on no
axes; here no axes leave x as it is. torch.logsumexp rounds Σ eˣ⁻ᵐ, which is at least 1, so its result near 0 is right
to a rounding of 1, not of itself.
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
    return torch.logsumexp(x, axes, keepdim=keepdims) if axes else x


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
