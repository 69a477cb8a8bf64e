"""Arithmetic, entry by entry, with NumPy's broadcasting.

Knows nothing of how a backend computes it or undoes the broadcasting.
"""

from __future__ import annotations

import numpy as np

from trivium.errors import SpecError
from trivium.spec.op import Attribute, Attributes, Case, Domain, op
from trivium.spec.signature import Shape


def broadcast(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    """The shape that NumPy's broadcasting gives."""
    try:
        return (np.broadcast_shapes(*shapes),)
    except ValueError:
        a, b = shapes
        raise SpecError(
            f"shapes {a} and {b} do not broadcast: counted from the right, two sizes differ and neither is 1"
        ) from None


BROADCAST_CASES = (
    Case(((3, 5), (3, 5))),
    Case(((3, 5), (3, 1))),
    Case(((5,), (3, 5))),
    Case(((7, 3, 5), ())),
    Case(((3, 1), (1, 5))),
)

constant = op(
    "constant() -> *s",
    "A number, the same wherever it is used.",
    attributes=(Attribute("value", "float"),),
    shape=lambda shapes, attrs: ((),),
    cases=(Case((), {"value": -1.25}),),
)
neg = op("neg(x: *s) -> *s", "-x", absolute="neg", elsewhere=("negative",), cases=(Case(((3, 5),)),))
add = op("add(a: *s, b: *t) -> *u", "a + b", shape=broadcast, absolute="add", cases=BROADCAST_CASES)
sub = op(
    "sub(a: *s, b: *t) -> *u",
    "a - b",
    shape=broadcast,
    absolute="add",
    cases=BROADCAST_CASES,
    elsewhere=("subtract",),
)
mul = op(
    "mul(a: *s, b: *t) -> *u",
    "a b, entry by entry",
    shape=broadcast,
    absolute="mul",
    cases=BROADCAST_CASES,
    elsewhere=("multiply",),
)
div = op(
    "div(a: *s, b: *t) -> *u",
    "a / b, entry by entry",
    shape=broadcast,
    domain=Domain("b is not 0", lambda attrs, a, b: {"b": b == 0}),
    cases=BROADCAST_CASES,
    elsewhere=("divide", "true_divide"),
)
square = op("square(x: *s) -> *s", "x²", absolute="square", cases=(Case(((3, 5),)),))

OPS = (constant, neg, add, sub, mul, div, square)
