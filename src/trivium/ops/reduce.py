"""Reductions over one axis, several, or all of them.

Knows nothing of the order in which a backend adds.
"""

from __future__ import annotations

from trivium.errors import SpecError
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, op
from trivium.spec.signature import Shape

AXIS = (Attribute("axis", "axes", default=None), Attribute("keepdims", "bool", default=False))
CASES = (
    Case(((3, 5),), {"axis": None}),
    Case(((3, 5),), {"axis": 0, "keepdims": True}),
    Case(((2, 3, 5),), {"axis": (0, 2)}),
    Case(((3, 5),), {"axis": -1}),
)


def reduced(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    """The shape that is left when `axis` is summed over, every axis where it is None; SpecError for an axis twice."""
    (x,), axis = shapes, attrs["axis"]
    axes = range(len(x)) if axis is None else (axis,) if isinstance(axis, int) else axis
    gone = [normal_axis(a, len(x)) for a in axes]
    if twice := [a for i, a in enumerate(gone) if a in gone[:i]]:
        raise SpecError(f"axis={axis} names axis {twice[0]} of {x} more than once; write each axis once")
    if attrs["keepdims"]:
        return (tuple(1 if i in gone else n for i, n in enumerate(x)),)
    return (tuple(n for i, n in enumerate(x) if i not in gone),)


sum_ = op("sum(x: *s) -> *t", "Σ x over the axes", attributes=AXIS, shape=reduced, absolute="sum", cases=CASES)
mean = op(
    "mean(x: *s) -> *t",
    "Σ x / n over the n entries of the axes",
    attributes=AXIS,
    shape=reduced,
    absolute="mean",
    cases=CASES,
)
logsumexp = op(
    "logsumexp(x: *s) -> *t",
    "log Σ eˣ over the axes",
    attributes=AXIS,
    shape=reduced,
    intermediate=lambda attrs, x: 1.0,  # Σ eˣ⁻ᵐ is 1 or more, so that its logarithm is known to u times 1
    cases=CASES,
)

OPS = (sum_, mean, logsumexp)
