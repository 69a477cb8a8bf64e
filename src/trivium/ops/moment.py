"""Variance, standard deviation and norms over axes.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trivium.errors import SpecError
from trivium.ops.reduce import AXIS, gathered, kept, over_the_axes, reduced
from trivium.spec.op import Attribute, Attributes, Case, Domain, Kink, op
from trivium.spec.signature import Shape

Array = np.ndarray[Any, Any]
Intervals = dict[str, tuple[Array, Array]]

FREEDOM = (*AXIS, Attribute("ddof", "int"))
CASES = (
    Case(((3, 5),), {"axis": None, "ddof": 0}),
    Case(((3, 5),), {"axis": 0, "keepdims": True, "ddof": 1}),
    Case(((2, 3, 5),), {"axis": (0, -1), "ddof": 2}),
    Case(((3, 5),), {"axis": -1, "ddof": 1}),
)
DDOF = (
    "torch: torch.{0} divides by n - 1 unless told otherwise.",
    "numpy, jax: numpy.{0} and jax.numpy.{0} divide by n unless told otherwise.",
)


def _moment(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    y = reduced(shapes, attrs)
    n, ddof = gathered(shapes[0], attrs), attrs["ddof"]
    if n <= ddof:
        raise SpecError(
            f"ddof={ddof} divides by {n - ddof}: the axes of {shapes[0]} hold n = {n}, and n - ddof must be 1 or more"
        )
    return y


def _norm(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    if attrs["order"] not in (1, 2):
        raise SpecError(f"order={attrs['order']:g} is no norm here: write order=1 (Σ |x|) or order=2 (√Σ x²)")
    return reduced(shapes, attrs)


def _spread(attrs: Attributes, x: Array) -> Array:
    """The largest x less the smallest, along the axes."""
    with np.errstate(invalid="ignore"):
        return np.broadcast_to(np.ptp(x, axis=attrs["axis"], keepdims=True), x.shape)


def _size(attrs: Attributes, x: Array) -> Array:
    """The largest |x| along the axes."""
    return np.broadcast_to(np.abs(x).max(axis=attrs["axis"], keepdims=True), x.shape)


def _worn(size: Array) -> Array:
    """Where a length is not 0, and so near it that the last digits of its parts are lost: its direction is unknown."""
    precision = np.finfo(size.dtype)
    return np.asarray((size > 0) & (size < precision.smallest_normal / precision.eps))


def _open(attrs: Attributes, x: Array, y_bar: Array, steepest: float) -> Intervals:
    """Any slope up to the steepest, of either sign."""
    most = np.broadcast_to(np.abs(y_bar).reshape(kept(x.shape, attrs)) * steepest, x.shape)
    return {"x": (-most, most)}


def _no_deviation(attrs: Attributes, inputs: tuple[Array, ...], y_bar: Array) -> Intervals:
    """The subgradients of ‖P x‖ / √m at 0 are P v / √m with ‖v‖ ≤ 1, P taking off the mean; ‖P eᵢ‖ = √(1 - 1/n)."""
    (x,) = inputs
    n = gathered(x.shape, attrs)
    return _open(attrs, x, y_bar, math.sqrt((1 - 1 / n) / (n - attrs["ddof"])))


variance = op(
    "variance(x: *s) -> *t",
    "Σ (x - mean x)² / (n - ddof) over the n entries of the axes",
    attributes=FREEDOM,
    shape=_moment,
    terms=over_the_axes,
    cases=(*CASES, Case(((5, 1),), {"axis": 0, "ddof": 0})),
    elsewhere=("var", "reduce_variance"),
    differences=tuple(text.format("var") for text in DDOF),
)
standard_deviation = op(
    "standard_deviation(x: *s) -> *t",
    "√(Σ (x - mean x)² / (n - ddof)) over the n entries of the axes; slope 0 where all are equal",
    attributes=FREEDOM,
    shape=_moment,
    terms=over_the_axes,
    domain=Domain(
        "the largest x less the smallest is 0, or its last digit is no subnormal number",
        lambda attrs, x: {"x": _worn(_spread(attrs, x))},
    ),
    kink=Kink(
        "standard deviation of equal numbers: any slope up to √((1 - 1/n) / (n - ddof)), of either sign",
        margin=lambda attrs, x: {"x": _spread(attrs, x)},
        interval=_no_deviation,
    ),
    cases=CASES,
    elsewhere=("std", "stddev", "std_dev", "reduce_std"),
    differences=(
        *(text.format("std") for text in DDOF),
        "torch: torch.std of 0.1, 0.1, 0.1 with correction=0 is 1.4e-17, with slopes of -1/3, not 0 with slopes of 0.",
        "jax: jax.numpy.std has the slope NaN where all numbers are equal.",
    ),
)
norm = op(
    "norm(x: *s) -> *t",
    "Σ |x| (order 1) or √Σ x² (order 2) over the axes; slope 0 at the zero vector",
    attributes=(Attribute("order", "float"), *AXIS),
    shape=_norm,
    terms=over_the_axes,
    domain=Domain(
        "in order 2, the largest |x| is 0, or its last digit is no subnormal number",
        lambda attrs, x: {} if attrs["order"] == 1 else {"x": _worn(_size(attrs, x))},
    ),
    kink=Kink(
        "norm of order 1 at an entry 0, of order 2 at the zero vector: any slope from -1 to 1",
        margin=lambda attrs, x: {"x": x if attrs["order"] == 1 else _size(attrs, x)},
        interval=lambda attrs, inputs, y_bar: _open(attrs, inputs[0], y_bar, 1.0),
    ),
    cases=(
        Case(((3, 5),), {"order": 2}),
        Case(((3, 5),), {"order": 1, "axis": 0, "keepdims": True}),
        Case(((2, 3, 5),), {"order": 2, "axis": (0, -1)}),
        Case(((3, 5),), {"order": 1, "axis": -1}),
        Case(((3, 1),), {"order": 2, "axis": 1}),
    ),
    differences=(
        "torch, numpy, jax: linalg.norm(x, 2) and linalg.norm(x, 1) of a matrix are its largest singular value and its "
        "largest column sum; here any axes are gathered into one vector, as torch.norm and linalg.vector_norm do.",
        "torch, numpy, jax: the order 2 of (1e200, 1e200) is inf in linalg.norm and linalg.vector_norm, not 1.4e200.",
        "jax: jax.numpy.linalg.norm has the slope NaN at the zero vector, and of order 1 the slope 1 at an entry 0.",
    ),
    elsewhere=("vector_norm", "l2_norm", "frobenius_norm"),
)

OPS = (variance, standard_deviation, norm)
