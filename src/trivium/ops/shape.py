"""The same numbers in another arrangement.

Knows nothing of memory layout: a backend may copy or not.
"""

from __future__ import annotations

import math

from trivium.errors import SpecError
from trivium.spec.op import Attribute, Attributes, Case, op
from trivium.spec.signature import Shape


def normal_axis(axis: int, rank: int) -> int:
    """An axis counted from 0, from one that may be counted from the end; SpecError when there is no such axis."""
    if not -rank <= axis < rank:
        raise SpecError(f"axis {axis} does not exist in a tensor of {rank} {'axis' if rank == 1 else 'axes'}")
    return axis % rank


def distinct_axes(axis: int | tuple[int, ...], rank: int) -> tuple[int, ...]:
    """The axes, in the order written, counted from 0; SpecError for one that does not exist or is written twice."""
    axes = tuple(normal_axis(a, rank) for a in ((axis,) if isinstance(axis, int) else axis))
    if twice := [a for i, a in enumerate(axes) if a in axes[:i]]:
        raise SpecError(f"{axis} names axis {twice[0]} more than once; write each axis once")
    return axes


def _reshape(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), shape = shapes, tuple(attrs["shape"])
    if math.prod(x) != math.prod(shape):
        raise SpecError(f"{math.prod(x)} entries of {x} cannot become {shape}, which has {math.prod(shape)}")
    return (shape,)


def _transpose(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), axes = shapes, attrs["axes"]
    if axes is None:
        return (x[::-1],)
    axes = (axes,) if isinstance(axes, int) else tuple(axes)
    if sorted(axes) != list(range(len(x))):
        raise SpecError(f"axes {axes} is no permutation of the {len(x)} axes of {x}; write each once, counted from 0")
    return (tuple(x[a] for a in axes),)


def _split(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), parts = shapes, int(attrs["parts"])
    axis = normal_axis(attrs["axis"], len(x))
    if parts < 1 or x[axis] % parts:
        raise SpecError(f"axis {axis} of {x} does not split into {parts} equal parts")
    return ((*x[:axis], x[axis] // parts, *x[axis + 1 :]),) * parts


def _squeeze(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,) = shapes
    gone = distinct_axes(attrs["axis"], len(x))
    for a in gone:
        if x[a] != 1:
            raise SpecError(f"axis {a} of {x} has size {x[a]}; only an axis of size 1 can be dropped")
    return (tuple(n for i, n in enumerate(x) if i not in gone),)


def _expand_dims(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), axis = shapes, attrs["axis"]
    rank = len(x) + (1 if isinstance(axis, int) else len(axis))
    new = distinct_axes(axis, rank)
    old = iter(x)
    return (tuple(1 if i in new else next(old) for i in range(rank)),)


def _broadcast_to(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,), shape = shapes, tuple(attrs["shape"])
    fits = len(x) <= len(shape) and all(a in (1, b) for a, b in zip(x[::-1], shape[::-1], strict=False))
    if not fits:
        raise SpecError(
            f"{x} does not spread to {shape}: counted from the right, each size of x is 1 or that of the shape"
        )
    return (shape,)


def _concat(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    first = shapes[0]
    axis = normal_axis(attrs["axis"], len(first))
    for i, x in enumerate(shapes):
        if len(x) != len(first) or x[:axis] + x[axis + 1 :] != first[:axis] + first[axis + 1 :]:
            raise SpecError(f"input 'x{i + 1}' {x} and 'x1' {first} may differ in the size of axis {axis} alone")
    return ((*first[:axis], sum(x[axis] for x in shapes), *first[axis + 1 :]),)


def _stack(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    first = shapes[0]
    for i, x in enumerate(shapes):
        if x != first:
            raise SpecError(f"input 'x{i + 1}' has shape {x}, but 'x1' has {first}; only equal shapes stack")
    axis = normal_axis(attrs["axis"], len(first) + 1)
    return ((*first[:axis], len(shapes), *first[axis:]),)


reshape = op(
    "reshape(x: *s) -> *t",
    "The entries of x, last axis fastest, in another shape.",
    attributes=(Attribute("shape", "shape"),),
    shape=_reshape,
    absolute="reshape",
    cases=(Case(((3, 10),), {"shape": (5, 6)}), Case(((1, 1),), {"shape": ()})),
    elsewhere=("view", "flatten", "ravel"),
    differences=("numpy, torch, jax: -1 stands for a size that is to be worked out; here every size is written.",),
)
transpose = op(
    "transpose(x: *s) -> *t",
    "x with its axes permuted: axis i of the result is axis axes[i] of x; reversed where axes is None",
    attributes=(Attribute("axes", "axes", default=None),),
    shape=_transpose,
    absolute="transpose",
    cases=(Case(((3, 5),), {"axes": None}), Case(((2, 3, 5),), {"axes": (1, 2, 0)})),
    elsewhere=("permute",),
    differences=("torch: transpose(x, 0, 1) swaps two axes; permute takes a permutation, as here.",),
)
split = op(
    "split(x: *s) -> *t",
    "x cut into equal parts along an axis: as many outputs as parts",
    attributes=(Attribute("parts", "int"), Attribute("axis", "int")),
    shape=_split,
    absolute="split",
    cases=(
        Case(((6, 5),), {"parts": 3, "axis": 0}),
        Case(((3, 4),), {"parts": 2, "axis": -1}),
        Case(((3,),), {"parts": 1, "axis": 0}),
    ),
    elsewhere=("chunk",),
    differences=(
        "torch: split(x, 3) makes parts of size 3, not 3 parts, and chunk makes fewer or smaller ones where an axis "
        "does not divide; here that is an error.",
    ),
)
squeeze = op(
    "squeeze(x: *s) -> *t",
    "x without the axes named, each of size 1",
    attributes=(Attribute("axis", "ints"),),
    shape=_squeeze,
    absolute="squeeze",
    cases=(
        Case(((1, 3, 1, 5),), {"axis": (0, -2)}),
        Case(((3, 1),), {"axis": 1}),
        Case(((1,),), {"axis": -1}),
    ),
    differences=(
        "torch: squeeze(dim) leaves an axis of another size than 1 as it is; here that is an error.",
        "numpy, torch, jax: squeeze without an axis drops every axis of size 1; here the axes are stated.",
    ),
)
expand_dims = op(
    "expand_dims(x: *s) -> *t",
    "x with new axes of size 1, so that axis counts the axes of the result",
    attributes=(Attribute("axis", "ints"),),
    shape=_expand_dims,
    absolute="expand_dims",
    cases=(
        Case(((3, 5),), {"axis": (0, -2)}),
        Case(((3,),), {"axis": -1}),
        Case(((),), {"axis": 0}),
    ),
    elsewhere=("unsqueeze", "newaxis"),
)
broadcast_to = op(
    "broadcast_to(x: *s) -> *t",
    "x repeated along the axes where it has size 1, and along new axes in front, until it has the shape",
    attributes=(Attribute("shape", "shape"),),
    shape=_broadcast_to,
    absolute="broadcast_to",
    cases=(
        Case(((5, 1),), {"shape": (2, 5, 3)}),
        Case(((),), {"shape": (3,)}),
        Case(((3, 5),), {"shape": (3, 5)}),
        Case(((1, 3, 1),), {"shape": (2, 3, 1)}),
    ),
    elsewhere=("expand",),
    differences=("torch: expand and broadcast_to take -1 for a size that stays; here every size is written.",),
)
concat = op(
    "concat(x...: *s) -> *t",
    "The inputs one behind the other along an axis, all other axes alike",
    attributes=(Attribute("axis", "int"),),
    shape=_concat,
    absolute="concat",
    cases=(
        Case(((2, 3), (5, 3), (1, 3)), {"axis": 0}),
        Case(((2, 3, 5), (2, 3, 1)), {"axis": -1}),
        Case(((3,),), {"axis": 0}),
        Case(((2, 3), (2, 3)), {"axis": 1}),
    ),
    elsewhere=("concatenate", "cat", "hstack", "vstack"),
    differences=("numpy, torch, jax: concatenate and cat without an axis join along the first; here it is stated.",),
)
stack = op(
    "stack(x...: *s) -> *t",
    "The inputs, all of one shape, side by side along a new axis; axis counts the axes of the result",
    attributes=(Attribute("axis", "int"),),
    shape=_stack,
    absolute="stack",
    cases=(
        Case(((3, 5), (3, 5)), {"axis": 1}),
        Case(((3,), (3,), (3,)), {"axis": -1}),
        Case(((), ()), {"axis": 0}),
        Case(((2, 3),), {"axis": 0}),
    ),
)

OPS = (reshape, transpose, split, squeeze, expand_dims, broadcast_to, concat, stack)
