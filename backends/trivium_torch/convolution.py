"""Convolutions with torch's own functions.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch.nn.functional as F
from torch import Tensor


def depthwise_conv2d(x: Tensor, kernel: Tensor, bias: Tensor | None = None, **geometry: Any) -> Tensor:
    """F.conv2d with as many groups as channels; its kernel has the output channels of all of them on one axis."""
    return F.conv2d(x, kernel.flatten(0, 1).unsqueeze(1), bias, groups=x.shape[1], **geometry)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "conv1d": F.conv1d,
    "conv2d": F.conv2d,
    "depthwise_conv2d": depthwise_conv2d,
    "conv_transpose2d": F.conv_transpose2d,
}
