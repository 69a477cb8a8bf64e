"""Softmax with torch's own functions.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor


def softmax(x: Tensor, *, axis: int) -> Tensor:
    """eˣ / Σ eˣ"""
    return F.softmax(x, axis)


def log_softmax(x: Tensor, *, axis: int) -> Tensor:
    """x - log Σ eˣ"""
    return F.log_softmax(x, axis)


def masked_softmax(x: Tensor, mask: Tensor, *, axis: int) -> Tensor:
    """F.softmax of x, -∞ where the mask is False. A row with nothing else would be NaN: it is computed of zeros."""
    takes_part = mask.expand_as(x)
    scores = x.masked_fill(~takes_part, -torch.inf).masked_fill(~takes_part.any(axis, keepdim=True), 0)
    return F.softmax(scores, axis).masked_fill(~takes_part, 0)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "softmax": softmax,
    "log_softmax": log_softmax,
    "masked_softmax": masked_softmax,
}
