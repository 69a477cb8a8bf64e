"""The family shape, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def squeeze(x: Array, axis: int | tuple[int, ...]) -> Array:
    gone = [a % x.ndim for a in np.ravel(axis)]
    return x.reshape([n for i, n in enumerate(x.shape) if i not in gone])


def expand_dims(x: Array, axis: int | tuple[int, ...]) -> Array:
    rank = x.ndim + np.size(axis)
    new, old = [a % rank for a in np.ravel(axis)], list(x.shape)
    return x.reshape([1 if i in new else old.pop(0) for i in range(rank)])


def broadcast_to(x: Array, shape: tuple[int, ...]) -> Array:
    y = np.zeros(shape)
    for at in np.ndindex(*shape):
        own = at[len(shape) - x.ndim :]
        y[at] = x[tuple(0 if n == 1 else i for i, n in zip(own, x.shape, strict=True))]
    return y


def concat(*xs: Array, axis: int) -> Array:
    rows = [row for x in xs for row in np.moveaxis(x, axis, 0)]
    return np.moveaxis(np.array(rows), 0, axis)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "reshape": lambda x, shape: x.reshape(shape),
    "transpose": lambda x, axes: x.transpose(axes),
    "split": lambda x, parts, axis: np.split(x, parts, axis),
    "squeeze": squeeze,
    "expand_dims": expand_dims,
    "broadcast_to": broadcast_to,
    "concat": concat,
    "stack": lambda *xs, axis: np.moveaxis(np.array(xs), 0, axis),
}
