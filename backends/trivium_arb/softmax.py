"""Softmax along one axis, its logarithm, and softmax under a mask, as defined: a ball needs no shift.

Knows nothing of derivatives.
"""

from __future__ import annotations

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.primitive import exp, sum_, where
from trivium_arb.reduce import logsumexp
from trivium_arb.tape import Tensor


def softmax(x: Tensor, *, axis: int) -> Tensor:
    """eˣ / Σ eˣ"""
    e = exp(x)
    return e / sum_(e, axis, keepdims=True)


def log_softmax(x: Tensor, *, axis: int) -> Tensor:
    """x - log Σ eˣ"""
    return x - logsumexp(x, axis=axis, keepdims=True)


def masked_softmax(x: Tensor, mask: Array, *, axis: int) -> Tensor:
    """eˣ / Σ eˣ over the entries that take part; 0 elsewhere, and 0 all along where none does"""
    e = where(mask, exp(where(mask, x, 0)), 0)
    some = np.logical_or.reduce(np.broadcast_to(mask, x.shape), axis, keepdims=True)
    return e / where(some, sum_(e, axis, keepdims=True), 1)


OPERATIONS = {
    "softmax": softmax,
    "log_softmax": log_softmax,
    "masked_softmax": masked_softmax,
}
