"""Reductions over one axis, several, or all of them, and the running sum along one.

Knows nothing of the order in which a backend adds or multiplies.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from trivium.errors import SpecError
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, Domain, Kink, op
from trivium.spec.signature import Shape

Array = np.ndarray[Any, Any]
Terms = tuple[int, tuple[int, ...]]

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


def kept(x: Shape, attrs: Attributes) -> Shape:
    """The reduced shape with every axis still in place, of size 1."""
    return reduced((x,), {**attrs, "keepdims": True})[0]


def gathered(x: Shape, attrs: Attributes) -> int:
    """How many numbers of x become one."""
    return math.prod(x) // math.prod(kept(x, attrs))


def over_the_axes(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    """Every value and every cotangent holds a sum, or a product, over the axes."""
    n = gathered(shapes[0], attrs)
    return n, (n,)


def _choice(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    """An extreme is one of the numbers: nothing is added up."""
    return 1, (1,)


def _ties(sign: int) -> Callable[..., dict[str, Array]]:
    """The distance of every entry from a tie for the largest (sign 1) or the smallest (sign -1) number."""

    def margin(attrs: Attributes, x: Array) -> dict[str, Array]:
        x = sign * x
        largest = x.max(axis=attrs["axis"], keepdims=True)
        first = x == largest
        second = np.where(first, -np.inf, x).max(axis=attrs["axis"], keepdims=True)
        alone = first.sum(axis=attrs["axis"], keepdims=True) == 1
        with np.errstate(invalid="ignore"):
            return {"x": np.where(first & alone, largest - second, largest - x)}

    return margin


def _share_of_a_tie(attrs: Attributes, inputs: tuple[Array, ...], y_bar: Array) -> dict[str, tuple[Array, Array]]:
    (x,) = inputs
    whole = np.broadcast_to(y_bar.reshape(kept(x.shape, attrs)), x.shape)
    return {"x": (np.minimum(whole, 0), np.maximum(whole, 0))}


def _out_of_range(attrs: Attributes, x: Array) -> dict[str, Array]:
    """The entries above 1 in size, where some order of multiplying overflows, or loses digits by an underflow.

    A part that underflows is off by the smallest number times u; times 1/u or less, the rest cannot make it matter.
    """
    precision = np.finfo(x.dtype)
    with np.errstate(all="ignore"):
        doublings = np.where(x == 0, 0, np.log2(np.abs(x), dtype=np.float64))
    over = {"axis": attrs["axis"], "keepdims": True}
    up, down = np.maximum(doublings, 0).sum(**over), np.minimum(doublings, 0).sum(**over)
    outside = (up >= precision.maxexp) | ((down < precision.minexp) & (up > precision.nmant))
    return {"x": outside & (doublings > 0)}


def _running(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,) = shapes
    _ = normal_axis(attrs["axis"], len(x))
    return (x,)


def _running_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    n = shapes[0][attrs["axis"]]
    return n, (n,)


sum_ = op(
    "sum(x: *s) -> *t",
    "Σ x over the axes",
    attributes=AXIS,
    shape=reduced,
    absolute="sum",
    cases=CASES,
    elsewhere=("reduce_sum",),
    differences=("torch: torch.sum with dim=() reduces every axis; here axis=() leaves x as it is.",),
)
mean = op(
    "mean(x: *s) -> *t",
    "Σ x / n over the n entries of the axes",
    attributes=AXIS,
    shape=reduced,
    absolute="mean",
    cases=CASES,
    elsewhere=("reduce_mean", "average"),
    differences=("torch: torch.mean with dim=() reduces every axis; here axis=() leaves x as it is.",),
)
logsumexp = op(
    "logsumexp(x: *s) -> *t",
    "log Σ eˣ over the axes",
    attributes=AXIS,
    shape=reduced,
    terms=over_the_axes,
    intermediate=lambda attrs, x: 1.0,  # Σ eˣ⁻ᵐ is 1 or more, so that its logarithm is known to u times 1
    cases=CASES,
    elsewhere=("reduce_logsumexp",),
    differences=(
        "torch: torch.logsumexp has the slope e^(x - y), so that two equal entries of 1e17 have slope 1 each, not 1/2.",
    ),
)
prod = op(
    "prod(x: *s) -> *t",
    "Π x over the axes",
    attributes=AXIS,
    shape=reduced,
    terms=over_the_axes,
    absolute="prod",
    domain=Domain("the entries above 1 in size, and those below, each multiply to a number in range", _out_of_range),
    cases=(*CASES, Case(((1,),), {"axis": 0})),
    elsewhere=("product", "reduce_prod", "multiply_all"),
    differences=(
        "torch: torch.prod has the slope y / x where no x is 0, so that it is 0, not 1e-200, at x = (1e-200, 1e-200).",
    ),
)
max_ = op(
    "max(x: *s) -> *t",
    "the largest x over the axes",
    attributes=AXIS,
    shape=reduced,
    terms=_choice,
    analytic=False,
    kink=Kink("max at a tie: any share from 0 to 1", margin=_ties(1), interval=_share_of_a_tie, shared=True),
    cases=(*CASES, Case(((3, 1),), {"axis": 1})),
    elsewhere=("amax", "reduce_max"),
    differences=(
        "torch: torch.max(x, dim) gives the whole cotangent to one of the ties; torch.max(x) and torch.amax split it.",
    ),
)
min_ = op(
    "min(x: *s) -> *t",
    "the smallest x over the axes",
    attributes=AXIS,
    shape=reduced,
    terms=_choice,
    analytic=False,
    kink=Kink("min at a tie: any share from 0 to 1", margin=_ties(-1), interval=_share_of_a_tie, shared=True),
    cases=CASES,
    elsewhere=("amin", "reduce_min"),
    differences=(
        "torch: torch.min(x, dim) gives the whole cotangent to one of the ties; torch.min(x) and torch.amin split it.",
    ),
)
cumsum = op(
    "cumsum(x: *s) -> *s",
    "yᵢ = Σ x over the entries up to i along the axis; from i on where reverse is True",
    attributes=(Attribute("axis", "int"), Attribute("reverse", "bool", default=False)),
    shape=_running,
    terms=_running_terms,
    absolute="cumsum",
    cases=(
        Case(((7,),), {"axis": 0}),
        Case(((3, 5),), {"axis": 0, "reverse": True}),
        Case(((2, 5, 3),), {"axis": -2}),
        Case(((3, 1),), {"axis": 1, "reverse": True}),
    ),
    elsewhere=("cumulative_sum",),
    differences=("numpy, jax: cumsum without an axis flattens x first; here the axis is stated.",),
)

OPS = (sum_, mean, logsumexp, prod, max_, min_, cumsum)
