"""A: scale and normalization. Factors that are missing, double, or of the wrong size.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step
from trivium.mistakes.right import BIASES, copies

DOUBLED = ("squared_error", "square", "variance")
"""Ops of a square, whose slope has a factor of 2."""
DIFFERENCES = ("sub", "squared_error", "half_squared_error", "absolute_error", "huber")
"""Ops of a difference of two inputs."""
HALVED = ("half_squared_error", "gaussian_kl", "gaussian_nll", "sqrt", "rsqrt")
"""Ops whose slope has a half in it, or had a 2 that a half cancels."""


def _is_bias(place: Place) -> bool:
    """A bias that several data points share."""
    return (place.name in BIASES or place.op == "add") and copies(place) > 1


def _is_weight(place: Place) -> bool:
    """A matrix of weights that several data points share."""
    product = place.op == "matmul" and len(place.out) == 2 and place.tensor in dict(place.spec.parameters)
    return (product or (place.op in ("linear", "affine") and place.name == "w")) and _data_points(place) > 1


def _data_points(place: Place) -> int:
    """How many data points a weight's gradient is summed over."""
    shapes = place.shapes
    match place.op, place.name:
        case "linear", _:
            return math.prod(shapes[0][:-1])
        case "affine", _:
            return shapes[1][1]
        case "matmul", "a":
            return place.out[-1]
    return place.out[0]


def _is_square(place: Place) -> bool:
    return place.op in DOUBLED or (place.op == "triplet" and bool(place.attrs["squared"]))


def _factor(place: Place) -> float:
    """What scores are multiplied by before their softmax; 1 where nothing is."""
    scale = place.attrs.get("scale", 1.0)
    if place.op == "scaled_dot_product_attention" and place.name in ("q", "k"):
        return float(1 / math.sqrt(place.shape[-1]) if isinstance(scale, str) else scale)
    return 1 / float(place.attrs.get("temperature", 1.0)) if place.name == "logits" else 1.0


def _constant(place: Place) -> float:
    """The number that a product or quotient multiplies this input by; 1 where there is none."""
    if place.op not in ("mul", "div") or (place.op == "div" and place.role == 1):
        return 1.0
    other = place.spec.producer.get(place.node.inputs[1 - place.role])
    if other is None or other.op.name != "constant":
        return 1.0
    value = float(place.spec.attributes(other)["value"])
    return value if place.op == "mul" else 1 / value if value else 1.0


def _shared_by(step: Step) -> Array:
    return step.x_bar / copies(step.place)


MISTAKES = (
    Mistake(
        name="sign",
        family="A",
        title="a sign is wrong",
        fits=lambda place: place.op != "sign",
        wrong=lambda step: -step.x_bar,
        why="The gradient of {loss} with respect to {tensor}, as {node} hands it back, has the wrong sign in every "
        "entry: a minus was forgotten, or is there once too often.",
        hints=(
            "Look at {node}: something about its gradient is off in all entries alike.",
            "The numbers have the right size.",
            "The gradient that {node} hands to {tensor} has the wrong sign.",
        ),
    ),
    Mistake(
        name="difference-reversed",
        family="A",
        title="a difference is taken the other way round",
        fits=lambda place: place.op in DIFFERENCES,
        wrong=lambda step: -step.x_bar,
        why="{node} takes the difference of its two inputs, and its gradient is taken of the difference the other way "
        "round: both inputs get the right numbers with the wrong sign.",
        hints=(
            "Look at {node}: something about its gradients is off in all entries alike.",
            "The numbers have the right size, on both sides.",
            "In the gradient of {node} the two inputs stand the other way round: b - a in place of a - b.",
        ),
        together=True,
    ),
    Mistake(
        name="bias-averaged",
        family="A",
        title="averaged over the batch where it should be summed",
        fits=_is_bias,
        wrong=_shared_by,
        why="Every data point reads {tensor}, so its gradient is the sum of what they ask for. Here it is their mean: "
        "the loss has divided by the number of data points already, if it is a mean.",
        hints=(
            "Look at the gradient of {tensor}: how do the data points come together in it?",
            "Is it a sum, or a mean?",
            "{tensor} is used once for every data point: sum what they ask for, and do not divide.",
        ),
    ),
    Mistake(
        name="weights-averaged",
        family="A",
        title="divided by the number of data points at a layer, where only the loss may divide",
        fits=_is_weight,
        wrong=lambda step: step.x_bar / _data_points(step.place),
        why="The gradient of {tensor} is the sum over the data points that {node} took in. Here it is divided by their "
        "number: dividing is the loss's part, and done there if {loss} is a mean.",
        hints=(
            "Look at the gradient of {tensor}: how does it change when the batch gets twice as large?",
            "There is a division too many on its way.",
            "At {node}, take the product as it is: no division by the number of data points.",
        ),
    ),
    Mistake(
        name="two-forgotten",
        family="A",
        title="the 2 of a square is missing",
        fits=_is_square,
        wrong=lambda step: step.x_bar / 2,
        why="The slope of a square is 2 times its base, and {node} squares. Here the 2 is missing, as if {node} were "
        "half of the square.",
        hints=(
            "Compare the size of what {node} hands back with what it should be.",
            "What is the slope of x²?",
            "{node} squares, so its slope has a factor of 2, which is missing.",
        ),
        together=True,
    ),
    Mistake(
        name="half-forgotten",
        family="A",
        title="a factor of one half is missing",
        fits=lambda place: place.op in HALVED,
        wrong=lambda step: 2 * step.x_bar,
        why="The formula of {node}, {op}, has a half that its slope must keep, or that cancels the 2 of a square. Here "
        "the half is missing, and the gradient is twice as large as it should be.",
        hints=(
            "Compare the size of what {node} hands back with what it should be.",
            "Write down the slope of {op} once more: which constant stands in front?",
            "The gradient of {node} is twice too large: a half was left out.",
        ),
        together=True,
    ),
    Mistake(
        name="scores-unscaled",
        family="A",
        title="scores are scaled forward, but not backward",
        fits=lambda place: _factor(place) not in (0, 1, -1),
        wrong=lambda step: step.x_bar / _factor(step.place),
        why="{node} multiplies the scores by a factor (one over the temperature, or the scale of an attention) before "
        "their softmax, so the gradient of {tensor} has that factor too. Here it is missing.",
        hints=(
            "Look at {node}: is everything that happens on the way forward undone on the way back?",
            "The scores are multiplied by something before their softmax.",
            "Multiply the gradient of {tensor} by the factor of the scores, as {node} did forward.",
        ),
        together=True,
    ),
    Mistake(
        name="constant-factor-forgotten",
        family="A",
        title="a constant factor is left out on the way back",
        fits=lambda place: _constant(place) not in (0, 1, -1),
        wrong=lambda step: step.x_bar / _constant(step.place),
        why="{node} multiplies or divides {tensor} by a number that does not change, so the gradient of {tensor} is "
        "multiplied or divided by it too. Here it is left out.",
        hints=(
            "Compare the size of what {node} hands back with what it should be.",
            "There is a number in {node} that every entry is multiplied or divided by.",
            "The factor of {node} is missing in the gradient of {tensor}.",
        ),
    ),
)
