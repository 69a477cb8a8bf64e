"""Choices between numbers with torch's own functions, whose conventions are torch's: a half each at a tie of maximum
and minimum, slope 1 on the bounds of clamp.

Knows nothing of networks. F.dropout draws its own mask; here the mask is given, so it is composed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def clip(x: Tensor, *, low: float, high: float) -> Tensor:
    """x inside its bounds."""
    return torch.clamp(x, held(low, x), held(high, x))


def held(bound: float, x: Tensor) -> float:
    """A bound, or the largest number of x's precision where it is past that: torch refuses to convert it."""
    largest = torch.finfo(x.dtype).max
    return max(-largest, min(bound, largest))


def dropout(x: Tensor, mask: Tensor, *, rate: float) -> Tensor:
    """x / (1 - rate) where it is kept; chosen, not multiplied, so that nothing leaks from what is dropped."""
    return torch.where(mask, x / (1 - rate), 0)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "clip": clip,
    "where": torch.where,
    "dropout": dropout,
}
