"""Losses between numbers with torch's own, and the one reduction that these have no word for.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch.nn.functional as F
from torch import Tensor


def reduced(loss: Callable[..., Tensor], shape: tuple[int, ...], *, reduction: str, batch_axis: int | None) -> Tensor:
    """torch's own "sum" or "mean" of a loss; batchmean is its sum over the size of one axis of `shape`."""
    if batch_axis is None:
        return loss(reduction=reduction)
    return loss(reduction="sum") / shape[batch_axis]


def squared_error(prediction: Tensor, target: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ (prediction - target)²"""
    loss = partial(F.mse_loss, prediction, target)
    return reduced(loss, prediction.shape, reduction=reduction, batch_axis=batch_axis)


def absolute_error(prediction: Tensor, target: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ |prediction - target|, of slope 0 at an exact fit"""
    loss = partial(F.l1_loss, prediction, target)
    return reduced(loss, prediction.shape, reduction=reduction, batch_axis=batch_axis)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "squared_error": squared_error,
    "absolute_error": absolute_error,
}
