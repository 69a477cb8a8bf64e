"""Reductions with torch's own, over one axis, several, or all of them.

Knows nothing of networks. torch.sum and torch.mean take no axes to mean all of them; here no axes leave x as it is.
torch.logsumexp is not used: its slope is e^(x - y), and a large y has lost the logarithm of the number of ties, so that
two equal entries of 1e17 have slope 1 each, not 1/2. Composed from its parts, a slope is e^(x - m) / Σ e^(x - m).
Σ e^(x - m) is at least 1 and rounded, so a result near 0 is right to a rounding of 1, not of itself.
torch.prod is not used: its slope is y / x where no x is 0, and y may have underflowed. torch.amax, not torch.max: that
gives the whole cotangent to one of the ties.
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


def product_over(x: Tensor, *, axis: Axes, keepdims: bool) -> Tensor:
    """Π x, by pairs, then by pairs of pairs: whatever is 0 or underflows, no slope divides by it."""
    axes = counted(x, axis)
    if not axes:
        return x
    row = x.movedim(axes, tuple(range(-len(axes), 0))).flatten(-len(axes))
    while row.shape[-1] > 1:
        pairs = row[..., :-1:2] * row[..., 1::2]
        row = torch.cat((pairs, row[..., -1:]), -1) if row.shape[-1] % 2 else pairs
    return row.reshape([1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes])


def largest_over(x: Tensor, *, axis: Axes, keepdims: bool) -> Tensor:
    """max x; ties share the cotangent evenly."""
    axes = counted(x, axis)
    return torch.amax(x, axes, keepdim=keepdims) if axes else x


def smallest_over(x: Tensor, *, axis: Axes, keepdims: bool) -> Tensor:
    """min x; ties share the cotangent evenly."""
    axes = counted(x, axis)
    return torch.amin(x, axes, keepdim=keepdims) if axes else x


def running_sum(x: Tensor, *, axis: int, reverse: bool) -> Tensor:
    """Σ x up to each entry; torch has no way back, so reverse turns x around, and the sums again."""
    return x.flip(axis).cumsum(axis).flip(axis) if reverse else x.cumsum(axis)


def counted(x: Tensor, axis: Axes) -> tuple[int, ...]:
    """The axes meant, each once, counted from 0; all of them where axis is None."""
    if axis is None:
        return tuple(range(x.dim()))
    return tuple(sorted({a % x.dim() for a in ((axis,) if isinstance(axis, int) else axis)}))


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "sum": sum_over,
    "mean": mean_over,
    "logsumexp": logsumexp_over,
    "prod": product_over,
    "max": largest_over,
    "min": smallest_over,
    "cumsum": running_sum,
}
