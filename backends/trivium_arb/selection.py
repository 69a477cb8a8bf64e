"""Choices between numbers, as defined; a ball that leaves one open is refused.

Knows nothing of derivatives.
"""

from __future__ import annotations

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.primitive import signs, where
from trivium_arb.reduce import max_, min_
from trivium_arb.shape import broadcast_to, stack
from trivium_arb.tape import Tensor, lift


def both(a: Tensor, b: Tensor) -> Tensor:
    """a and b side by side, along a new axis in front"""
    shape = np.broadcast_shapes(a.shape, b.shape)
    return stack(broadcast_to(a, shape=shape), broadcast_to(b, shape=shape), axis=0)


def maximum(a: Tensor, b: Tensor) -> Tensor:
    """The larger of the two; a tie is shared evenly"""
    return max_(both(a, b), axis=0)


def minimum(a: Tensor, b: Tensor) -> Tensor:
    """The smaller of the two; a tie is shared evenly"""
    return min_(both(a, b), axis=0)


def clip(x: Tensor, *, low: float, high: float) -> Tensor:
    """x, but low below low, and high above high; on a bound the slope is 1"""
    return where(signs(x - low) < 0, low, where(signs(x - high) > 0, high, x))


def dropout(x: Tensor, mask: Array, *, rate: float) -> Tensor:
    """x / (1 - rate) where the mask is true, 0 elsewhere"""
    return where(mask, x / (1 - lift(rate)), 0)


OPERATIONS = {
    "maximum": maximum,
    "minimum": minimum,
    "clip": clip,
    "where": where,
    "dropout": dropout,
}
