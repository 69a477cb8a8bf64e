"""D: missing coupling terms of softmax, and of what has one in it: each entry moves the sum that all are divided by.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step, of
from trivium.mistakes.right import Scores, kept
from trivium.mistakes.standard import Attended, Standard, entries, own, right, unsummed

_attended = of("scaled_dot_product_attention", role=("q", "k"))


def _is_softmax(place: Place) -> bool:
    """A softmax of several entries, alone or in an attention."""
    if place.op in ("softmax", "masked_softmax", "log_softmax"):
        return place.shape[place.attrs["axis"]] > 1
    return _attended(place) and place.shapes[1][-2] > 1 and place.attrs["scale"] != 0


def _of_softmax(coupled: Callable[[Array, Array], Any], of_log: Callable[[Array, Array], Any]) -> Callable[[Step], Any]:
    """x̄ by a wrong map from p̄, or, of a log softmax, from ȳ."""

    def wrong(step: Step) -> Any:
        if step.place.op == "log_softmax":
            return of_log(np.exp(step.y), step.y_bar)
        if _attended(step.place):
            return Attended.of(step).bar(step.place.name, coupled)
        return coupled(step.y, step.y_bar)

    return wrong


def _crosswise(place: Place) -> bool:
    """A softmax or a norm with another axis that its sums could go over."""
    if place.op == "layer_norm":
        return entries(place) < math.prod(place.shape)
    return place.op in ("softmax", "log_softmax") and len(place.shape) > 1 and place.shape[_other_axis(place)] > 1


def _other_axis(place: Place) -> int:
    """The last axis, or the one before it where the last is the softmax's own."""
    axes = len(place.shape)
    return axes - 1 if place.attrs["axis"] % axes != axes - 1 else axes - 2


def _over_others(step: Step) -> Any:
    """The right rule, with its sums over the wrong axes."""
    if step.place.op == "layer_norm":
        s = Standard.of(step)
        sigma = np.sqrt(s.variance + s.eps)
        z, z_bar = s.c / sigma, s.gain * s.y_bar
        return (z_bar - z_bar.mean() - z * (z * z_bar).mean()) / sigma
    axis, bar = _other_axis(step.place), step.y_bar
    if step.place.op == "log_softmax":
        return bar - np.exp(step.y) * bar.sum(axis=axis, keepdims=True)
    return step.y * (bar - (step.y * bar).sum(axis=axis, keepdims=True))


def _undivided(step: Step) -> Any:
    return np.exp(step.x) * step.y_bar.reshape(kept(step.x.shape, step.attrs["axis"]))


def _label_alone(step: Step) -> Any:
    """-q (1 - p): what -log p and the own entry of softmax's slope make"""
    s = Scores.of(step)
    return s.laid(-s.q * (1 - s.p) * s.unit)


def _same_times(place: Place) -> bool:
    """As many keys as queries, so that p fits transposed or not."""
    square = place.op == "scaled_dot_product_attention" and place.shapes[0][-2] == place.shapes[1][-2] > 1
    return square and place.name in ("k", "v")


MISTAKES = (
    Mistake(
        name="softmax-diagonal",
        family="D",
        title="the diagonal of softmax's slopes alone, as for a sigmoid",
        fits=_is_softmax,
        wrong=_of_softmax(own, lambda p, y_bar: (1 - p) * y_bar),
        why="Every entry of {tensor} moves every probability, for all are divided by one sum. Here each moves its own "
        "alone, by p (1 - p) as for a sigmoid.",
        hints=(
            "On how many entries of {tensor} does one probability depend?",
            "The slopes of a softmax make a matrix, not a row of numbers.",
            "Off the diagonal stands -p times p: the gradient is p (g - sum of p g).",
        ),
    ),
    Mistake(
        name="softmax-sum-forgotten",
        family="D",
        title="softmax's sum is taken for a constant",
        fits=_is_softmax,
        wrong=_of_softmax(unsummed, lambda p, y_bar: y_bar),
        why="A softmax divides by the sum of all its entries, and every entry of {tensor} moves that sum. Here the sum "
        "is treated as a constant: the second term is missing.",
        hints=(
            "What does a softmax divide by, and does it depend on {tensor}?",
            "The gradient of a softmax sums to 0 along its axis; does yours?",
            "Subtract the second term: p times the sum of p g (for a log softmax, p times the sum of g).",
        ),
    ),
    Mistake(
        name="summed-over-wrong-axis",
        family="D",
        title="the sums of the rule go over the wrong axis",
        fits=_crosswise,
        wrong=_over_others,
        why="{node} works along its own axis, and so must the sums in its gradient. Here they go over another one, so "
        "that data points mix.",
        hints=(
            "Change one data point: whose gradient changes?",
            "Along which axis does {node} work?",
            "The sums in the gradient of {node} go over the wrong axis.",
        ),
    ),
    Mistake(
        name="logsumexp-undivided",
        family="D",
        title="not divided by the sum",
        fits=of("logsumexp"),
        wrong=_undivided,
        why="The slope of a logarithm divides by what the logarithm is taken of, so logsumexp has the softmax for its "
        "slope. Here it is the exponential alone, without the division.",
        hints=(
            "What should the slopes of {node} add up to?",
            "There are three steps in {op}: which of them has no slope here?",
            "Divide by the sum of exponentials: the slope of the logarithm is missing.",
        ),
    ),
    Mistake(
        name="label-alone",
        family="D",
        title="only the label's own score gets a gradient",
        fits=of("cross_entropy", "soft_cross_entropy", role="logits"),
        wrong=_label_alone,
        why="The loss reads one probability, but each score moves all of them. Here only the score of the label gets a "
        "gradient, (1 - p) upward, and the others are not pushed down.",
        hints=(
            "Look at a row of the gradient of {tensor}: which entries are 0?",
            "The gradient of the scores of a data point sums to 0.",
            "Every score gets p, and that of the label p - 1.",
        ),
    ),
    Mistake(
        name="attention-not-transposed",
        family="D",
        title="keys and queries exchanged",
        fits=_same_times,
        wrong=lambda step: Attended.of(step).bar(step.place.name, right, upright=True),
        why="What a key hands back is summed over the queries that saw it. Here the sum goes over the keys: the matrix "
        "of probabilities is not transposed, and as it is square, its shape does not show it.",
        hints=(
            "Over what is the gradient of {tensor} summed: over keys, or over queries?",
            "There are as many keys as queries at {node}.",
            "Transpose the matrix of probabilities, or of their gradient.",
        ),
        together=True,
    ),
)
