"""O: gradient missing, or with something in it that is none. Cut branches, lost data points, an optimizer left in.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from trivium.mistakes.mistake import Mistake, Place, Step
from trivium.mistakes.product import batch_axis, batched, is_parameter, weight_bar

DECAY, LEARNING_RATE, MOMENTUM = 1e-2, 1e-2, 0.9
TERMWISE = ("squared_error", "half_squared_error", "absolute_error", "huber", "cross_entropy", "nll",
            "binary_cross_entropy_with_logits")  # fmt: skip


def _read_once(place: Place) -> bool:
    """A tensor whose whole gradient comes from here."""
    return place.readers == 1 and place.op != "sign"


def _points(place: Place) -> int | None:
    """The axis of the data points in a loss's first input, or in what a weight reads; None where there is none."""
    if batched(place):
        return batch_axis(place)
    if place.op not in TERMWISE or place.role or not place.shape:
        return None
    return int(place.attrs.get("batch_axis") or 0)


def _loops(place: Place) -> bool:
    axis = _points(place)
    return axis is not None and (place.out if batched(place) else place.shape)[axis] > 1


def _left_out(step: Step, index: int) -> Any:
    """x̄ by a loop over all data points but one."""
    axis = _points(step.place)
    assert axis is not None
    kept = (step.y_bar if batched(step.place) else step.x_bar).copy()
    np.moveaxis(kept, axis, 0)[index] = 0
    return weight_bar(step, y_bar=kept) if batched(step.place) else kept


MISTAKES = (
    Mistake(
        name="detached",
        family="O",
        title="nothing goes back",
        fits=lambda place: _read_once(place) and not is_parameter(place),
        wrong=lambda step: np.zeros_like(step.x),
        why="{node} hands no gradient back to {tensor}, so that neither it nor what comes before it gets any of {loss} "
        "on this way. It was detached, or its gradient is None and taken for zero.",
        hints=(
            "Look at {tensor}: does it have a gradient at all?",
            "Everything before {tensor} on this way stands still too.",
            "Hand the gradient back from {node} to {tensor}: it is cut off there.",
        ),
    ),
    Mistake(
        name="parameter-forgotten",
        family="O",
        title="a parameter without a gradient",
        fits=lambda place: _read_once(place) and is_parameter(place),
        wrong=lambda step: np.zeros_like(step.x),
        why="The parameter {tensor} gets no gradient from {node}, and would never change. The line that makes it is "
        "missing, as it often is for a bias.",
        hints=(
            "Look at the parameters: which of them would never change?",
            "The gradient of {tensor} is zero.",
            "Write the line that makes the gradient of {tensor} at {node}: it is missing.",
        ),
    ),
    Mistake(
        name="last-sample-dropped",
        family="O",
        title="the last data point is left out",
        fits=_loops,
        wrong=partial(_left_out, index=-1),
        why="All data points but the last are in the gradient of {tensor}: a loop or a slice at {node} ends one too "
        "early, as range(n - 1) and x[:-1] do.",
        hints=(
            "Look at {node}: which data points are in the gradient of {tensor}?",
            "One data point is missing.",
            "Go on to the last data point at {node}: range(n) ends before n by itself.",
        ),
        together=True,
    ),
    Mistake(
        name="first-sample-dropped",
        family="O",
        title="the first data point is left out",
        fits=_loops,
        wrong=partial(_left_out, index=0),
        why="All data points but the first are in the gradient of {tensor}: a loop or a slice at {node} begins one too "
        "late, as range(1, n) and x[1:] do.",
        hints=(
            "Look at {node}: which data points are in the gradient of {tensor}?",
            "One data point is missing.",
            "Begin with data point 0 at {node}, not with 1.",
        ),
        together=True,
    ),
    Mistake(
        name="decay-left-in",
        family="O",
        title="weight decay is in the gradient",
        fits=is_parameter,
        wrong=lambda step: step.x_bar + DECAY * step.x,
        why="What is called the gradient of {tensor} has 0.01 times {tensor} itself in it. That is weight decay, which "
        "{loss} does not have: leave it to the optimizer, or add it to the loss.",
        hints=(
            "Look at the gradient of {tensor}: is there more in it than {loss} asks for?",
            "What is too much has the same pattern as {tensor} itself.",
            "Take the weight decay, 0.01 times {tensor}, out of its gradient.",
        ),
    ),
    Mistake(
        name="learning-rate-left-in",
        family="O",
        title="the learning rate is in the gradient",
        fits=lambda place: _read_once(place) and is_parameter(place),
        wrong=lambda step: LEARNING_RATE * step.x_bar,
        why="What is called the gradient of {tensor} is a hundredth of it: the learning rate, 0.01, has been "
        "multiplied in already, which belongs to the update.",
        hints=(
            "Look at the gradient of {tensor}: has it the right size?",
            "It is too small by a factor that has nothing to do with {node}.",
            "Multiply by the learning rate when you update {tensor}, not in its gradient.",
        ),
    ),
    Mistake(
        name="momentum-left-in",
        family="O",
        title="a running mean of gradients in the place of the gradient",
        fits=lambda place: _read_once(place) and is_parameter(place),
        wrong=lambda step: (1 - MOMENTUM) * step.x_bar,
        why="What is called the gradient of {tensor} is the first step of a running mean, 0.9 times nothing and 0.1 "
        "times the gradient: it is too small by ten. The mean belongs to the optimizer.",
        hints=(
            "Look at the gradient of {tensor}: has it the right size?",
            "It is too small by a factor that has nothing to do with {node}.",
            "Leave the running mean to the optimizer: the gradient of {tensor} is ten times as large.",
        ),
    ),
)
