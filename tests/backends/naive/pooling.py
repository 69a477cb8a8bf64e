"""The family pooling, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np

from trivium.backend import Array


def pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def windows(x: Array, kernel: Any, stride: Any, padding: Any, dilation: Any = 1) -> Iterator[list[list[Array]]]:
    """Row by row of the result, the windows of that row: each a list of x[:, :, i, j] of the entries it holds."""
    (r, s), (down, right), (above, beside), (dh, dw) = map(pair, (kernel, stride, padding, dilation))
    h, w = x.shape[2:]
    for top in range(-above, h + above - (r - 1) * dh, down):
        row = []
        for left in range(-beside, w + beside - (s - 1) * dw, right):
            places = [(top + i * dh, left + j * dw) for i, j in product(range(r), range(s))]
            row.append([x[:, :, i, j] for i, j in places if 0 <= i < h and 0 <= j < w])
        yield row


def pooled(rows: Iterator[list[list[Array]]], function: Callable[[list[Array]], Array]) -> Array:
    return np.moveaxis(np.array([[function(window) for window in row] for row in rows]), (0, 1), (2, 3))


def max_pool2d(x: Array, **geometry: Any) -> Array:
    return pooled(windows(x, **geometry), lambda window: np.max(window, axis=0))


def avg_pool2d(x: Array, kernel: Any, count_padding: bool, **geometry: Any) -> Array:
    r, s = pair(kernel)
    rows = windows(x, kernel, **geometry)
    return pooled(rows, lambda window: sum(window) / (r * s if count_padding else len(window)))


def upsample_nearest(x: Array, factor: Any) -> Array:
    factors = [factor] * (x.ndim - 2) if isinstance(factor, int) else factor
    y = np.zeros((*x.shape[:2], *(n * f for n, f in zip(x.shape[2:], factors, strict=True))))
    for place in product(*map(range, y.shape[2:])):
        y[:, :, *place] = x[:, :, *(p // f for p, f in zip(place, factors, strict=True))]
    return y


NAIVE: Mapping[str, Callable[..., Any]] = {
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool": lambda x: np.array([[channel.mean() for channel in point] for point in x]),
    "upsample_nearest": upsample_nearest,
}
