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


def _check_huber(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    if not attrs["delta"] > 0:
        raise SpecError(
            f"delta is {attrs['delta']:g}, needs a number above 0: the error at which the square becomes a line"
        )
    return reduced_loss(shapes, attrs)


squared_error = op(
    "squared_error(prediction: *s, target: *s) ->",
    "Σ (prediction - target)², reduced as stated",
    attributes=REDUCTION,
    shape=reduced_loss,
    cases=REDUCTION_CASES,
    elsewhere=("mse", "mse_loss", "mean_squared_error"),
    differences=("torch: F.mse_loss is the mean over all entries where nothing is said.",),
)
half_squared_error = op(
    "half_squared_error(prediction: *s, target: *s) ->",
    "Σ (prediction - target)² / 2, reduced as stated: its slope is prediction - target",
    attributes=REDUCTION,
    shape=reduced_loss,
    cases=(*REDUCTION_CASES, Case(((), ()), {"reduction": "mean"})),
    elsewhere=("l2_loss", "half_mse"),
    differences=("torch: F.mse_loss has no factor 1/2, so that its slopes are twice as large.",),
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
    elsewhere=("l1_loss", "mae", "mean_absolute_error"),
    differences=(
        "torch: F.l1_loss is the mean over all entries where nothing is said.",
        "jax: jnp.abs has slope 1 at an exact fit, where F.l1_loss has 0.",
    ),
)
huber = op(
    "huber(prediction: *s, target: *s) ->",
    "Σ of d² / 2 where |d| <= delta, of delta (|d| - delta / 2) elsewhere, d = prediction - target, reduced as stated: "
    "its slope is d, kept between -delta and delta",
    attributes=(Attribute("delta", "float"), *REDUCTION),
    shape=_check_huber,
    cases=(
        Case(((3, 5), (3, 5)), {"delta": 1.0, "reduction": "sum"}),
        Case(((2, 3, 5), (2, 3, 5)), {"delta": 0.3, "reduction": "mean"}),
        Case(((3, 5), (3, 5)), {"delta": 2.5, "reduction": "batchmean", "batch_axis": -1}),
        Case(((), ()), {"delta": 1e-3, "reduction": "sum"}),
    ),
    source="Huber (1964), Robust estimation of a location parameter, Ann. Math. Statist. 35",
    elsewhere=("huber_loss", "smooth_l1", "smooth_l1_loss"),
    differences=(
        "torch: F.huber_loss takes delta=1 and the mean over all entries where nothing is said.",
        "torch: F.smooth_l1_loss is this divided by its beta, which stands for delta: d² / (2 beta) inside, "
        "|d| - beta / 2 outside.",
    ),
)

OPS = (squared_error, half_squared_error, absolute_error, huber)
