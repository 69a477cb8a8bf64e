"""I: singular points and ties. Formulas that hold almost everywhere: not at a zero, a tie, an edge, an empty row.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step, of
from trivium.mistakes.product import gathered
from trivium.mistakes.window import bordered, put, walk_of
from trivium.ops.reduce import kept
from trivium.ops.regression import divided_by

EPS = 1e-8
_pair = of("maximum", "minimum")


def _several(place: Place) -> bool:
    """Whether several numbers become one."""
    return math.prod(place.out) < math.prod(place.shape)


def _wide(step: Step, a: Array) -> Array:
    """What belongs to each result of a reduction, with every axis in its place."""
    return a.reshape(kept(step.x.shape, step.attrs))


def _tied(place: Place) -> bool:
    if place.op == "max_pool2d":
        return walk_of(place).offsets > 1
    return _pair(place) or (place.op in ("max", "min") and _several(place))


def _all_of_ties(step: Step) -> Any:
    """x̄ = [x = y] ∘ ȳ, without a share for each"""
    if _pair(step.place):
        return gathered(np.where(step.x == step.y, step.y_bar, 0), step.x.shape)
    if step.place.op != "max_pool2d":
        return np.where(step.x == _wide(step, step.y), _wide(step, step.y_bar), 0)
    walk = walk_of(step)
    wide = bordered(step.x, walk, -math.inf)
    shares = [(place, np.where(wide[place] == step.y, step.y_bar, 0)) for _, place in walk.places()]
    return put(shares, walk, step.x.shape)


def _by_length(step: Step, eps: float = 0.0) -> Any:
    """x̄ = x / (‖x‖ + eps) ∘ ȳ, or that of the deviation, d / (n - ddof) / (σ + eps) ∘ ȳ"""
    y, y_bar = _wide(step, step.y), _wide(step, step.y_bar)
    if step.place.op == "norm":
        return step.x / (y + eps) * y_bar
    d = step.x - step.x.mean(axis=step.attrs["axis"], keepdims=True)
    return d / (step.x.size // y.size - step.attrs["ddof"]) / (y + eps) * y_bar


def _rooted(place: Place) -> bool:
    return place.op == "standard_deviation" or (place.op == "norm" and place.attrs["order"] == 2)


def _empty_rows(step: Step) -> Any:
    """x̄ = p ∘ (ȳ - Σ p ∘ ȳ), p by filling with -∞ what is masked: -∞ less -∞ in a row with nothing left"""
    axis, x = step.attrs["axis"], np.where(step.input("mask"), step.x, -math.inf)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    return p * (step.y_bar - (p * step.y_bar).sum(axis=axis, keepdims=True))


def _edgeless(step: Step) -> Any:
    """The slope between the edges, everywhere."""
    op = step.place.op
    if op in ("hardsigmoid", "hardswish"):
        return step.y_bar * (1 / 6 if op == "hardsigmoid" else step.x / 3 + 0.5)
    share = step.y_bar / divided_by(step.x.shape, step.x.size, step.attrs)
    first, second = step.inputs
    if op == "huber":
        return share * (first - second if step.place.role == 0 else second - first)
    return -share * (second if step.place.role == 0 else first)


MISTAKES = (
    Mistake(
        name="ties-take-all",
        family="I",
        title="of several equal ones, each gets the whole gradient",
        fits=_tied,
        wrong=_all_of_ties,
        why="Where several entries of what {node} reads are equal and the extreme one, they share its gradient, or one "
        "of them gets it. Here each gets the whole, so that it is counted several times.",
        hints=(
            "Look at {node}: are there ties?",
            "What the entries of a tie get must add up to what came in.",
            "Divide the gradient among the tied entries, or give it to one of them: x == y marks them all.",
        ),
        together=True,
    ),
    Mistake(
        name="product-divided",
        family="I",
        title="the other factors by a division",
        fits=lambda place: place.op == "prod" and _several(place),
        wrong=lambda step: _wide(step, step.y) / step.x * _wide(step, step.y_bar),
        why="The product of the others is written as {node} divided by {tensor}, which is 0 / 0 where an entry of "
        "{tensor} is 0. Multiply the others instead.",
        hints=(
            "Look at {node}: is one of the numbers 0?",
            "0 / 0 is no number, though the gradient there is one.",
            "Multiply what stands before an entry of {tensor} by what stands after it, and do not divide.",
        ),
    ),
    Mistake(
        name="length-of-zero",
        family="I",
        title="divided by a length that may be 0",
        fits=lambda place: _rooted(place) and math.prod(place.shape) > 0,
        wrong=_by_length,
        why="The gradient of {tensor} is divided by {node}, which is 0 / 0 where {node} is 0. There it is 0 by "
        "convention: divide only where {node} is above 0.",
        hints=(
            "Look at {node}: is it 0 somewhere?",
            "0 / 0 is no number.",
            "Give {tensor} the gradient 0 where {node} is 0, and divide by {node} elsewhere.",
        ),
    ),
    Mistake(
        name="length-with-eps",
        family="I",
        title="a small number added to the length in the gradient alone",
        fits=_rooted,
        wrong=lambda step: _by_length(step, EPS),
        why="The gradient of {tensor} is divided by {node} plus a small number, which {node} itself does not have. So "
        "it is the gradient of another function, if only by a little.",
        hints=(
            "Look at {node}: the gradient of {tensor} is very nearly right.",
            "A small number that guards a division is in one pass and not in the other.",
            "Divide the gradient of {tensor} by {node} as it is, without 1e-8 beside it.",
        ),
    ),
    Mistake(
        name="empty-row-divided",
        family="I",
        title="a row with everything masked is divided by 0",
        fits=lambda place: place.op == "masked_softmax" and place.name == "x",
        wrong=_empty_rows,
        why="Masked entries are filled with minus infinity. In a row of {node} with nothing left, that is minus "
        "infinity less itself, which is no number; the gradient of {tensor} there is 0.",
        hints=(
            "Look at {node}: is there a row in which everything is masked?",
            "Minus infinity less minus infinity is no number.",
            "Give {tensor} the gradient 0 in a row of {node} that has nothing left.",
        ),
    ),
    Mistake(
        name="edge-forgotten",
        family="I",
        title="the slope of the middle is used past the edges",
        fits=of("hardsigmoid", "hardswish", "huber", "hinge"),
        wrong=_edgeless,
        why="{node} has edges, and another slope past them. Here {tensor} has the slope of the middle part everywhere.",
        hints=(
            "Look at {node}: does one formula hold everywhere?",
            "The gradient of {tensor} is right in the middle part and wrong outside of it.",
            "Past the edges of {node}, use the slope that it has there: look at both branches of {op}.",
        ),
        together=True,
    ),
)
