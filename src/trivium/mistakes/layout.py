"""B: reductions, broadcasting and layout. Sums over the wrong axes, and numbers handed back at the wrong places.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step
from trivium.mistakes.product import gathered
from trivium.mistakes.right import copies, other, product, share, turned
from trivium.spec.signature import Shape

WEIGHTS = {"linear": "w", "affine": "w", "matmul": "ab"}
SPREAD = ("add", "sub", "mul", "div", "broadcast_to")


def _is_weight(place: Place) -> bool:
    """A matrix of weights, or one of two matrices that are multiplied."""
    return place.name in WEIGHTS.get(place.op, "") and len(place.shape) == 2 and min(place.shape) > 1


def _is_square(shape: Shape) -> bool:
    return len(shape) > 1 and shape[-1] == shape[-2] > 1


def _factor_is_square(place: Place) -> bool:
    """x̄ is a product with a square matrix, which fits transposed too."""
    match place.op, place.name:
        case "matmul", _:
            return _is_square(place.shapes[1 - place.role])
        case "linear", "x":
            return _is_square(place.shapes[1])
        case "affine", "x":
            return _is_square(place.shapes[0])
    return False


def _not_transposed(step: Step) -> Any:
    match step.place.op, step.place.name:
        case "matmul", "a":
            return gathered(step.y_bar @ other(step), step.x.shape)
        case "matmul", _:
            return gathered(other(step) @ step.y_bar, step.x.shape)
        case "linear", _:
            return step.y_bar @ step.input("w").T
    return step.input("w") @ step.y_bar


def _first_copy(step: Step) -> Array:
    """What the first of the copies asks, of all that an entry was spread to."""
    bar, shape = np.broadcast_to(share(step, step.y_bar), step.y.shape), step.x.shape
    new = bar.ndim - len(shape)
    return bar[(0,) * new + tuple(slice(n) for n in shape)]


def _crosswise(place: Place) -> bool:
    """A bias of a square output, whose sum over the wrong axis has the right shape."""
    bias = place.name == "c" if place.op in ("linear", "affine") else place.op == "add" and copies(place) > 1
    return bias and len(place.out) == 2 and _is_square(place.out) and math.prod(place.shape) > 1


def _over_features(step: Step) -> Any:
    """Σ over the wrong axis: that of a square ȳ transposed."""
    bar = turned(step.y_bar)
    return gathered(bar, step.x.shape) if step.place.op == "add" else product(step, bar)


def _moved(place: Place) -> list[tuple[Any, int]]:
    """How an op permutes: for each axis of more than one entry, where it comes from, or by how much it turns."""
    attrs, sizes = place.attrs, place.shape
    if place.op == "transpose":
        axes = attrs["axes"] or tuple(range(len(sizes)))[::-1]
        kept = [axis for axis in axes if sizes[axis] > 1]
        return [] if kept == sorted(kept) else [(axis, sizes[axis]) for axis in kept]
    if place.op == "flip":
        axes = attrs["axes"] if isinstance(attrs["axes"], tuple) else (attrs["axes"],)
        return [(-1, sizes[axis]) for axis in axes if sizes[axis] > 1]
    if place.op == "roll":
        shifts, axes = (v if isinstance(v, tuple) else (v,) for v in (attrs["shift"], attrs["axis"]))
        return [(by, sizes[axis]) for by, axis in zip(shifts, axes, strict=True) if by % sizes[axis]]
    return []


def _goes_one_way(place: Place) -> bool:
    """The map is not its own transpose."""
    if place.op == "roll":
        return any(2 * by % n for by, n in _moved(place))
    if place.op == "cumsum":
        return place.shape[place.attrs["axis"]] > 1
    return place.op == "rotary_embedding" and place.attrs["offset"] + place.shape[-2] > 1


def _forward_again(step: Step) -> Any:
    attrs, bar = step.attrs, step.y_bar
    if step.place.op == "roll":
        return np.roll(bar, attrs["shift"], attrs["axis"])
    if step.place.op == "cumsum":
        axis, back = attrs["axis"], attrs["reverse"]
        return np.flip(np.flip(bar, axis).cumsum(axis), axis) if back else bar.cumsum(axis)
    return _turned(bar, attrs)


def _turned(x: Array, attrs: Any) -> Array:
    """Each pair of features turned by its angle, as rotary_embedding does."""
    t, d = x.shape[-2:]
    angle = np.outer(attrs["offset"] + np.arange(t), float(attrs["base"]) ** (-2 * np.arange(d // 2) / d))
    halves = attrs["pairing"] == "halves"
    first, second = (slice(d // 2), slice(d // 2, None)) if halves else (slice(0, None, 2), slice(1, None, 2))
    a, b, y = x[..., first], x[..., second], np.empty_like(x)
    y[..., first], y[..., second] = a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)
    return y


def _starts(place: Place) -> Shape:
    """Where the piece that was taken or put begins, along each axis; empty where there is no such piece."""
    attrs, axes = place.attrs, len(place.shape)
    if place.op == "slice":
        axis = attrs["axis"] % axes
        start, _, by = slice(attrs["start"], attrs["stop"], attrs["step"]).indices(place.shape[axis])
        return tuple(start if i == axis and by > 0 and place.out[axis] else 0 for i in range(axes))
    if place.op == "pad" and attrs["mode"] == "constant":
        before = attrs["before"]
        return before if isinstance(before, tuple) else (before,) * axes
    if place.op == "concat" and len(set(place.shapes)) > 1:
        axis = attrs["axis"] % axes
        return tuple(sum(s[axis] for s in place.shapes[: place.role]) if i == axis else 0 for i in range(axes))
    return ()


def _from_the_start(step: Step) -> Array:
    """The piece, as if it began at 0."""
    if step.place.op != "slice":
        return step.y_bar[tuple(slice(n) for n in step.x.shape)]
    bar, axis = np.zeros_like(step.x), step.attrs["axis"] % step.x.ndim
    bar[tuple(slice(0, n if i != axis else n * step.attrs["step"], step.attrs["step"] if i == axis else 1)
              for i, n in enumerate(step.y_bar.shape))] = step.y_bar  # fmt: skip
    return bar


MISTAKES = (
    Mistake(
        name="summed-over-all",
        family="B",
        title="summed over every axis",
        fits=lambda place: copies(place) > 1 and math.prod(place.shape) > 1,
        wrong=lambda step: np.full_like(step.x, step.x_bar.sum()),
        why="Each entry of {tensor} has a gradient of its own: the sum over the axes along which it was spread. Here "
        "the sum goes over all axes, so that every entry gets the total.",
        hints=(
            "Compare the entries of the gradient of {tensor} with each other.",
            "Over which axes is {tensor} spread, and over which is its gradient summed?",
            "The sum goes over every axis: sum over those alone along which {tensor} was repeated.",
        ),
    ),
    Mistake(
        name="broadcast-not-undone",
        family="B",
        title="one copy counted where broadcasting made several",
        fits=lambda place: place.op in SPREAD and math.prod(place.out) > math.prod(place.shape),
        wrong=_first_copy,
        why="{node} spreads {tensor} over a larger shape, so each entry is read several times, and its gradient is the "
        "sum over all of them. Here the first copy alone is counted.",
        hints=(
            "Compare the shape of {tensor} with that of {node}.",
            "What is repeated on the way forward is summed on the way back.",
            "Sum the gradient over the axes along which {node} repeats {tensor}, and do not cut it to shape.",
        ),
    ),
    Mistake(
        name="bias-over-features",
        family="B",
        title="a bias summed over the features, not the data points",
        fits=_crosswise,
        wrong=_over_features,
        why="{tensor} is the same for all data points, so its gradient is summed over them. Here it is summed over the "
        "features, and only because there are as many of one as of the other does the shape fit.",
        hints=(
            "Over which axis is the gradient of {tensor} summed?",
            "At {node} there are as many data points as features: a shape cannot tell them apart.",
            "Sum the gradient of {tensor} over the other axis, that of the data points.",
        ),
    ),
    Mistake(
        name="weight-gradient-transposed",
        family="B",
        title="a square gradient transposed",
        fits=lambda place: _is_weight(place) and _is_square(place.shape),
        wrong=lambda step: turned(step.x_bar),
        why="The two factors of the gradient of {tensor} are multiplied the wrong way round, so that it is transposed. "
        "{tensor} is square, so the shape does not show it.",
        hints=(
            "The right numbers are there, but not all at the right places.",
            "{tensor} is square: what would be wrong with its shape if it were not?",
            "The gradient of {tensor} is transposed: exchange the two factors of the product.",
        ),
    ),
    Mistake(
        name="weight-gradient-reshaped",
        family="B",
        title="reshaped where it should be transposed",
        fits=lambda place: _is_weight(place) and not _is_square(place.shape),
        wrong=lambda step: turned(step.x_bar).reshape(step.x.shape),
        why="The gradient of {tensor} came out transposed, and was brought to its shape by a reshape. A reshape keeps "
        "the order of the numbers, so most of them are at the wrong places.",
        hints=(
            "The right numbers are there, but not at the right places.",
            "Was a shape that did not fit made to fit?",
            "Transpose the gradient of {tensor}: a reshape moves no number to its own row and column.",
        ),
    ),
    Mistake(
        name="weight-not-transposed",
        family="B",
        title="a square matrix not transposed on the way back",
        fits=_factor_is_square,
        wrong=_not_transposed,
        why="The way back through a product is the product with the transposed matrix. Here {node} uses the matrix as "
        "it is. It is square, so the shape does not show it.",
        hints=(
            "Look at the product by which {node} hands the gradient to {tensor}.",
            "The matrix in it is square, and fits both ways.",
            "Transpose the matrix by which {node} multiplied {tensor}.",
        ),
    ),
    Mistake(
        name="order-kept",
        family="B",
        title="handed back in the order in which it came",
        fits=lambda place: bool(_moved(place)),
        wrong=lambda step: step.y_bar.reshape(step.x.shape),
        why="{node} moves the entries of {tensor} to other places, and on the way back they must be moved to where "
        "they came from. Here the gradient is only brought to the right shape.",
        hints=(
            "The right numbers are there, but not at the right places.",
            "{node} changes nothing but the order.",
            "Undo {op} on the way back: the same numbers, moved to where they came from.",
        ),
    ),
    Mistake(
        name="forward-again",
        family="B",
        title="the same way again, in place of the way back",
        fits=_goes_one_way,
        wrong=_forward_again,
        why="On the way back through {node}, entries go the opposite way: a turn is turned back, a sum that ran up "
        "runs down. Here {op} is applied to the gradient as it was to {tensor}.",
        hints=(
            "Which way does {node} move things, and which way must its gradient go?",
            "The way back is the transpose of the way forward.",
            "{op} is applied to the gradient once more: it must go the opposite way.",
        ),
    ),
    Mistake(
        name="offset-forgotten",
        family="B",
        title="a piece taken from, or put to, the very start",
        fits=lambda place: any(_starts(place)),
        wrong=_from_the_start,
        why="The piece that {tensor} and {node} have in common does not begin at 0, but the gradient is handed on as "
        "if it did: where the piece starts was forgotten.",
        hints=(
            "The right numbers may be there, but at the wrong places.",
            "Where does {node} begin to read or to write?",
            "Begin at the same place on the way back as {node} does on the way forward, not at 0.",
        ),
    ),
)
