"""A: what a loss or a mean divides by. Not divided, divided twice, or divided by the number of something else.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step
from trivium.mistakes.right import LOSSES, Scores, count, divisor, terms


def _reduction(place: Place) -> str:
    """How the terms come together: sum, mean, batchmean; nothing for any other op."""
    if place.op in LOSSES:
        return str(place.attrs["reduction"])
    return {"sum": "sum", "mean": "mean", "global_avg_pool": "mean"}.get(place.op, "")


def _whole(place: Place) -> int:
    """All entries of what a loss compares, or a mean is taken of."""
    return math.prod(place.shapes[0])


def _number(place: Place) -> int:
    """What is divided by, as the shapes say."""
    return count(place) if place.op in LOSSES else _whole(place) // max(1, math.prod(place.out))


def _divided(step: Step) -> float:
    return divisor(step) if step.place.op in LOSSES else _number(step.place)


def _axes(place: Place) -> tuple[int, ...]:
    """The sizes of the axes over which a mean goes, where all of them are averaged."""
    if place.op in LOSSES:
        return terms(place)
    return place.shape if place.op == "mean" and _number(place) == _whole(place) else ()


def _is_divided(place: Place) -> bool:
    return _reduction(place) in ("mean", "batchmean") and _number(place) > 1


def _has_features(place: Place) -> bool:
    """A mean over data points and over something more."""
    axes = _axes(place)
    return _reduction(place) == "mean" and bool(axes) and axes[0] < math.prod(axes)


def _has_more_entries(place: Place) -> bool:
    return _reduction(place) in ("mean", "batchmean") and _number(place) < _whole(place)


def _features(place: Place) -> int:
    """The size of the axis that is not the data points', where there are just two; else 0."""
    if len(place.shapes[0]) != 2 or not _is_divided(place) or place.op == "global_avg_pool":
        return 0
    axis = place.attrs.get("batch_axis", place.attrs.get("axis"))
    if axis is None and "class_axis" in place.attrs:
        axis = 1 - place.attrs["class_axis"] % 2
    if isinstance(axis, tuple):
        return 0
    return place.shapes[0][1 - (axis or 0) % 2]


def _counts_labels(place: Place) -> bool:
    """A mean over labels that do not all count alike."""
    uneven = place.attrs.get("ignored") is not None or len(place.shapes) > 2
    return place.op in ("cross_entropy", "nll") and place.role == 0 and _reduction(place) == "mean" and uneven


def _of_ignored(step: Step) -> Array:
    s = Scores.of(step)
    return step.x_bar + s.laid(np.where(s.counted[..., None], 0, (s.p - s.one) * s.unit))


def _sum_terms(place: Place) -> int:
    return math.prod(terms(place)) if place.op in LOSSES else _whole(place) // max(1, math.prod(place.out))


def _times(factor: float, step: Step) -> Any:
    return step.x_bar * _divided(step) * factor


MISTAKES = (
    Mistake(
        name="mean-forgotten",
        family="A",
        title="not divided by the number of terms",
        fits=_is_divided,
        wrong=lambda step: _times(1, step),
        why="{node} is a mean, and the gradient that it hands back is that of the sum: it is too large by the number "
        "that {node} divides by.",
        hints=(
            "Is {node} a sum, or a mean?",
            "Compare how the gradient grows with the number of data points.",
            "{node} divides by the number of its terms, and so must its gradient.",
        ),
        together=True,
    ),
    Mistake(
        name="mean-twice",
        family="A",
        title="divided by the number of terms twice",
        fits=_is_divided,
        wrong=lambda step: _times(1 / _divided(step) ** 2, step),
        why="{node} is a mean and divides once, and so must its gradient. Here it is divided by that number a second "
        "time.",
        hints=(
            "Compare how the gradient shrinks as the number of data points grows.",
            "Find every place on the way back that divides.",
            "The gradient of {node} is divided by the number of its terms twice: once is enough.",
        ),
        together=True,
    ),
    Mistake(
        name="mean-by-batch",
        family="A",
        title="divided by the number of data points, where the mean goes over features or tokens too",
        fits=_has_features,
        wrong=lambda step: _times(1 / _axes(step.place)[0], step),
        why="{node} is a mean over all its terms: over the data points, and over what each of them has (features, or "
        "tokens). Here the gradient is divided by the number of data points alone, and is too large.",
        hints=(
            "What does {node} divide by?",
            "Is it the number of data points, or the number of all that is compared?",
            "The mean of {node} goes over every axis: divide by the number of all terms.",
        ),
        together=True,
    ),
    Mistake(
        name="mean-by-all",
        family="A",
        title="divided by the number of all entries, where it is fewer",
        fits=_has_more_entries,
        wrong=lambda step: _times(1 / _whole(step.place), step),
        why="{node} does not divide by the number of all the entries that it takes in, but by fewer: by that of the "
        "data points, of the rows, or along one axis. Here its gradient is divided by all of them, and is too small.",
        hints=(
            "What does {node} divide by?",
            "Was a mean taken over more axes than {node} averages?",
            "Divide as {node} does, and not by the number of all entries, as a plain mean of an array would.",
        ),
        together=True,
    ),
    Mistake(
        name="mean-by-features",
        family="A",
        title="divided by the size of the other axis",
        fits=lambda place: _features(place) not in (0, 1, _number(place)),
        wrong=lambda step: _times(1 / _features(step.place), step),
        why="{node} is a mean over data points, and its gradient is divided by the number of features (or classes) "
        "instead: the size of the wrong axis was taken.",
        hints=(
            "What does the gradient of {node} divide by?",
            "Along which axis do the data points lie?",
            "The size of the wrong axis was taken: divide by what {node} divides by, not by the features.",
        ),
        together=True,
    ),
    Mistake(
        name="sum-averaged",
        family="A",
        title="divided by the number of terms, though it is a sum",
        fits=lambda place: _reduction(place) == "sum" and _sum_terms(place) > 1,
        wrong=lambda step: step.x_bar / _sum_terms(step.place),
        why="{node} is a sum, and nothing divides it. Here its gradient is divided by the number of terms, as that of "
        "a mean would be.",
        hints=(
            "Is {node} a sum, or a mean?",
            "Compare how the gradient changes with the number of terms.",
            "{node} is a sum: its gradient is not divided by anything.",
        ),
        together=True,
    ),
    Mistake(
        name="ignored-counted",
        family="A",
        title="divided by the number of all labels, where not all count",
        fits=_counts_labels,
        wrong=lambda step: _times(1 / step.inputs[1].size, step),
        why="The mean of {node} divides by the weights of the labels that count: an ignored label counts 0, and a "
        "class with a weight counts that much. Here the gradient is divided by the number of all labels.",
        hints=(
            "What does {node} divide by?",
            "Does every label count the same?",
            "Divide by the sum of the weights of the labels that are not ignored, not by the number of labels.",
        ),
    ),
    Mistake(
        name="ignored-rows",
        family="A",
        title="labels that are ignored still pull",
        fits=lambda place: place.op == "cross_entropy" and place.role == 0 and place.attrs["ignored"] is not None,
        wrong=_of_ignored,
        why="A data point whose label is ignored adds nothing to {loss}, so its scores have gradient 0. Here they get "
        "softmax minus label, like all others: the mask is missing on the way back.",
        hints=(
            "Look at the gradient of {tensor} row by row: which rows are wrong?",
            "Some labels are ignored by {node}.",
            "Set the gradient of {tensor} to 0 in the rows whose label is ignored.",
        ),
    ),
)
