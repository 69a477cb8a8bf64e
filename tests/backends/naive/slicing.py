"""The family slicing, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def along(x: Array, axis: int, places: Any) -> Array:
    """Every row of x at these places of an axis, one behind the other."""
    rows = list(np.moveaxis(x, axis, 0))
    return np.moveaxis(np.array([rows[i] for i in places]), 0, axis)


def flip(x: Array, axes: Any) -> Array:
    for axis in np.ravel(axes):
        x = along(x, axis, reversed(range(x.shape[axis])))
    return x


def roll(x: Array, shift: Any, axis: Any) -> Array:
    for by, a in zip(np.ravel(shift), np.ravel(axis), strict=True):
        x = along(x, a, [(i - by) % x.shape[a] for i in range(x.shape[a])])
    return x


def outer_rows(rows: list[Array], before: int, after: int, mode: str, value: float) -> list[Array]:
    """The rows with others around them, one added at a time; of a mirror, the image of the k-th is the k-th."""
    own, n = list(rows), len(rows)
    for k in range(1, before + 1):
        rows = [{"edge": own[0], "reflect": own[k % n], "wrap": own[-k % n]}.get(mode, own[0] * 0 + value), *rows]
    for k in range(1, after + 1):
        rows += [
            {"edge": own[-1], "reflect": own[(n - 1 - k) % n], "wrap": own[(k - 1) % n]}.get(mode, own[0] * 0 + value)
        ]
    return rows


def pad(x: Array, before: Any, after: Any, mode: str, value: float) -> Array:
    for axis, (b, a) in enumerate(zip(np.ravel(before), np.ravel(after), strict=True)):
        x = np.moveaxis(np.array(outer_rows(list(np.moveaxis(x, axis, 0)), b, a, mode, value)), 0, axis)
    return x


def tile(x: Array, repeats: Any) -> Array:
    counts = list(np.ravel(repeats))
    x = x.reshape((1,) * (len(counts) - x.ndim) + x.shape)
    for axis, count in zip(range(x.ndim)[::-1], counts[::-1], strict=False):
        x = np.concatenate([x] * count, axis)
    return x


NAIVE: Mapping[str, Callable[..., Any]] = {
    "slice": lambda x, axis, start, stop, step: along(x, axis, range(x.shape[axis])[start:stop:step]),
    "flip": flip,
    "roll": roll,
    "pad": pad,
    "tile": tile,
}
