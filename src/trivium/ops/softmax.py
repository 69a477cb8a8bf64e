"""Softmax along one axis, its logarithm, and softmax under a mask.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.errors import SpecError
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, Kind, op
from trivium.spec.signature import Shape

ALONG = (Attribute("axis", "int"),)
CASES = (
    Case(((3, 5),), {"axis": 1}),
    Case(((3, 5),), {"axis": 0}),
    Case(((2, 3, 5),), {"axis": -2}),
    Case(((1, 3),), {"axis": -1}),
)


def _along(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _ = normal_axis(attrs["axis"], len(shapes[0]))
    return (shapes[0],)


def _masked(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    x, mask = shapes
    fits = len(mask) <= len(x) and all(m in (1, n) for m, n in zip(mask[::-1], x[::-1], strict=False))
    if not fits:
        raise SpecError(
            f"mask {mask} does not broadcast to x {x}: counted from the right, each of its sizes is 1 or that of x"
        )
    return _along(shapes, attrs)


def _terms(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[int, tuple[int, ...]]:
    """Every probability is divided by a sum along the axis, and every cotangent holds one."""
    n = shapes[0][attrs["axis"]]
    return n, (n,) * len(shapes)


softmax = op(
    "softmax(x: *s) -> *s",
    "eˣ / Σ eˣ along the axis",
    attributes=ALONG,
    shape=_along,
    terms=_terms,
    cases=CASES,
    differences=(
        "torch: F.softmax without dim takes axis 0 of one or three axes, else axis 1, and warns.",
        "jax: jax.nn.softmax without an axis takes the last.",
    ),
)
log_softmax = op(
    "log_softmax(x: *s) -> *s",
    "x - log Σ eˣ along the axis",
    attributes=ALONG,
    shape=_along,
    terms=_terms,
    intermediate=lambda attrs, x: 1.0,  # Σ eˣ⁻ᵐ is 1 or more, so that its logarithm is known to u times 1
    cases=CASES,
    elsewhere=("logsoftmax",),
    differences=(
        "torch: F.log_softmax without dim takes axis 0 of one or three axes, else axis 1, and warns.",
        "jax: jax.nn.log_softmax without an axis takes the last.",
    ),
)
masked_softmax = op(
    "masked_softmax(x: *s, mask: *t) -> *s",
    "eˣ / Σ eˣ along the axis over the entries whose mask is True; 0 elsewhere, and 0 all along where none is True",
    attributes=ALONG,
    shape=_masked,
    kinds={"mask": Kind("mask")},
    terms=_terms,
    cases=(
        Case(((5, 7), (5, 7)), {"axis": 1}),
        Case(((3, 5), (3, 5)), {"axis": 0}),
        Case(((2, 3, 5), (3, 1)), {"axis": -2}),
        Case(((2, 3, 5), (5,)), {"axis": 2}),
        Case(((7,), ()), {"axis": 0}),
    ),
    elsewhere=("softmax_with_mask", "masked.softmax"),
    differences=(
        "torch: F.softmax of scores filled with -inf, and torch.masked.softmax, are NaN in a row with nothing left.",
    ),
)

OPS = (softmax, log_softmax, masked_softmax)
