"""Lookups and their transposes, as defined: indices become places, counted flat.

Knows nothing of derivatives.
"""

from __future__ import annotations

import numpy as np

from trivium_arb.ball import Array
from trivium_arb.primitive import put, take
from trivium_arb.shape import places
from trivium_arb.slicing import picked
from trivium_arb.tape import Tensor, lift


def embedding(table: Tensor, labels: Array, *, padding: int | None = None) -> Tensor:
    """The row of each label; zeros where the label is the padding"""
    rows = places(table)[labels]
    return take(table, rows if padding is None else np.where(np.equal(labels, padding)[..., None], -1, rows))


def pointed(x: Tensor, indices: Array, axis: int) -> Array:
    """The place in x of each index along the axis, at the index's own place along all others"""
    at: list[Array] = [*np.indices(indices.shape)]
    at[axis] = indices
    return np.asarray(places(x)[tuple(at)])


def take_along_axis(x: Tensor, indices: Array, *, axis: int) -> Tensor:
    """The entries that the indices point to"""
    return take(x, pointed(x, indices, axis))


def scatter_add(x: Tensor, indices: Array, source: Tensor, *, axis: int) -> Tensor:
    """x, and each entry of source added where its index points to"""
    return x + put(source, pointed(x, indices, axis), x.shape)


def index_select(x: Tensor, indices: Array, *, axis: int) -> Tensor:
    """The slices along the axis that the indices name"""
    return take(x, picked(x, {axis % x.ndim: indices}))


def one_hot(labels: Array, *, classes: int) -> Tensor:
    """1 at the label, 0 elsewhere"""
    return lift(np.equal(np.asarray(labels)[..., None], np.arange(classes)))


OPERATIONS = {
    "embedding": embedding,
    "take_along_axis": take_along_axis,
    "scatter_add": scatter_add,
    "index_select": index_select,
    "one_hot": one_hot,
}
