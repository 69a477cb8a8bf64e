"""Losses between numbers. The reduction is stated, never implied.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

import math

import numpy as np

from trivium.errors import SpecError
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, Kink, op
from trivium.spec.signature import Shape

REDUCTION = (
    Attribute("reduction", "str", choices=("sum", "mean", "batchmean")),
    Attribute("batch_axis", "axis", default=None),
)
"""sum: of all terms; mean: over all terms; batchmean: the sum over the size of `batch_axis` of the first input."""

REDUCTION_CASES = (
    Case(((3, 5), (3, 5)), {"reduction": "sum"}),
    Case(((3, 5), (3, 5)), {"reduction": "mean"}),
    Case(((3, 5), (3, 5)), {"reduction": "batchmean", "batch_axis": 1}),
)


def check_reduction(shape: Shape, attrs: Attributes) -> None:
    """SpecError where `reduction` and `batch_axis` contradict each other or the shape."""
    batchmean, axis = attrs["reduction"] == "batchmean", attrs["batch_axis"]
    if batchmean and axis is None:
        raise SpecError("reduction 'batchmean' divides by the size of an axis: state batch_axis")
    if not batchmean and axis is not None:
        raise SpecError(
            f"batch_axis={axis} has no meaning with reduction {attrs['reduction']!r}; leave it out or use 'batchmean'"
        )
    if batchmean:
        _ = normal_axis(axis, len(shape))


def reduced_loss(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    """A loss is one number."""
    check_reduction(shapes[0], attrs)
    return ((),)


def divided_by(shape: Shape, terms: int, attrs: Attributes) -> int:
    """What the sum of so many terms is divided by; `shape` is the first input's."""
    if attrs["reduction"] == "batchmean":
        return shape[attrs["batch_axis"]]
    return terms if attrs["reduction"] == "mean" else 1


def _absolute_slopes(
    attrs: Attributes, inputs: tuple[np.ndarray, ...], y_bar: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    shape = inputs[0].shape
    steepest = np.broadcast_to(np.abs(y_bar) / divided_by(shape, math.prod(shape), attrs), shape)
    return {"prediction": (-steepest, steepest), "target": (-steepest, steepest)}


squared_error = op(
    "squared_error(prediction: *s, target: *s) ->",
    "Σ (prediction - target)², reduced as stated",
    attributes=REDUCTION,
    shape=reduced_loss,
    cases=REDUCTION_CASES,
    elsewhere=("mse", "mse_loss"),
)
absolute_error = op(
    "absolute_error(prediction: *s, target: *s) ->",
    "Σ |prediction - target|, reduced as stated",
    attributes=REDUCTION,
    shape=reduced_loss,
    analytic=False,
    kink=Kink(
        "absolute error at an exact fit: any slope from -1 to 1",
        margin=lambda attrs, prediction, target: dict.fromkeys(("prediction", "target"), prediction - target),
        interval=_absolute_slopes,
    ),
    cases=REDUCTION_CASES,
    elsewhere=("l1_loss", "mae"),
)

OPS = (squared_error, absolute_error)
