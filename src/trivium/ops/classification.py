"""Losses between scores and labels. The reduction is stated, never implied.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from typing import Any

from trivium.errors import SpecError
from trivium.ops.regression import REDUCTION, REDUCTION_CASES, check_reduction, divided_by, reduced_loss
from trivium.ops.shape import normal_axis
from trivium.spec.op import Attribute, Attributes, Case, Kind, op
from trivium.spec.signature import Shape


def _cross_entropy(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    logits, labels = shapes
    axis = normal_axis(attrs["class_axis"], len(logits))
    if labels != logits[:axis] + logits[axis + 1 :]:
        want = logits[:axis] + logits[axis + 1 :]
        raise SpecError(
            f"labels have shape {labels}, need {want}: the shape of logits {logits} without its class axis {axis}"
        )
    check_reduction(logits, attrs)
    if attrs["batch_axis"] is not None and normal_axis(attrs["batch_axis"], len(logits)) == axis:
        raise SpecError(f"batch_axis and class_axis are both axis {axis} of logits {logits}")
    return ((),)


def _classes(shapes: tuple[Shape, ...], attrs: Attributes) -> Kind:
    return Kind("index", below=shapes[0][attrs["class_axis"]])


def _one_per_label(attrs: Attributes, logits: Any, labels: Any) -> float:
    """Each term holds the logarithm of a sum that is 1 or more, known to u times 1."""
    return float(labels.size / divided_by(logits.shape, labels.size, attrs))


cross_entropy = op(
    "cross_entropy(logits: *s, labels: *t) ->",
    "Σ (log Σ_c e^logits - logits at the label), one term for each label, reduced as stated; mean is over the labels",
    attributes=(Attribute("class_axis", "int"), *REDUCTION),
    shape=_cross_entropy,
    kinds={"labels": _classes},
    intermediate=_one_per_label,
    cases=(
        Case(((5, 3), (5,)), {"class_axis": 1, "reduction": "mean"}),
        Case(((3, 5), (5,)), {"class_axis": 0, "reduction": "sum"}),
        Case(((2, 3, 5), (2, 5)), {"class_axis": -2, "reduction": "batchmean", "batch_axis": 0}),
    ),
    elsewhere=("softmax_cross_entropy",),
)
binary_cross_entropy_with_logits = op(
    "binary_cross_entropy_with_logits(logits: *s, targets: *s) ->",
    "Σ (log(1 + e^logits) - targets logits), targets from 0 to 1, reduced as stated",
    attributes=REDUCTION,
    shape=reduced_loss,
    kinds={"targets": Kind("unit")},
    cases=REDUCTION_CASES,
    elsewhere=("bce_with_logits", "sigmoid_cross_entropy"),
)

OPS = (cross_entropy, binary_cross_entropy_with_logits)
