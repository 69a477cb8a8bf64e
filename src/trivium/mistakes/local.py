"""C: the derivative of a step that works entry by entry. Missing, doubled, at the wrong number, or of another function.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.mistakes.bent import BY_INPUT, FACTOR, NEIGHBOR, OPPOSITE, WITHOUT_CONSTANT, by
from trivium.mistakes.mistake import Mistake, Place, Step, of
from trivium.mistakes.product import gathered
from trivium.mistakes.right import SLOPES, slope

SMOOTH = (
    *("tanh", "sigmoid", "softplus", "log_sigmoid", "erf", "gelu", "gelu_tanh", "silu", "mish", "softsign"),
    *("elu", "selu", "celu"),
)
FLAT = ("neg", "abs", "relu", "clip", "hardtanh")
"""Ops whose slope is 0, 1 or -1, so that its square is no other slope."""
CHOICES = ("maximum", "minimum")
RAMPS = ("softplus", "gelu", "gelu_tanh", "silu", "mish", "leaky_relu", "elu", "celu", "hardswish")
"""Ops that look like relu from afar."""


def _sloped(place: Place) -> bool:
    """An op with a slope, and not 1 everywhere."""
    return place.op in SLOPES and place.op != "neg" and place.attrs.get("exponent") != 1


def _uneven(place: Place) -> bool:
    """An op whose slope changes when it is squared."""
    return _sloped(place) and place.op not in FLAT and place.attrs.get("slope") not in (0, 1)


def _has_constant(place: Place) -> bool:
    return place.op in WITHOUT_CONSTANT and place.attrs.get("alpha") != 1


def _is_ramp(place: Place) -> bool:
    return place.op in RAMPS and place.attrs.get("slope") != 0


def _same_shapes(place: Place) -> bool:
    """Two different factors of one shape."""
    return place.op == "mul" and len(set(place.node.inputs)) == 2 and place.shapes[0] == place.shapes[1]


def _negative_too(step: Step) -> Any:
    """s̄ of a prelu, as if every x were negative."""
    axis, bar = step.attrs["channel_axis"], step.input("x") * step.y_bar
    if axis is None:
        return bar.sum()
    return bar.sum(axis=tuple(i for i in range(bar.ndim) if i != axis % bar.ndim))


def _everywhere(step: Step) -> Any:
    if step.place.op == "prelu":
        return _negative_too(step)
    return gathered(step.y_bar, step.x.shape)


def _chosen(place: Place) -> bool:
    return place.op in CHOICES or (place.op == "prelu" and place.name == "slope")


def _to_the_other(step: Step) -> Any:
    """x̄ where the other branch is taken."""
    if step.place.op in OPPOSITE:
        return by(OPPOSITE)(step)
    a, b = step.inputs
    larger = a > b if step.place.role == 0 else b > a
    taken = larger if step.place.op == "minimum" else ~larger
    return gathered(np.where(taken, step.y_bar, 0), step.x.shape)


def _by_sign_of_gradient(step: Step) -> Any:
    return np.where(step.y_bar > 0, step.y_bar, step.attrs.get("slope", 0.0) * step.y_bar)


MISTAKES = (
    Mistake(
        name="derivative-missing",
        family="C",
        title="the derivative is missing",
        fits=_sloped,
        wrong=lambda step: step.y_bar,
        why="On the way back, what {node} receives is multiplied by the slope of {op}. Here it is handed on to "
        "{tensor} unchanged, as if {op} were not there.",
        hints=(
            "Compare what {node} receives with what it hands on to {tensor}.",
            "The chain rule asks for one factor from every step.",
            "The slope of {op} is missing: multiply by it, entry by entry.",
        ),
    ),
    Mistake(
        name="derivative-twice",
        family="C",
        title="the derivative is there twice",
        fits=_uneven,
        wrong=lambda step: step.y_bar * slope(step) ** 2,
        why="The slope of {op} is multiplied in twice at {node}, for example once in the step itself and once more in "
        "the layer before it. Once is right.",
        hints=(
            "What {node} hands on to {tensor} is wrong by a different factor in every entry.",
            "Count how often the slope of {op} is multiplied in.",
            "The slope of {op} is there twice: take one away.",
        ),
    ),
    Mistake(
        name="derivative-at-output",
        family="C",
        title="the derivative is taken at the output",
        fits=of(*SMOOTH),
        wrong=lambda step: step.y_bar * slope(step, step.y),
        why="The slope of {op} belongs at its input {tensor}. Here it is taken at its output {node}: a function that "
        "computes the slope from the input was handed the output.",
        hints=(
            "At which numbers is the slope of {op} taken?",
            "Two arrays of the same shape are at hand at {node}: what went in, and what came out.",
            "The slope is computed from {node} by the formula for {tensor}: put {tensor} in.",
        ),
    ),
    Mistake(
        name="derivative-at-input",
        family="C",
        title="the formula for the output is fed with the input",
        fits=of(*BY_INPUT),
        wrong=by(BY_INPUT),
        why="The slope of {op} can be written with its output: 1 - y² for tanh, y (1 - y) for sigmoid, y for exp. Here "
        "the input {tensor} stands in that formula in place of the output {node}.",
        hints=(
            "At which numbers is the slope of {op} taken?",
            "Two arrays of the same shape are at hand at {node}: what went in, and what came out.",
            "The formula wants the output {node}, and gets the input {tensor}.",
        ),
    ),
    Mistake(
        name="tanh-not-squared",
        family="C",
        title="1 - y in place of 1 - y²",
        fits=of("tanh"),
        wrong=lambda step: step.y_bar * (1 - step.y),
        why="The slope of tanh is 1 - y², with y the output {node}. Here it is 1 - y: the square is missing.",
        hints=(
            "What is the slope of tanh?",
            "Compare the entries where {node} is negative with those where it is positive.",
            "The slope is 1 - y²; the square is missing.",
        ),
    ),
    Mistake(
        name="derivative-of-neighbor",
        family="C",
        title="the derivative of another function",
        fits=of(*NEIGHBOR),
        wrong=by(NEIGHBOR),
        why="The slope at {node} is not that of {op} but of a function that is easily taken for it: sigmoid for tanh, "
        "sine for cosine, the tanh form of gelu for the exact one, or the other way round.",
        hints=(
            "Is the slope at {node} that of {op}?",
            "Which function has a name or a form much like {op}?",
            "The slope of a neighbor is used: write that of {op} itself.",
        ),
    ),
    Mistake(
        name="differentiated-as-relu",
        family="C",
        title="differentiated as if it were relu",
        fits=_is_ramp,
        wrong=lambda step: np.where(step.x > 0, step.y_bar, 0),
        why="{op} looks like relu from afar, but its slope is not 1 where {tensor} is positive and 0 elsewhere. That "
        "is the slope used at {node}.",
        hints=(
            "Look at what {node} hands on where {tensor} is negative.",
            "{op} looks much like another function.",
            "The slope of relu is used: write that of {op}.",
        ),
    ),
    Mistake(
        name="product-rule-forgotten",
        family="C",
        title="one term of the product rule is missing",
        fits=of(*FACTOR),
        wrong=by(FACTOR),
        why="{op} is {tensor} times a factor that depends on {tensor} too, so its slope has two terms. Here it has "
        "one: the factor is treated as a constant.",
        hints=(
            "How often does {tensor} stand in the formula of {op}?",
            "The product rule gives two terms.",
            "The slope of the factor is missing: add {tensor} times the factor's own slope.",
        ),
    ),
    Mistake(
        name="constant-forgotten",
        family="C",
        title="a constant of the formula is missing in its slope",
        fits=_has_constant,
        wrong=by(WITHOUT_CONSTANT),
        why="The formula of {op} has constants that its slope has too: a factor in front, or one that comes from "
        "inside by the chain rule. One of them is missing at {node}.",
        hints=(
            "Write down the slope of {op} with all its constants.",
            "Every constant of {op} leaves its trace in the slope.",
            "A constant factor of {op} was left out of its slope.",
        ),
    ),
    Mistake(
        name="quotient-square-forgotten",
        family="C",
        title="the divisor is not squared",
        fits=of("div", role="b"),
        wrong=lambda step: gathered(-step.y * step.y_bar, step.x.shape),
        why="The slope of a / b with respect to b is -a / b². Here it is -a / b: the divisor {tensor} is missing once.",
        hints=(
            "What is the slope of 1 / x?",
            "Compare entries where {tensor} is small with those where it is large.",
            "Divide by {tensor} squared, not by {tensor}.",
        ),
    ),
    Mistake(
        name="factors-exchanged",
        family="C",
        title="a factor gets itself where it should get the other",
        fits=_same_shapes,
        wrong=lambda step: step.x * step.y_bar,
        why="The slope of a product with respect to one factor is the other factor. At {node} {tensor} is multiplied "
        "by itself in place of the other factor.",
        hints=(
            "What multiplies the gradient that {node} hands to {tensor}?",
            "The slope of a b with respect to a is b.",
            "The factors are exchanged: {tensor} gets the other one, not itself.",
        ),
        together=True,
    ),
    Mistake(
        name="mask-of-gradient",
        family="C",
        title="masked by the sign of the gradient",
        fits=of("relu", "leaky_relu"),
        wrong=_by_sign_of_gradient,
        why="{op} lets the gradient through where its input {tensor} is positive. Here it is let through where the "
        "gradient itself is positive.",
        hints=(
            "Where does {node} let the gradient through?",
            "The mask is made of a sign: of whose?",
            "Make the mask from {tensor} > 0, not from the gradient.",
        ),
    ),
    Mistake(
        name="branches-exchanged",
        family="C",
        title="the gradient goes to the branch that was not taken",
        fits=of(*OPPOSITE, *CHOICES),
        wrong=_to_the_other,
        why="{node} chooses between two branches entry by entry. On the way back the gradient belongs to the one that "
        "was taken; here it goes to the other one.",
        hints=(
            "Look at which entries of {tensor} get a gradient from {node}.",
            "A comparison decides it.",
            "The comparison is the wrong way round.",
        ),
        together=True,
    ),
    Mistake(
        name="choice-forgotten",
        family="C",
        title="the gradient goes where nothing was taken, too",
        fits=_chosen,
        wrong=_everywhere,
        why="{node} takes {tensor} in some entries alone, and only those get a gradient, or that slope. Here all of "
        "them do: the mask is missing.",
        hints=(
            "Look at which entries of {tensor} get a gradient from {node}.",
            "Some of them should get none, or another slope.",
            "Multiply by the mask of the entries in which {node} takes {tensor}.",
        ),
    ),
)
