"""Variance, deviation and norms with torch's own functions.

Knows nothing of networks. torch.var and torch.std take no axes to mean all of them; here each number is then alone.
Both are given what the numbers lack to the largest: of 0.1, 0.1, 0.1 torch.std makes 1e-17, with slopes of 1/3 in size.
torch.std and torch.linalg.vector_norm are given numbers divided by a scale, for their squares leave the range where the
result does not. The scale is the largest number to the power 2/3, not 1: the tape multiplies a cotangent by it and then
divides by it again, and neither such a product nor the squares should come near the ends of the range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from trivium_torch.reduce import Axes, counted


def variance(x: Tensor, *, axis: Axes, keepdims: bool, ddof: int) -> Tensor:
    """Σ (x - mean x)² / (n - ddof)"""
    row, axes = alone(x, counted(x, axis))
    return torch.var(lack(row, axes), axes, correction=ddof, keepdim=keepdims and row is x)


def standard_deviation(x: Tensor, *, axis: Axes, keepdims: bool, ddof: int) -> Tensor:
    """√ of the variance; a factor taken out changes no slope, so it is off the tape."""
    row, axes = alone(x, counted(x, axis))
    d = lack(row, axes)
    size = scale(d, axes)
    y = size * torch.std(d / size, axes, correction=ddof, keepdim=True)
    return y if keepdims and row is x else y.squeeze(axes)


def norm(x: Tensor, *, order: float, axis: Axes, keepdims: bool) -> Tensor:
    """Σ |x| or √Σ x²; a factor taken out changes no slope, so it is off the tape."""
    row, axes = alone(x, counted(x, axis))
    size = 1 if order == 1 else scale(row, axes)
    y: Tensor = size * torch.linalg.vector_norm(row / size, order, axes, keepdim=True)
    return y if keepdims and row is x else y.squeeze(axes)


def alone(x: Tensor, axes: tuple[int, ...]) -> tuple[Tensor, tuple[int, ...]]:
    """x and its axes; where there are none, every number a row of its own."""
    return (x, axes) if axes else (x.unsqueeze(-1), (-1,))


def lack(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """What x lacks to the largest, exactly 0 for equal numbers; a constant changes no deviation: it is off the tape."""
    return x - x.detach().amax(axes, keepdim=True)


def scale(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The largest size along the axes to the power 2/3, 1 where it is 0, off the tape."""
    largest = x.detach().abs().amax(axes, keepdim=True)
    return largest.masked_fill(largest == 0, 1) ** (2 / 3)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "variance": variance,
    "standard_deviation": standard_deviation,
    "norm": norm,
}
