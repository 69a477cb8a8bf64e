"""Piecewise functions with torch's own, whose slopes on a kink are torch's convention (relu'(0) = 0).

Knows nothing of networks. Three of torch's own are not used: F.celu divides by alpha in float32 for its slope, and
F.hardsigmoid's slope is the 1/6 of float32 (off by 3e-8 of itself in float64); F.hardswish multiplies by 6 before it
divides, which overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from trivium_torch.selection import held


def leaky_relu(x: Tensor, *, slope: float) -> Tensor:
    """x where x > 0, else slope x; slope at 0."""
    return F.leaky_relu(x, slope)


def prelu(x: Tensor, slope: Tensor, *, channel_axis: int | None) -> Tensor:
    """x where x > 0, else slope x; F.prelu has its channels on axis 1."""
    if channel_axis is None:
        return F.prelu(x, slope.reshape(1))
    one = torch.movedim(x, channel_axis, 0).unsqueeze(0)
    return torch.movedim(F.prelu(one, slope).squeeze(0), 0, channel_axis)


def celu(x: Tensor, *, alpha: float) -> Tensor:
    """x where x > 0, else alpha elu(x / alpha)."""
    positive = x > 0
    return torch.where(positive, x, alpha * F.elu(torch.where(positive, 0, x) / alpha))


def hardtanh(x: Tensor, *, low: float, high: float) -> Tensor:
    """x inside its bounds; slope 0 on them."""
    return F.hardtanh(x, held(low, x), held(high, x))


def hardsigmoid(x: Tensor) -> Tensor:
    """x / 6 + 1/2, x held from -3 to 3; slope 1/6 on both, as torch.clamp has it."""
    return torch.clamp(x, -3, 3) / 6 + 0.5


def hardswish(x: Tensor) -> Tensor:
    """x hardsigmoid(x)"""
    return x * hardsigmoid(x)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "relu": torch.relu,
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "elu": F.elu,
    "selu": F.selu,
    "celu": celu,
    "hardtanh": hardtanh,
    "hardsigmoid": hardsigmoid,
    "hardswish": hardswish,
    "abs": torch.abs,
    "sign": torch.sign,
}
