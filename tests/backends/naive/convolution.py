"""The family convolution, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np

from trivium.backend import Array


def every(shape: tuple[int, ...]) -> product[tuple[int, ...]]:
    return product(*map(range, shape))


def listed(value: Any, axes: int) -> list[int]:
    return [value] * axes if isinstance(value, int) else list(value)


def conv(
    x: Array, kernel: Array, bias: Array | None = None, *, stride: Any, padding: Any, dilation: Any, groups: int
) -> Array:
    axes = x.ndim - 2
    s, p, d = (np.array(listed(value, axes)) for value in (stride, padding, dilation))
    n, r = np.array(x.shape[2:]), np.array(kernel.shape[2:])
    grid = tuple(int(v) for v in (n + 2 * p - d * (r - 1) - 1) // s + 1)
    y = np.zeros((len(x), len(kernel), *grid))
    for b, m, *place in every(y.shape):
        first = m // (len(kernel) // groups) * kernel.shape[1]
        for k, *offset in every(kernel.shape[1:]):
            at = np.array(place) * s + np.array(offset) * d - p
            if (at >= 0).all() and (at < n).all():
                y[b, m, *place] += kernel[m, k, *offset] * x[b, first + k, *at]
        y[b, m, *place] += 0 if bias is None else bias[m]
    return y


def depthwise_conv2d(x: Array, kernel: Array, bias: Array | None = None, **geometry: Any) -> Array:
    one = [conv(x[:, c : c + 1], kernel[c][:, None], groups=1, **geometry) for c in range(len(kernel))]
    return np.concatenate(one, axis=1) + (0 if bias is None else bias[:, None, None])


def conv_transpose2d(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    output_padding: Any,
) -> Array:
    s, p, d, e = (np.array(listed(value, 2)) for value in (stride, padding, dilation, output_padding))
    n, r = np.array(x.shape[2:]), np.array(kernel.shape[2:])
    whole = (int(v) for v in (n - 1) * s + d * (r - 1) + 1 + e)
    y = np.zeros((len(x), groups * kernel.shape[1], *whole))
    for b, c, *place in every(x.shape):
        first = c // (len(kernel) // groups) * kernel.shape[1]
        for m, *offset in every(kernel.shape[1:]):
            y[b, first + m, *(np.array(place) * s + np.array(offset) * d)] += kernel[c, m, *offset] * x[b, c, *place]
    h, w = (slice(int(a), int(z - a)) for a, z in zip(p, y.shape[2:], strict=True))
    return y[:, :, h, w] + (0 if bias is None else bias[:, None, None])


NAIVE: Mapping[str, Callable[..., Any]] = {
    "conv1d": conv,
    "conv2d": conv,
    "depthwise_conv2d": depthwise_conv2d,
    "conv_transpose2d": conv_transpose2d,
}
