"""G: the cotangent from above. What a step receives is ignored, or changed before it is used.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step
from trivium.mistakes.product import gathered
from trivium.mistakes.right import SLOPES, product, share, slope

PRODUCTS = ("matmul", "affine", "linear")
PAIRS = ("add", "sub", "mul", "div")
LIMIT = 1
"""Beyond which a gradient is clipped."""


def _back(step: Step, y_bar: Array) -> Any:
    """x̄ by the right rule, of whatever it receives."""
    op = step.place.op
    if op in SLOPES:
        return slope(step) * y_bar
    if op in PAIRS:
        return gathered(np.broadcast_to(share(step, y_bar), step.y.shape), step.x.shape)
    if op in PRODUCTS:
        return product(step, y_bar)
    return step.x_bar / np.where(step.y_bar == 0, 1, step.y_bar) * y_bar


def _knows(place: Place) -> bool:
    """A step whose rule is known here, and which receives something else than the 1 at the end."""
    if place.spec.loss in place.node.outputs or place.op == "neg":
        return False
    return place.op in SLOPES or place.op in (*PAIRS, *PRODUCTS) or _is_number(place)


def _is_number(place: Place) -> bool:
    """A loss or another step that ends in one number."""
    return place.out == () and len(place.node.outputs) == 1


def _has_rows(place: Place) -> bool:
    """Something received that has rows."""
    return _knows(place) and len(place.out) > 1 and place.out[0] > 1


def _mixes_rows(place: Place) -> bool:
    """Rows that do not come together in a plain sum, which a mean would not change."""
    summed = place.op in ("linear", "add", "sub") and len(place.shape) < len(place.out)
    return _has_rows(place) and not summed and not (place.op in ("add", "sub") and place.shape[0] == 1)


def _of(change: Callable[[Array], Any]) -> Callable[[Step], Any]:
    """x̄ by the right rule, of a changed ȳ."""
    return lambda step: _back(step, np.asarray(change(step.y_bar)))


MISTAKES = (
    Mistake(
        name="cotangent-ignored",
        family="G",
        title="what comes from above is ignored",
        fits=_knows,
        wrong=_of(np.ones_like),
        why="What {node} hands back is its own slope times what it receives from the steps behind it. Here it hands "
        "back its slope alone, as if {node} were the loss.",
        hints=(
            "Does what {node} hands back depend on what it receives?",
            "At the end of a network, where 1 comes in, you would see no difference.",
            "Multiply by the gradient that {node} receives.",
        ),
        together=True,
    ),
    Mistake(
        name="cotangent-squared",
        family="G",
        title="what comes from above is multiplied in twice",
        fits=_knows,
        wrong=_of(np.square),
        why="What {node} receives from the steps behind it is multiplied in once by the chain rule. Here it is there "
        "twice.",
        hints=(
            "Double what {node} receives: how does what it hands back change?",
            "It should double, too.",
            "The gradient that {node} receives is multiplied in twice: once is right.",
        ),
        together=True,
    ),
    Mistake(
        name="cotangent-without-sign",
        family="G",
        title="what comes from above has lost its sign",
        fits=_knows,
        wrong=_of(np.abs),
        why="{node} uses the absolute value of what it receives: where that is negative, the sign of what it hands "
        "back is wrong.",
        hints=(
            "Which entries are wrong, and what do they have in common?",
            "Look at the entries where {node} receives something negative.",
            "An absolute value is taken of what {node} receives: keep the sign.",
        ),
        together=True,
    ),
    Mistake(
        name="cotangent-rectified",
        family="G",
        title="what comes from above is cut off below 0",
        fits=_knows,
        wrong=_of(lambda y_bar: np.maximum(y_bar, 0)),
        why="{node} drops what it receives where that is negative, as in guided backpropagation. A gradient keeps "
        "both signs.",
        hints=(
            "Which entries are wrong, and what do they have in common?",
            "Look at the entries where {node} receives something negative.",
            "What {node} receives is cut off at 0: let the negative part through, too.",
        ),
        together=True,
    ),
    Mistake(
        name="cotangent-clipped",
        family="G",
        title="what comes from above is clipped",
        fits=_knows,
        wrong=_of(lambda y_bar: np.clip(y_bar, -LIMIT, LIMIT)),
        why="{node} uses what it receives clipped to a range. Clipping belongs to the step of training, after the "
        "gradient: in its middle it makes it another one.",
        hints=(
            "Which entries are wrong: the large ones, or the small ones?",
            "Something bounds what {node} receives.",
            "Take the clipping out of the backward pass.",
        ),
        together=True,
    ),
    Mistake(
        name="cotangent-of-first-row",
        family="G",
        title="the first row of what comes from above, for all rows",
        fits=_has_rows,
        wrong=_of(lambda y_bar: np.broadcast_to(y_bar[:1], y_bar.shape)),
        why="{node} uses the first row of what it receives for every row. That is right after a plain sum, where all "
        "rows are alike, and wrong after anything else.",
        hints=(
            "Do the rows of what {node} hands back differ as they should?",
            "After a plain sum you would see no difference.",
            "Each row has its own gradient: do not repeat the first.",
        ),
        together=True,
    ),
    Mistake(
        name="cotangent-averaged",
        family="G",
        title="the mean of what comes from above, for all rows",
        fits=_mixes_rows,
        wrong=_of(lambda y_bar: np.broadcast_to(y_bar.mean(axis=0, keepdims=True), y_bar.shape)),
        why="{node} uses one row for all: the mean over the rows of what it receives. A product of means is not the "
        "mean of the products: each row needs its own.",
        hints=(
            "Do the rows of what {node} hands back differ as they should?",
            "Something was averaged too early.",
            "Keep the rows apart at {node}; they come together where a parameter sums over them.",
        ),
        together=True,
    ),
)
