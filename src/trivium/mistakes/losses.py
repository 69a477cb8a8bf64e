"""C: the derivative of a loss. Of another loss, of other numbers than it was given, or with a term left out.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step, of
from trivium.mistakes.right import Scores, count, kept, sigma

EPSILON = 1e-8
SAFE = (("log", "x"), ("binary_cross_entropy", "probabilities"), ("kl_divergence", "q"))
"""Where a small number is often added to what is divided by."""
SCORED = ("cross_entropy", "soft_cross_entropy", "binary_cross_entropy_with_logits")


def _per(step: Step) -> Any:
    """ȳ / n"""
    return step.y_bar / count(step.place)


def _error(step: Step) -> Array:
    """What is compared, this input minus the other."""
    return step.x - step.inputs[1 - step.place.role]


def _is_length(place: Place) -> bool:
    """A reduction whose slope has a direction in place of a size."""
    return place.op in ("standard_deviation", "norm", "absolute_error") and place.role < 2


def _as_squares(step: Step) -> Any:
    """The slope of the squares that the root, or the sign, is taken of."""
    if step.place.op == "absolute_error":
        return _error(step) * _per(step)
    axis, x = step.attrs["axis"], step.x
    bar = step.y_bar.reshape(kept(x.shape, axis))
    if step.place.op == "norm":
        return 2 * x * bar
    d = x - x.mean(axis=axis, keepdims=True)
    return 2 * d * bar / (x.size // bar.size - step.attrs["ddof"])


def _with_epsilon(step: Step) -> Any:
    x = step.x
    if step.place.op == "log":
        return step.y_bar / (x + EPSILON)
    if step.place.op == "kl_divergence":
        return -step.input("p") / (x + EPSILON) * _per(step)
    t = step.input("targets")
    return ((1 - t) / (1 - x + EPSILON) - t / (x + EPSILON)) * _per(step)


def _by_scores(step: Step) -> Any:
    """The slope by the scores under a sigmoid or a softmax that is no part of the loss."""
    if step.place.op == "binary_cross_entropy":
        return (step.x - step.input("targets")) * _per(step)
    s = Scores.of(step)
    return step.x_bar + s.laid(s.p * s.weight[..., None] * s.unit)


def _without_label(step: Step) -> Any:
    if step.place.op == "binary_cross_entropy_with_logits":
        t, w = step.input("targets"), step.inputs[2] if len(step.inputs) > 2 else 1
        return sigma(step.x) * (1 - t + w * t) * _per(step)
    s = Scores.of(step)
    return s.laid(s.p * s.q.sum(axis=-1, keepdims=True) * s.unit)


def _other_variance(step: Step) -> Any:
    """The slope by the variance where its logarithm is given, and the other way round."""
    if step.place.op == "gaussian_kl":
        return (1 - np.exp(-step.x)) / 2 * _per(step)
    d = step.input("prediction") - step.input("target")
    return (1 - d * d / step.x) / 2 * _per(step)


def _without_target(step: Step) -> Any:
    return (2 if step.place.op == "squared_error" else 1) * step.x * _per(step)


MISTAKES = (
    Mistake(
        name="differentiated-as-square",
        family="C",
        title="differentiated as a square",
        fits=_is_length,
        wrong=_as_squares,
        why="{node} is an absolute value or a root, and its slope is a sign or a direction, of size 1. Here it is the "
        "slope of the squares, and grows with {tensor}.",
        hints=(
            "Compare how the gradient of {tensor} grows with {tensor} itself.",
            "Is {node} a square, or something that is taken of it?",
            "The slope is that of a square: {op} has one more step, which has a slope too.",
        ),
    ),
    Mistake(
        name="epsilon-in-gradient",
        family="C",
        title="an epsilon in the gradient that is not in the loss",
        fits=lambda place: (place.op, place.name) in SAFE,
        wrong=_with_epsilon,
        why="The gradient at {node} divides by {tensor} plus a small number such as 1e-8, and {op} does not have it. "
        "Both must have it, or neither: where {tensor} is small, the two are far apart.",
        hints=(
            "Where is the difference largest: where {tensor} is large, or where it is small?",
            "Is the gradient that of the very formula that {node} computes?",
            "A small number is added before a division, on the way back alone.",
        ),
    ),
    Mistake(
        name="gradient-of-scores",
        family="C",
        title="a softmax or sigmoid differentiated that is no part of the loss",
        fits=lambda place: place.role == 0 and place.op in ("binary_cross_entropy", "nll"),
        wrong=_by_scores,
        why="{node} takes {tensor} as it is: probabilities, or their logarithms. Prediction minus label is the "
        "gradient of the scores in front of the sigmoid or softmax, and that step has a rule of its own.",
        hints=(
            "With respect to what is the gradient of {node} taken?",
            "The well-known short formula is for a loss and a softmax (or sigmoid) in one.",
            "{tensor} has gone through that step already: here the loss alone is differentiated.",
        ),
    ),
    Mistake(
        name="sigmoid-twice",
        family="C",
        title="the slope of the sigmoid multiplied in once more",
        fits=of("binary_cross_entropy_with_logits", role="logits"),
        wrong=lambda step: step.x_bar * sigma(step.x) * sigma(-step.x),
        why="Prediction minus target is the whole gradient of {tensor} at {node}: the slope of the sigmoid has "
        "canceled. Here it is multiplied in once more.",
        hints=(
            "Look at {tensor} where the sigmoid is flat: how small is its gradient?",
            "Loss and sigmoid are one step here.",
            "Leave out the factor p (1 - p): it has canceled already.",
        ),
    ),
    Mistake(
        name="label-not-subtracted",
        family="C",
        title="the label is not subtracted",
        fits=lambda place: place.role == 0 and place.op in SCORED,
        wrong=_without_label,
        why="The gradient of the scores is what is predicted minus what is asked for. Here nothing is subtracted: the "
        "probabilities alone are handed to {tensor}.",
        hints=(
            "Look at the sign of the gradient of {tensor} at the right label.",
            "A gradient that is positive everywhere lowers every score.",
            "Subtract the label (1 at its place, or the target) from the probabilities.",
        ),
    ),
    Mistake(
        name="variance-or-its-logarithm",
        family="C",
        title="the variance taken for its logarithm, or the other way round",
        fits=of("gaussian_kl", "gaussian_nll", role=("log_variance", "variance")),
        wrong=_other_variance,
        why="A network gives a variance or its logarithm, and their gradients differ by a factor of the variance. At "
        "{node} the gradient of one is handed to {tensor}, which is the other.",
        hints=(
            "Is {tensor} a variance, or the logarithm of one?",
            "Their gradients differ by one factor, from the chain rule.",
            "By the chain rule, the gradient of the logarithm is that of the variance times the variance.",
        ),
    ),
    Mistake(
        name="target-forgotten",
        family="C",
        title="the value in place of the error",
        fits=of("squared_error", "half_squared_error"),
        wrong=_without_target,
        why="The slope of a squared error is the error, {tensor} minus what it is compared with. Here {tensor} itself "
        "stands in its place, as if it were compared with 0.",
        hints=(
            "When should the gradient of {tensor} be 0?",
            "A perfect prediction has gradient 0.",
            "Subtract: the gradient has the error in it, not the value.",
        ),
    ),
)
