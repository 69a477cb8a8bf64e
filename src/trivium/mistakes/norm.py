"""D: missing coupling terms of norms. Each entry moves the mean, the variance and the length by which all are measured.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step, of
from trivium.mistakes.right import count, kept
from trivium.mistakes.standard import CENTERED, NORMS, Standard, entries

SPREADS = ("variance", "standard_deviation")


def _coupled(place: Place) -> bool:
    """The x of a norm over more than one entry."""
    return place.op in NORMS and place.role == 0 and entries(place) > 1


def _is_centered(place: Place) -> bool:
    return _coupled(place) and place.op in CENTERED


def _has_uneven_gain(place: Place) -> bool:
    """Several gains in one mean."""
    if place.op == "group_norm":
        return _coupled(place) and place.shape[1] > place.attrs["groups"]
    return _coupled(place) and place.op in ("layer_norm", "rms_norm")


def _gain_too_late(step: Step) -> Any:
    s = Standard.of(step)
    return (s.x_bar(z_bar=s.y_bar).reshape(s.c.shape) * s.gain).reshape(s.shape)


def _without_gain(step: Step) -> Any:
    if step.place.op != "batch_norm_evaluation":
        s = Standard.of(step)
        return s.x_bar(z_bar=s.y_bar)
    axis, (variance,) = step.attrs["channel_axis"] % step.y.ndim, step.inputs[2:3]
    sigma = np.sqrt(variance + step.attrs["eps"])
    return step.y_bar / sigma.reshape([-1 if i == axis else 1 for i in range(step.y.ndim)])


def _has_eps(place: Place) -> bool:
    return _coupled(place) and place.attrs["eps"] > 0


def _eps_outside(step: Step) -> Any:
    s = Standard.of(step)
    return s.x_bar(sigma=np.sqrt(s.variance) + s.eps)


def _reduced(place: Place) -> int:
    """How many entries one number is made of."""
    return math.prod(place.shape) // math.prod(kept(place.shape, place.attrs["axis"]))


def _has_other_count(place: Place) -> bool:
    if place.op in SPREADS:
        return _reduced(place) > max(1, int(place.attrs["ddof"]))
    return _coupled(place)


def _by_other_count(step: Step) -> Any:
    """n - 1 where it is n, and n where it is less."""
    if step.place.op in SPREADS:
        n, less = _reduced(step.place), step.attrs["ddof"]
        return step.x_bar * (n - less) / (n if less else n - 1)
    n = entries(step.place)
    return Standard.of(step).x_bar(stretch=n / (n - 1))


def _length_fixed(step: Step) -> Any:
    """x̄ with the length of x taken for a constant."""
    eps, axis = step.attrs["eps"], step.attrs["axis"]

    def length(x: Array) -> Any:
        return np.maximum(np.sqrt(np.square(x).sum(axis=axis, keepdims=True)), eps)

    if step.place.op == "l2_normalize":
        return step.y_bar / length(step.x)
    b = step.inputs[1 - step.place.role]
    return -b / length(b) / length(step.x) * step.y_bar / count(step.place)


MISTAKES = (
    Mistake(
        name="statistics-constant",
        family="D",
        title="mean and variance taken for constants",
        fits=_is_centered,
        wrong=lambda step: Standard.of(step).x_bar(mean=0, stretch=0),
        why="{node} subtracts a mean and divides by a deviation that depend on {tensor}. Here both are treated as "
        "constants, and their two terms are missing.",
        hints=(
            "What in {node} depends on {tensor}?",
            "Add the same number to all of {tensor}: {node} does not change. What must the gradient sum to?",
            "Two terms are missing: that of the mean, and that of the variance.",
        ),
    ),
    Mistake(
        name="mean-term-missing",
        family="D",
        title="the term of the mean is missing",
        fits=_is_centered,
        wrong=lambda step: Standard.of(step).x_bar(mean=0),
        why="{node} subtracts a mean that depends on {tensor}, so the gradient loses its own mean. Here that term is "
        "missing.",
        hints=(
            "Add the same number to all of {tensor}: does {node} change?",
            "So the gradient of {tensor} sums to 0 over what {node} averages; does yours?",
            "Subtract the mean of the gradient: the term of the mean is missing.",
        ),
    ),
    Mistake(
        name="variance-term-missing",
        family="D",
        title="the term of the variance is missing",
        fits=_coupled,
        wrong=lambda step: Standard.of(step).x_bar(stretch=0),
        why="{node} divides by a deviation that depends on {tensor}. Here the deviation is treated as a constant: the "
        "term z mean(z g) is missing.",
        hints=(
            "Double all of {tensor}: {node} hardly changes. What follows for the gradient?",
            "What {node} divides by depends on {tensor}.",
            "Subtract z times the mean of z g, with z the standardized {tensor}.",
        ),
    ),
    Mistake(
        name="gain-outside",
        family="D",
        title="the gain multiplied after the means",
        fits=_has_uneven_gain,
        wrong=_gain_too_late,
        why="The gain multiplies last on the way forward, so it comes first on the way back, before any mean is taken. "
        "Here the means are taken without it, and it is multiplied in at the end.",
        hints=(
            "In which order do gain and means come on the way back through {node}?",
            "The last step forward is the first step back.",
            "Multiply by the gain first, then take the means.",
        ),
    ),
    Mistake(
        name="gain-forgotten",
        family="D",
        title="the gain is missing",
        fits=lambda place: _coupled(place) or (place.op == "batch_norm_evaluation" and place.role == 0),
        wrong=_without_gain,
        why="{node} multiplies the standardized {tensor} by a gain, so the gradient of {tensor} has that factor. Here "
        "it is missing.",
        hints=(
            "Which parameters of {node} does the gradient of {tensor} depend on?",
            "With all gains at 1 you would see no difference.",
            "Multiply by the gain on the way back, as {node} does forward.",
        ),
    ),
    Mistake(
        name="count-off-by-one",
        family="D",
        title="a variance by n - 1 where it is by n, or the other way round",
        fits=_has_other_count,
        wrong=_by_other_count,
        why="A variance is a sum of squares over n, or over n - 1, and the gradient must divide by the same number as "
        "{node} does. Here it divides by the other one.",
        hints=(
            "The gradient is nearly right, and the better the more entries there are.",
            "What is the sum of squares in {node} divided by?",
            "One of the two counts n, the other n - 1.",
        ),
    ),
    Mistake(
        name="eps-outside-root",
        family="D",
        title="eps added outside of the root",
        fits=_has_eps,
        wrong=_eps_outside,
        why="{node} divides by the root of variance plus eps. On the way back it is divided by the root of the "
        "variance, plus eps.",
        hints=(
            "The difference is small, and largest where {tensor} hardly varies.",
            "What exactly does {node} divide by?",
            "eps belongs under the root, in the gradient as in {node}.",
        ),
    ),
    Mistake(
        name="length-constant",
        family="D",
        title="the length of a vector taken for a constant",
        fits=of("l2_normalize", "cosine_similarity_loss"),
        wrong=_length_fixed,
        why="{node} divides {tensor} by its length, which depends on {tensor}. Here the length is treated as a "
        "constant: the gradient keeps the part along {tensor} that it must lose.",
        hints=(
            "Make {tensor} twice as long: does {node} change?",
            "So the gradient has no part along {tensor}.",
            "The length depends on {tensor}: subtract the gradient's part along {tensor}.",
        ),
    ),
)
