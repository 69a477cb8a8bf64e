"""Lookups by label by hand: what was read several times is added up, and what was added up is read several times.

Knows nothing of the other roads.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from trivium.backend import Array
from trivium_numpy.rule import Rule, only

Shape = tuple[int, ...]
Places = tuple[Any, ...]
Looked = tuple[Shape, Array, Array | None]
"""The table's shape, the labels, and which of them are not the padding, where there is one."""


def gathered(y_bar: Array, labels: Array, count: int) -> Array:
    """Sᵀ ȳ, where S is the matrix that reads row lᵢ of a table of so many rows: a 1 in each of its rows"""
    reads = csr_array(
        (np.ones(len(labels), y_bar.dtype), labels, np.arange(len(labels) + 1)), shape=(len(labels), count)
    )
    width = math.prod(y_bar.shape[1:])
    return np.asarray(reads.T @ y_bar.reshape(len(labels), width)).reshape(count, *y_bar.shape[1:])


def embedding_forward(table: Array, labels: Array, *, padding: int | None) -> tuple[Array, Looked]:
    """yᵢ = row lᵢ of the table, 0 where lᵢ is the padding"""
    kept = None if padding is None else labels != padding
    return looked_up(table, labels, kept), (table.shape, labels, kept)


def looked_up(table: Array, labels: Array, kept: Array | None) -> Array:
    """Row lᵢ of a table, for all labels or those that are kept."""
    read = np.take(table, labels, axis=0)
    return read if kept is None else only(kept[..., None], read)


def embedding_vjp(saved: Looked, y_bar: Array) -> tuple[Array, None]:
    """table̅ᵥ = Σ ȳᵢ over the labels lᵢ = v that are not the padding"""
    shape, labels, kept = saved
    if kept is None:
        return gathered(y_bar.reshape(-1, shape[1]), labels.ravel(), shape[0]), None
    return gathered(y_bar[kept], labels[kept], shape[0]), None


def embedding_jvp(saved: Looked, table_dot: Array, labels_dot: None) -> Array:
    """ẏᵢ = row lᵢ of the table's tangent, 0 where lᵢ is the padding"""
    _, labels, kept = saved
    return looked_up(table_dot, labels, kept)


def places(indices: Array, axis: int) -> Places:
    """Where each index points: itself along the axis, its own place along all others."""
    grid: list[Array] = list(np.ix_(*map(np.arange, indices.shape)))
    grid[axis] = indices
    return tuple(grid)


def take_along_axis_forward(x: Array, indices: Array, *, axis: int) -> tuple[Array, tuple[Shape, Places]]:
    """yᵢⱼ = x at (index i j, j)     (written for axis 0 of two)"""
    read = places(indices, axis)
    return x[read], (x.shape, read)


def take_along_axis_vjp(saved: tuple[Shape, Places], y_bar: Array) -> tuple[Array, None]:
    """x̄ = Σ ȳ over all that read the entry"""
    shape, read = saved
    x_bar = np.zeros(shape, y_bar.dtype)
    np.add.at(x_bar, read, y_bar)
    return x_bar, None


def take_along_axis_jvp(saved: tuple[Shape, Places], x_dot: Array, indices_dot: None) -> Array:
    """ẏ = ẋ read at the same places"""
    _, read = saved
    return np.asarray(x_dot[read])


def scatter_add_forward(x: Array, indices: Array, source: Array, *, axis: int) -> tuple[Array, Places]:
    """y = x + Σ source over all that go to the entry     (np.add.at adds every time, y[places] += once)"""
    written = places(indices, axis)
    return scattered(x, written, source), written


def scatter_add_vjp(written: Places, y_bar: Array) -> tuple[Array, None, Array]:
    """x̄ = ȳ     source̅ = ȳ at the place where it went"""
    return y_bar, None, y_bar[written]


def scatter_add_jvp(written: Places, x_dot: Array, indices_dot: None, source_dot: Array) -> Array:
    """ẏ = ẋ + Σ of the source's tangent"""
    return scattered(x_dot, written, source_dot)


def scattered(x: Array, written: Places, source: Array) -> Array:
    """A copy of x with the source added to it."""
    y = x.astype(np.result_type(x, source))
    np.add.at(y, written, source)
    return y


def index_select_forward(x: Array, indices: Array, *, axis: int) -> tuple[Array, tuple[Shape, Array, int]]:
    """yₖ = x at index k of the axis"""
    return x.take(indices, axis), (x.shape, indices, axis)


def index_select_vjp(saved: tuple[Shape, Array, int], y_bar: Array) -> tuple[Array, None]:
    """x̄ᵢ = Σ ȳₖ over the indices k that name i"""
    shape, indices, axis = saved
    x_bar = np.zeros(shape, y_bar.dtype)
    np.add.at(np.moveaxis(x_bar, axis, 0), indices, np.moveaxis(y_bar, axis, 0))
    return x_bar, None


def index_select_jvp(saved: tuple[Shape, Array, int], x_dot: Array, indices_dot: None) -> Array:
    """ẏₖ = ẋ at index k of the axis"""
    _, indices, axis = saved
    return x_dot.take(indices, axis)


def one_hot_forward(labels: Array, *, classes: int) -> tuple[Array, None]:
    """y at (i, c) = [lᵢ = c]"""
    return labels[..., None] == np.arange(classes), None


def one_hot_vjp(saved: None, y_bar: Array) -> tuple[None]:
    """A label does not move."""
    return (None,)


def one_hot_jvp(saved: None, labels_dot: None) -> float:
    """ẏ = 0"""
    return 0.0


RULES = {
    "embedding": Rule(embedding_forward, embedding_vjp, embedding_jvp),
    "take_along_axis": Rule(take_along_axis_forward, take_along_axis_vjp, take_along_axis_jvp),
    "scatter_add": Rule(scatter_add_forward, scatter_add_vjp, scatter_add_jvp),
    "index_select": Rule(index_select_forward, index_select_vjp, index_select_jvp),
    "one_hot": Rule(one_hot_forward, one_hot_vjp, one_hot_jvp),
}
