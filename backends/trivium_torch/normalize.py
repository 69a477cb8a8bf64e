"""Normalization with torch's own functions.

Knows nothing of networks. torch writes (x - mean) / σ as x / σ - mean / σ: of equal numbers, or of a single one, not 0
is left but a rounding of x / σ, which a small eps makes large. So x is centered before; of a single value, 0 and a
slope of 0 are left, exactly. torch.batch_norm and the like are F.batch_norm and the like, which refuse a single value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor


def batch_norm(x: Tensor, gain: Tensor, shift: Tensor, *, channel_axis: int, eps: float) -> Tensor:
    """g (x - mean) / σ + s; torch has its channels on axis 1, and needs an axis before."""
    channels = torch.movedim(x, channel_axis, 0).reshape(1, gain.numel(), -1)
    y = torch.batch_norm(centered(channels, (2,)), gain, shift, None, None, True, 0.0, eps, False)
    return moved_back(y, x, channel_axis)


def moved_back(y: Tensor, x: Tensor, channel_axis: int) -> Tensor:
    """Channels first, all other axes as one: back to the shape of x."""
    return torch.movedim(y.reshape(torch.movedim(x, channel_axis, 0).shape), 0, channel_axis)


def centered(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """x - mean x"""
    return x - x.mean(axes, keepdim=True)


def batch_norm_evaluation(
    x: Tensor, mean: Tensor, variance: Tensor, gain: Tensor, shift: Tensor, *, channel_axis: int, eps: float
) -> Tensor:
    """g (x - mean) / √(variance + eps) + s, composed: F.batch_norm has no slope in a mean and variance it is given."""
    last = torch.movedim(x, channel_axis, -1)
    y = torch.addcmul(shift, (last - mean) / torch.sqrt(variance + eps), gain)  # the slope of rsqrt is σ⁻³, past range
    return torch.movedim(y, -1, channel_axis)


def layer_norm(x: Tensor, gain: Tensor, shift: Tensor, *, eps: float) -> Tensor:
    """g (x - mean) / σ + s"""
    return F.layer_norm(centered(x, tuple(range(-gain.dim(), 0))), gain.shape, gain, shift, eps)


def group_norm(x: Tensor, gain: Tensor, shift: Tensor, *, groups: int, eps: float) -> Tensor:
    """g (x - mean) / σ + s, in each group of channels"""
    seen = centered(x.reshape(x.shape[0], groups, -1), (2,)).reshape(x.shape)
    return torch.group_norm(seen, groups, gain, shift, eps, False)


def instance_norm(x: Tensor, gain: Tensor, shift: Tensor, *, eps: float) -> Tensor:
    """g (x - mean) / σ + s, in each channel of each data point"""
    seen = centered(x.reshape(*x.shape[:2], -1), (2,))
    y = torch.instance_norm(seen, gain, shift, None, None, True, 0.0, eps, False)
    return y.reshape(x.shape)


def rms_norm(x: Tensor, gain: Tensor, *, eps: float) -> Tensor:
    """g x / √(mean x² + eps)"""
    return F.rms_norm(x, gain.shape, gain, eps)


def l2_normalize(x: Tensor, *, axis: int, eps: float) -> Tensor:
    """x / max(‖x‖, eps)"""
    return F.normalize(x, dim=axis, eps=eps)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "batch_norm": batch_norm,
    "batch_norm_evaluation": batch_norm_evaluation,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "rms_norm": rms_norm,
    "l2_normalize": l2_normalize,
}
