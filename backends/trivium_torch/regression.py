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


def half_squared_error(prediction: Tensor, target: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ (prediction - target)² / 2"""
    return squared_error(prediction, target, reduction=reduction, batch_axis=batch_axis) / 2


def absolute_error(prediction: Tensor, target: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ |prediction - target|, of slope 0 at an exact fit"""
    loss = partial(F.l1_loss, prediction, target)
    return reduced(loss, prediction.shape, reduction=reduction, batch_axis=batch_axis)


def huber(prediction: Tensor, target: Tensor, *, delta: float, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ d² / 2 where |d| <= delta, of delta (|d| - delta / 2) elsewhere"""
    loss = partial(F.huber_loss, prediction, target, delta=delta)
    return reduced(loss, prediction.shape, reduction=reduction, batch_axis=batch_axis)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "absolute_error": absolute_error,
    "huber": huber,
}
