"""Exponentials, logarithms, powers and the circular functions with torch's own.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def expm1(x: Tensor) -> Tensor:
    """eˣ - 1, as torch.exp(x) - 1 where x is below -1.

    The slope of torch.expm1 is its result plus 1: far to the left 0, where eˣ still has all its digits.
    """
    return torch.where(x < -1, torch.exp(x.clamp(max=-1)) - 1, torch.expm1(x))


def rsqrt(x: Tensor) -> Tensor:
    """1 / √x. The slope of torch.rsqrt is -y³ / 2, in which y³ leaves the range though x̄ = -y³ ȳ / 2 may be in it."""
    return torch.reciprocal(torch.sqrt(x))


def pow_(x: Tensor, *, exponent: float) -> Tensor:
    """xᵖ, whose slope torch takes to be 0 for p = 0, also at x = 0"""
    return torch.pow(x, exponent)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "exp": torch.exp,
    "log": torch.log,
    "expm1": expm1,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "rsqrt": rsqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "pow": pow_,
    "power": torch.pow,
}
