"""Losses between numbers, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math

from trivium_arb.primitive import signs, sum_, where, whole_power
from trivium_arb.tape import Tensor, lift

Shape = tuple[int, ...]


def reduced(terms: Tensor, first: Shape, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ of the terms; mean: over their number; batchmean: over the size of that axis of the first input"""
    if reduction == "batchmean" and batch_axis is not None:
        return sum_(terms) / first[batch_axis]
    return sum_(terms) / {"sum": 1, "mean": math.prod(terms.shape)}[reduction]


def squared_error(prediction: Tensor, target: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ (prediction - target)²"""
    return reduced(whole_power(prediction - target, 2), prediction.shape, reduction, batch_axis)


def half_squared_error(prediction: Tensor, target: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ (prediction - target)² / 2"""
    return reduced(whole_power(prediction - target, 2) / 2, prediction.shape, reduction, batch_axis)


def absolute_error(prediction: Tensor, target: Tensor, *, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ |prediction - target|, with slope 0 at an exact fit"""
    d = prediction - target
    return reduced(lift(signs(d)) * d, prediction.shape, reduction, batch_axis)


def huber(prediction: Tensor, target: Tensor, *, delta: float, reduction: str, batch_axis: int | None) -> Tensor:
    """Σ of d² / 2 where |d| <= delta, of delta (|d| - delta / 2) elsewhere, d = prediction - target"""
    d, least = prediction - target, lift(delta)
    square = whole_power(d, 2) / 2
    above, below = least * (d - least / 2), least * (-d - least / 2)
    terms = where(signs(d - least) > 0, above, where(signs(d + least) < 0, below, square))
    return reduced(terms, prediction.shape, reduction, batch_axis)


OPERATIONS = {
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "absolute_error": absolute_error,
    "huber": huber,
}
