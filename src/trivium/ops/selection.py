"""Choices between numbers: the larger, the smaller, one inside bounds, one by a mask.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trivium.errors import SpecError
from trivium.ops.arithmetic import BROADCAST_CASES, broadcast
from trivium.spec.op import Attribute, Attributes, Case, Kind, Kink, op
from trivium.spec.signature import Shape

Inputs = tuple[np.ndarray, ...]
Margin = dict[str, np.ndarray]
Interval = dict[str, tuple[np.ndarray, np.ndarray]]

BOUNDS = (Attribute("low", "float"), Attribute("high", "float"))
BOUNDS_CASES = (
    Case(((3, 5),), {"low": -0.75, "high": 0.5}),
    Case(((7,),), {"low": 0.1, "high": 6.0}),
    Case(((2, 1, 3),), {"low": -3.0, "high": -0.25}),
    Case(((),), {"low": -3.0, "high": 3.0}),
)


def bounded(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    """The shape of x; SpecError where there is no room between the bounds."""
    if not attrs["low"] < attrs["high"]:
        raise SpecError(f"low={attrs['low']:g} and high={attrs['high']:g} leave no room; low must be below high")
    return shapes


def between(left: object, right: object, y_bar: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest cotangent where the slope may be anything from one number to another."""
    ends = np.multiply(left, y_bar), np.multiply(right, y_bar)  # type: ignore[call-overload]
    return np.minimum(*ends), np.maximum(*ends)


def edges(attrs: Attributes, x: np.ndarray) -> Margin:
    """How far x is from the nearer bound, as it is written or as float32 has it: 0.1 is another number there."""
    with np.errstate(over="ignore"):
        at = [edge for bound in (attrs["low"], attrs["high"]) for edge in (bound, float(np.float32(bound)))]
    return {"x": np.min([np.abs(x - edge) for edge in at], axis=0)}


def at_edges(attrs: Attributes, inputs: Inputs, y_bar: np.ndarray) -> Interval:
    """Slope 0 on one side of a bound, 1 on the other."""
    return {"x": between(0, 1, y_bar)}


def _ties(attrs: Attributes, a: np.ndarray, b: np.ndarray) -> Margin:
    """How far an input is from its nearest rival among those that it is compared with."""
    apart = np.abs(a - b)
    return {"a": _gathered(np.min, apart, a.shape), "b": _gathered(np.min, apart, b.shape)}


def _at_ties(wins: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[..., Interval]:
    """At a tie, either input may take any part of the cotangent; elsewhere the winner takes it all."""

    def interval(attrs: Attributes, inputs: Inputs, y_bar: np.ndarray) -> Interval:
        a, b = inputs
        least, most = between(0, 1, y_bar)
        found = {}
        for role, x, rival in (("a", a, b), ("b", b, a)):
            settled = np.where(wins(x, rival), y_bar, 0)
            low, high = np.where(a == b, least, settled), np.where(a == b, most, settled)
            found[role] = (_gathered(np.sum, low, x.shape), _gathered(np.sum, high, x.shape))
        return found

    return interval


def _gathered(reduction: Callable[..., np.ndarray], spread: np.ndarray, shape: Shape) -> np.ndarray:
    """What belongs to each entry of an input that was repeated to fill a larger shape, reduced to one number."""
    new = spread.ndim - len(shape)
    repeated = tuple(i for i, n in enumerate(spread.shape) if i < new or shape[i - new] != n)
    return np.asarray(reduction(spread, axis=repeated)).reshape(shape)


def _broadcast_where(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    try:
        return (np.broadcast_shapes(*shapes),)
    except ValueError:
        mask, a, b = shapes
        raise SpecError(
            f"shapes of mask {mask}, a {a} and b {b} do not broadcast: "
            "counted from the right, two sizes differ and neither is 1"
        ) from None


def _dropout(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x, mask), rate = shapes, attrs["rate"]
    if not 0 <= rate < 1:
        raise SpecError(
            f"rate={rate:g} is no share that may be dropped; needs 0 <= rate < 1 (0.1 drops a tenth of the entries)"
        )
    fits = len(mask) <= len(x) and all(m in (1, n) for m, n in zip(mask[::-1], x[::-1], strict=False))
    if not fits:
        raise SpecError(
            f"mask {mask} does not spread over x {x}: counted from the right, each of its sizes must be x's own or 1"
        )
    return (x,)


maximum = op(
    "maximum(a: *s, b: *t) -> *u",
    "The larger of a and b, entry by entry.",
    shape=broadcast,
    kink=Kink("maximum at a tie: a and b share the cotangent in any proportion", _ties, _at_ties(np.greater)),
    cases=BROADCAST_CASES,
    elsewhere=("fmax",),
    differences=(
        "torch: torch.fmax takes the number where the other is NaN, and at a tie gives a the whole cotangent, "
        "where torch.maximum gives each a half.",
        "jax: jnp.fmax at a tie gives b the whole cotangent, where jnp.maximum gives each a half.",
    ),
)
minimum = op(
    "minimum(a: *s, b: *t) -> *u",
    "The smaller of a and b, entry by entry.",
    shape=broadcast,
    kink=Kink("minimum at a tie: a and b share the cotangent in any proportion", _ties, _at_ties(np.less)),
    cases=BROADCAST_CASES,
    elsewhere=("fmin",),
    differences=(
        "torch: torch.fmin takes the number where the other is NaN, and at a tie gives a the whole cotangent, "
        "where torch.minimum gives each a half.",
        "jax: jnp.fmin at a tie gives b the whole cotangent, where jnp.minimum gives each a half.",
    ),
)
clip = op(
    "clip(x: *s) -> *s",
    "x, but low where it is below low, and high where it is above high",
    attributes=BOUNDS,
    shape=bounded,
    kink=Kink("clip at low and at high: any slope from 0 to 1", edges, at_edges),
    cases=BOUNDS_CASES,
    elsewhere=("clamp", "clip_by_value"),
    differences=(
        "torch: torch.clamp has slope 1 on both bounds, and where min is above max it returns max.",
        "jax: jnp.clip has slope 1/2 on both bounds, and where min is above max it returns max.",
        "numpy: np.clip with min above max returns max; here low must be below high.",
    ),
)
where = op(
    "where(mask: *s, a: *t, b: *u) -> *v",
    "a where the mask is true, b where it is false; what is not taken gets no cotangent, whatever it is",
    shape=_broadcast_where,
    kinds={"mask": Kind("mask")},
    absolute="where",
    cases=(
        Case(((3, 5), (3, 5), (3, 5))),
        Case(((5,), (3, 5), (3, 1))),
        Case(((2, 3, 1), (5,), ())),
        Case(((3, 1), (1, 5), (2, 1, 1))),
        Case(((), (3,), (2, 1))),
    ),
    elsewhere=("select", "masked_fill"),
)
dropout = op(
    "dropout(x: *s, mask: *t) -> *s",
    "x / (1 - rate) where the mask is true, 0 where it is false; the mask is given, and may repeat along axes of x",
    attributes=(Attribute("rate", "float"),),
    shape=_dropout,
    kinds={"mask": Kind("mask")},
    absolute="dropout",
    cases=(
        Case(((3, 5), (3, 5)), {"rate": 0.1}),
        Case(((2, 3, 5), (2, 3, 1)), {"rate": 0.5}),
        Case(((3, 5), (5,)), {"rate": 0.0}),
        Case(((7,), (7,)), {"rate": 0.9}),
    ),
    source="Srivastava et al. 2014, JMLR 15:1929; scaled while training, where the paper scales while testing",
    elsewhere=("dropout2d", "dropout3d"),
    differences=(
        "torch: F.dropout draws its own mask, keeps all entries where training is False, and takes p=1, "
        "which gives zeros; its default is p=0.5.",
        "jax: it has no dropout; libraries on top of it draw the mask from a key.",
        "keras: keras.layers.Dropout draws its own mask, and takes rate=1, which gives zeros.",
    ),
)

OPS = (maximum, minimum, clip, where, dropout)
