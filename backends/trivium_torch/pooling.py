"""Pooling with torch's own functions.

Knows nothing of networks. Of equal entries in a window, F.max_pool2d picks the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

Ints = int | tuple[int, ...]


def max_pool2d(x: Tensor, *, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Tensor:
    """The largest entry of every window."""
    return F.max_pool2d(x, kernel, stride, padding, dilation)


def avg_pool2d(x: Tensor, *, kernel: Ints, stride: Ints, padding: Ints, count_padding: bool) -> Tensor:
    """The mean of every window."""
    return F.avg_pool2d(x, kernel, stride, padding, count_include_pad=count_padding)


def global_avg_pool(x: Tensor) -> Tensor:
    """The mean over all positions; torch.mean over no axes would be over all."""
    return x.flatten(2).mean(dim=2) if x.dim() > 2 else x


def upsample_nearest(x: Tensor, *, factor: Ints) -> Tensor:
    """Every entry repeated; F.interpolate(mode="nearest") in float32 gives y[41] = x[0] at factor 41, not x[1]."""
    axes = x.dim() - 2
    for axis, times in enumerate((factor,) * axes if isinstance(factor, int) else factor, 2):
        x = torch.repeat_interleave(x, times, dim=axis)
    return x


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool": global_avg_pool,
    "upsample_nearest": upsample_nearest,
}
