"""Lookups and their transposes: rows by label, entries along an axis, sums into places.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

import math

from trivium.errors import SpecError
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, Kind, op
from trivium.spec.signature import Shape

Terms = tuple[int, tuple[int, ...]]

AXIS = (Attribute("axis", "int"),)


def _below_axis(shapes: tuple[Shape, ...], attrs: Attributes) -> Kind:
    """A place along the axis of the first input."""
    return Kind("index", below=shapes[0][attrs["axis"]])


def _embedding(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (rows, width), labels = shapes
    padding = attrs["padding"]
    if padding is not None and not 0 <= padding < rows:
        raise SpecError(f"padding={padding} is no row of the table {(rows, width)}; write 0 to {rows - 1}, or None")
    return ((*labels, width),)


def _along(shapes: tuple[Shape, ...], attrs: Attributes) -> int:
    """The axis, counted from 0; SpecError where indices and x are not alike outside of it."""
    x, indices = shapes[:2]
    axis = normal_axis(attrs["axis"], len(x))
    if len(x) != len(indices) or x[:axis] + x[axis + 1 :] != indices[:axis] + indices[axis + 1 :]:
        raise SpecError(f"indices {indices} and x {x} may differ in the size of axis {axis} alone")
    return axis


def _take_along_axis(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _ = _along(shapes, attrs)
    return (shapes[1],)


def _scatter_add(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _ = _along(shapes, attrs)
    return (shapes[0],)


def _index_select(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    x, (k,) = shapes
    axis = normal_axis(attrs["axis"], len(x))
    return ((*x[:axis], k, *x[axis + 1 :]),)


def _read_by_all(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    """One row may be read by every label."""
    return 1, (math.prod(shapes[1]), 1)


def _read_along(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    return 1, (shapes[1][attrs["axis"]], 1)


def _added_along(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    return 1 + shapes[1][attrs["axis"]], (1, 1, 1)


def _classes(shapes: tuple[Shape, ...], attrs: Attributes) -> Kind:
    return Kind("index", below=attrs["classes"])


embedding = op(
    "embedding(table: v d, labels: *s) -> *s d",
    "For each label, that row of the table; zeros where the label is `padding`",
    attributes=(Attribute("padding", "whole", default=None),),
    shape=_embedding,
    kinds={"labels": lambda shapes, attrs: Kind("index", below=shapes[0][0])},
    terms=_read_by_all,
    absolute="embedding",
    cases=(
        Case(((5, 3), (7,))),
        Case(((5, 3), (2, 3)), {"padding": 2}),
        Case(((3, 1), (5,)), {"padding": 0}),
        Case(((1, 5), (2, 1, 3))),
        Case(((5, 3), ())),
    ),
    elsewhere=("embed", "lookup"),
    differences=(
        "torch: F.embedding(padding_idx=p) returns the stored row p and withholds its gradient, so that its backward "
        "is not the derivative of its forward; here that row comes out as zeros. The two agree where row p holds "
        "zeros, as nn.Embedding makes it.",
    ),
)
take_along_axis = op(
    "take_along_axis(x: *s, indices: *t) -> *t",
    "The entry of x at the index along the axis, and at the index's own place along all others",
    attributes=AXIS,
    shape=_take_along_axis,
    kinds={"indices": _below_axis},
    terms=_read_along,
    absolute="take_along_axis",
    cases=(
        Case(((5, 3), (7, 3)), {"axis": 0}),
        Case(((3, 5), (3, 1)), {"axis": -1}),
        Case(((2, 3, 5), (2, 7, 5)), {"axis": 1}),
        Case(((3,), (5,)), {"axis": 0}),
    ),
    elsewhere=("gather", "take_along_dim"),
    differences=(
        "numpy, torch (take_along_dim), jax: x and indices are broadcast against each other outside of the axis; here "
        "they are of one size there.",
        "torch: gather lets indices be shorter than x along every axis, and reads the front of x; here they may differ "
        "along the axis alone.",
    ),
)
scatter_add = op(
    "scatter_add(x: *s, indices: *t, source: *t) -> *s",
    "x, and each entry of source added to it at the index along the axis, at its own place along all others; what goes "
    "to one place adds up",
    attributes=AXIS,
    shape=_scatter_add,
    kinds={"indices": _below_axis},
    terms=_added_along,
    absolute="scatter_add",
    cases=(
        Case(((5, 3), (7, 3), (7, 3)), {"axis": 0}),
        Case(((3, 5), (3, 1), (3, 1)), {"axis": -1}),
        Case(((2, 3, 5), (2, 7, 5), (2, 7, 5)), {"axis": 1}),
        Case(((3,), (5,), (5,)), {"axis": 0}),
    ),
    elsewhere=("index_add", "segment_sum"),
    differences=(
        "numpy: x[indices] += source adds once where an index stands several times; numpy.add.at adds every time.",
        "torch: scatter_add lets indices be shorter than x and source along every axis; here indices and source have "
        "one shape, which may differ from x's along the axis alone.",
    ),
)
index_select = op(
    "index_select(x: *s, indices: k) -> *t",
    "The slices of x along an axis that the indices name, in their order",
    attributes=AXIS,
    shape=_index_select,
    kinds={"indices": _below_axis},
    terms=lambda shapes, attrs: (1, (shapes[1][0], 1)),
    absolute="index_select",
    cases=(
        Case(((5, 3), (7,)), {"axis": 0}),
        Case(((2, 5, 3), (3,)), {"axis": -2}),
        Case(((5,), (1,)), {"axis": 0}),
    ),
    elsewhere=("take",),
    differences=(
        "numpy, jax: take without an axis reads the flattened tensor, and torch.take always does; here the axis is "
        "stated.",
    ),
)
one_hot = op(
    "one_hot(labels: *s) -> *s c",
    "1 at the label and 0 elsewhere, along a new last axis of so many classes",
    attributes=(Attribute("classes", "size"),),
    shape=lambda shapes, attrs: ((*shapes[0], attrs["classes"]),),
    kinds={"labels": _classes},
    analytic=False,
    cases=(Case(((5,),), {"classes": 3}), Case(((2, 3),), {"classes": 7}), Case(((),), {"classes": 1})),
    elsewhere=("onehot", "to_categorical"),
    differences=(
        "torch: F.one_hot returns integers, and counts the classes itself where their number is left out.",
        "jax: nn.one_hot gives a row of zeros for a label that is no class; here labels are from 0 to classes - 1.",
    ),
)

OPS = (embedding, take_along_axis, scatter_add, index_select, one_hot)
