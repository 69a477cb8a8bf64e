"""E: accumulation and reuse. What a tensor's readers ask of it adds up; here some of it gets lost, or is averaged.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step
from trivium.mistakes.product import is_parameter
from trivium.ops.convolution import per_axis

LOOKUPS = ("embedding", "take_along_axis", "index_select")


def _looked_up(place: Place) -> bool:
    """A lookup in which an entry may be read several times."""
    if place.op not in LOOKUPS or place.name not in ("table", "x"):
        return False
    indices = place.shapes[1]
    return (indices[place.attrs["axis"]] if place.op == "take_along_axis" else math.prod(indices)) > 1


def _read(step: Step) -> Array:
    """For every entry of y, the place in x, as one number, from which it was taken."""
    places = np.arange(step.x.size).reshape(step.x.shape)
    axis = step.attrs.get("axis", 0)
    if step.place.op == "embedding":
        return np.asarray(places[step.input("labels")])
    if step.place.op == "index_select":
        return places.take(step.input("indices"), axis)
    return np.take_along_axis(places, step.input("indices"), axis)


def _asked(step: Step) -> Array:
    """ȳ, where padding asks for nothing."""
    padding = step.attrs.get("padding")
    return step.y_bar if padding is None else np.where((step.input("labels") != padding)[..., None], step.y_bar, 0)


def _assigned(read: Array, asked: Array, like: Array) -> Any:
    """x̄[places] = ȳ: of several readers, the last stays."""
    found = np.zeros_like(like)
    np.put(found, read.ravel(), asked.ravel())
    return found


def _per_reader(step: Step) -> Any:
    """Σ ȳ over the readers of an entry, / their number"""
    count = np.bincount(_read(step).ravel(), minlength=step.x.size).reshape(step.x.shape)
    return step.x_bar / np.maximum(count, 1)


def _copied(place: Place) -> bool:
    """An op that repeats entries of its input."""
    if place.op == "pad":
        return place.attrs["mode"] != "constant" and place.out != place.shape
    return place.op in ("tile", "upsample_nearest") and math.prod(place.out) > math.prod(place.shape)


def _copies(step: Step) -> Array:
    """For every entry of y, the place in x, as one number, of which it is a copy."""
    places, attrs = np.arange(step.x.size).reshape(step.x.shape), step.attrs
    if step.place.op == "tile":
        return np.tile(places, attrs["repeats"])
    axes = places.ndim
    if step.place.op == "pad":
        before, after = (per_axis(attrs, name, axes, least=0) for name in ("before", "after"))
        return np.pad(places, list(zip(before, after, strict=True)), mode=attrs["mode"])
    for axis, factor in enumerate(per_axis(attrs, "factor", axes - 2, least=1), 2):
        places = places.repeat(factor, axis)
    return places


def _first_part(step: Step) -> Any:
    """x̄ = ȳ of the first part, and zeros"""
    return np.concatenate((step.y_bar, *map(np.zeros_like, step.y_bars[1:])), axis=step.attrs["axis"])


def _shared(place: Place) -> bool:
    return place.readers > 1 and place.op != "sign"


MISTAKES = (
    Mistake(
        name="share-overwritten",
        family="E",
        title="overwritten where it should be added",
        fits=lambda place: _shared(place) and not is_parameter(place),
        wrong=lambda step: np.zeros_like(step.x),
        why="{tensor} is read more than once, and each reader asks something of it. What {node} asks is missing from "
        "the sum: it was overwritten, with = in place of +=, or never added.",
        hints=(
            "Look at {tensor}: how many steps read it?",
            "Each reader of {tensor} has its own share in its gradient, and the shares add up.",
            "The share of {node} in the gradient of {tensor} is missing: add it with +=.",
        ),
    ),
    Mistake(
        name="tied-use-forgotten",
        family="E",
        title="one of several uses of a weight left out",
        fits=lambda place: _shared(place) and is_parameter(place),
        wrong=lambda step: np.zeros_like(step.x),
        why="The parameter {tensor} is used more than once, and its gradient is the sum over all its uses. The use at "
        "{node} is left out.",
        hints=(
            "Look at the parameter {tensor}: where is it used?",
            "A weight that is used several times gets a gradient from every use.",
            "Add to the gradient of {tensor} what comes from its use at {node}.",
        ),
    ),
    Mistake(
        name="duplicates-overwritten",
        family="E",
        title="an index that stands several times counted once",
        fits=_looked_up,
        wrong=lambda step: _assigned(_read(step), _asked(step), step.x),
        why="Where an index stands several times in {node}, {tensor} gets the sum of what they all ask. Here the last "
        "one overwrites the others: x[indices] = g, and x[indices] += g too, count each index once.",
        hints=(
            "Look at {node}: does an index stand there more than once?",
            "Rows of {tensor} that are read once are right, those read several times are too small.",
            "Use np.add.at: it adds every time, where x[indices] += g adds once.",
        ),
    ),
    Mistake(
        name="duplicates-averaged",
        family="E",
        title="divided by how often an index stands there",
        fits=_looked_up,
        wrong=_per_reader,
        why="What {node} reads several times of {tensor} gets the mean of what the readers ask, not their sum: it was "
        "divided by the number of readers.",
        hints=(
            "Look at {node}: does an index stand there more than once?",
            "How do the readers of one entry of {tensor} come together: by a sum, or by a mean?",
            "Sum over the readers of an entry of {tensor}, and do not divide by how often it is read.",
        ),
    ),
    Mistake(
        name="copies-overwritten",
        family="E",
        title="one of several copies counted",
        fits=_copied,
        wrong=lambda step: _assigned(_copies(step), step.y_bar, step.x),
        why="{node} makes copies of the entries of {tensor}, and an entry's gradient is the sum over its copies. Here "
        "one copy alone is counted.",
        hints=(
            "Look at {node}: how often does an entry of {tensor} come out of it?",
            "What was copied going forward is summed going back.",
            "Sum over all copies of an entry of {tensor}; here only the last copy counts.",
        ),
    ),
    Mistake(
        name="first-part-only",
        family="E",
        title="only the first part of a split goes back",
        fits=lambda place: place.op == "split" and len(place.node.outputs) > 1,
        wrong=_first_part,
        why="{node} cuts {tensor} into parts, and each part hands back its own piece of the gradient. Here the first "
        "part does, and the others are left at zero.",
        hints=(
            "Look at {node}: how many outputs does it have?",
            "Part of the gradient of {tensor} is zero.",
            "Put the gradients of all parts of {node} side by side, not of the first alone.",
        ),
    ),
)
