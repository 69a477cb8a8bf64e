"""Convolutions, as defined: the entries that each window meets, laid out as columns, and one product with the kernel.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.linear import turned
from trivium_arb.primitive import matmul, put, reshape, take, transpose
from trivium_arb.tape import Tensor

Numbers = tuple[int, ...]
PerAxis = int | Sequence[int]


def listed(value: PerAxis, axes: int) -> Numbers:
    """A number for each axis of positions: an int is the same for all"""
    return (value,) * axes if isinstance(value, int) else tuple(value)


def counted(n: int, k: int, stride: int, padding: int, dilation: int) -> int:
    """How often k entries, so far apart, fit into n with zeros at both ends, one start per stride"""
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


def windows(
    shape: Numbers, kernel: Numbers, stride: PerAxis, padding: PerAxis, dilation: PerAxis, fits: Numbers | None = None
) -> Array:
    """b c *p *i: the place, counted flat, that window p meets at offset i, at p stride + i dilation - padding;
    -1 in the padding. So many windows as `fits` says, as many as fit if it says nothing."""
    axes = len(kernel)
    s, p, d = (listed(value, axes) for value in (stride, padding, dilation))
    fits = fits or tuple(map(counted, shape[2:], kernel, s, p, d))
    places = np.arange(math.prod(shape)).reshape(shape)
    places = np.pad(places, ((0, 0), (0, 0), *((q, q) for q in p)), constant_values=-1)
    for i in range(axes):
        at = np.arange(fits[i])[:, None] * s[i] + np.arange(kernel[i]) * d[i]
        places = np.take(places, at, axis=2 + 2 * i)
    return places.transpose(0, 1, *range(2, 2 + 2 * axes, 2), *range(3, 3 + 2 * axes, 2))


def columns(places: Array, groups: int, axes: int) -> Array:
    """b c *p *i as (groups) (c i) (b p)"""
    b, c, *rest = places.shape
    cut = places.reshape(b, groups, c // groups, math.prod(rest[:axes]), math.prod(rest[axes:]))
    _, _, own, p, i = cut.shape
    return cut.transpose(1, 2, 4, 0, 3).reshape(groups, own * i, b * p)


def biased(y: Tensor, bias: Tensor | None) -> Tensor:
    """y + bias, an entry of it for each channel"""
    return y if bias is None else y + reshape(bias, (*bias.shape, *(1 for _ in y.shape[2:])))


def conv(
    x: Tensor,
    kernel: Tensor,
    bias: Tensor | None = None,
    *,
    stride: PerAxis,
    padding: PerAxis,
    dilation: PerAxis,
    groups: int,
) -> Tensor:
    """y[b, m, p] = Σ_k,i kernel[m, k, i] x[b, k, p stride + i dilation - padding] + bias[m], with zeros around x"""
    places = windows(x.shape, kernel.shape[2:], stride, padding, dilation)
    m, grid = kernel.shape[0], places.shape[2 : x.ndim]
    weights = reshape(kernel, (groups, m // groups, math.prod(kernel.shape[1:])))
    y = matmul(weights, take(x, columns(places, groups, len(grid))))
    y = reshape(y, (m, x.shape[0], *grid))
    return biased(transpose(y, (1, 0, *range(2, y.ndim))), bias)


def depthwise_conv2d(
    x: Tensor,
    kernel: Tensor,
    bias: Tensor | None = None,
    *,
    stride: PerAxis,
    padding: PerAxis,
    dilation: PerAxis,
) -> Tensor:
    """y[b, (c, k), p] = Σ_i kernel[c, k, i] x[b, c, p stride + i dilation - padding] + bias[(c, k)]"""
    c, k, *size = kernel.shape
    each = reshape(kernel, (c * k, 1, *size))
    return conv(x, each, bias, stride=stride, padding=padding, dilation=dilation, groups=c)


def conv_transpose2d(
    x: Tensor,
    kernel: Tensor,
    bias: Tensor | None = None,
    *,
    stride: PerAxis,
    padding: PerAxis,
    dilation: PerAxis,
    groups: int,
    output_padding: PerAxis,
) -> Tensor:
    """y[b, m, p stride + i dilation - padding] sums all kernel[c, m, i] x[b, c, p] that land there, + bias[m]"""
    (b, c, *n), (_, m, *size) = x.shape, kernel.shape
    geometry = (listed(value, 2) for value in (stride, padding, dilation, output_padding))
    ends = ((i - 1) * s + (k - 1) * d + 1 - 2 * p + e for i, k, s, p, d, e in zip(n, size, *geometry, strict=True))
    shape = (b, m * groups, *ends)
    weights = turned(reshape(kernel, (groups, c // groups, m * math.prod(size))))
    own = np.arange(math.prod(x.shape)).reshape(x.shape)
    terms = matmul(weights, take(x, columns(own, groups, 2)))
    places = windows(shape, tuple(size), stride, padding, dilation, tuple(n))
    return biased(put(terms, columns(places, groups, 2), shape), bias)


OPERATIONS = {
    "conv1d": conv,
    "conv2d": conv,
    "depthwise_conv2d": depthwise_conv2d,
    "conv_transpose2d": conv_transpose2d,
}
