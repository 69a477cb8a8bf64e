"""Pooling over windows, over all positions, and repetition, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.convolution import PerAxis, listed, windows
from trivium_arb.primitive import largest, sum_, take
from trivium_arb.tape import Tensor, lift


def met(x: Tensor, kernel: PerAxis, stride: PerAxis, padding: PerAxis, dilation: PerAxis = 1) -> Array:
    """b c p q i: the places that each window meets, -1 in the padding"""
    places = windows(x.shape, listed(kernel, 2), stride, padding, dilation)
    return places.reshape(*places.shape[:4], math.prod(places.shape[4:]))


def max_pool2d(x: Tensor, *, kernel: PerAxis, stride: PerAxis, padding: PerAxis, dilation: PerAxis) -> Tensor:
    """max_i x[b, c, p stride + i dilation - padding], the first where several are largest; padding never wins"""
    places = met(x, kernel, stride, padding, dilation)
    tops = largest(take(x, places), axis=-1, among=places >= 0)
    return take(x, np.take_along_axis(places, tops.argmax(axis=-1)[..., None], axis=-1)[..., 0])


def avg_pool2d(x: Tensor, *, kernel: PerAxis, stride: PerAxis, padding: PerAxis, count_padding: bool) -> Tensor:
    """Σ_i x[b, c, p stride + i - padding] / n, with zeros around x; n counts all i, or those that meet x"""
    places = met(x, kernel, stride, padding)
    n = np.ones(places.shape) if count_padding else places >= 0
    return sum_(take(x, places), axis=-1) / lift(n.sum(axis=-1))


def global_avg_pool(x: Tensor) -> Tensor:
    """Σ_p x[b, c, p] / n over all n positions p"""
    return sum_(x, axis=tuple(range(2, x.ndim))) / math.prod(x.shape[2:])


def upsample_nearest(x: Tensor, *, factor: PerAxis) -> Tensor:
    """y[b, c, p] = x[b, c, ⌊p / factor⌋]"""
    places = np.arange(math.prod(x.shape)).reshape(x.shape)
    for axis, times in enumerate(listed(factor, x.ndim - 2), 2):
        places = places.repeat(times, axis=axis)
    return take(x, places)


OPERATIONS = {
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool": global_avg_pool,
    "upsample_nearest": upsample_nearest,
}
