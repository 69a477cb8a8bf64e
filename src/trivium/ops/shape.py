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
        raise SpecError(f"axis {axis} does not exist in a tensor of {rank} axes")
    return axis % rank


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


reshape = op(
    "reshape(x: *s) -> *t",
    "The entries of x, last axis fastest, in another shape.",
    attributes=(Attribute("shape", "shape"),),
    shape=_reshape,
    absolute="reshape",
    cases=(Case(((3, 10),), {"shape": (5, 6)}), Case(((1, 1),), {"shape": ()})),
    elsewhere=("view",),
)
transpose = op(
    "transpose(x: *s) -> *t",
    "x with its axes permuted: axis i of the result is axis axes[i] of x; reversed where axes is None",
    attributes=(Attribute("axes", "axes", default=None),),
    shape=_transpose,
    absolute="transpose",
    cases=(Case(((3, 5),), {"axes": None}), Case(((2, 3, 5),), {"axes": (1, 2, 0)})),
    elsewhere=("permute",),
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
)

OPS = (reshape, transpose, split)
