"""The family index, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def embedding(table: Array, labels: Array, padding: int | None) -> Array:
    rows = [table[label] * (label != padding) for label in labels.ravel()]
    return np.array(rows).reshape(*labels.shape, -1)


def pointed(at: tuple[int, ...], indices: Array, axis: int) -> tuple[int, ...]:
    place = list(at)
    place[axis] = int(indices[at])
    return tuple(place)


def take_along_axis(x: Array, indices: Array, axis: int) -> Array:
    y = np.zeros(indices.shape)
    for at in np.ndindex(*indices.shape):
        y[at] = x[pointed(at, indices, axis)]
    return y


def scatter_add(x: Array, indices: Array, source: Array, axis: int) -> Array:
    y = x.copy()
    for at in np.ndindex(*indices.shape):
        y[pointed(at, indices, axis)] += source[at]
    return y


def index_select(x: Array, indices: Array, axis: int) -> Array:
    slices = list(np.moveaxis(x, axis, 0))
    return np.moveaxis(np.array([slices[i] for i in indices]), 0, axis)


def one_hot(labels: Array, classes: int) -> Array:
    y = np.zeros((*labels.shape, classes))
    for at in np.ndindex(*labels.shape):
        y[(*at, int(labels[at]))] = 1
    return y


NAIVE: Mapping[str, Callable[..., Any]] = {
    "embedding": embedding,
    "take_along_axis": take_along_axis,
    "scatter_add": scatter_add,
    "index_select": index_select,
    "one_hot": one_hot,
}
