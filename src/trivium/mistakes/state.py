"""F: state. Backward reads what forward did not have: another mask, an overwritten array, weights updated too soon.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Mistake, Place, Step, of
from trivium.mistakes.product import READS, batch_axis, batched, gathered, is_parameter, of as read_by, weight_bar
from trivium.mistakes.window import groups, walk_of, x_bar

LEARNING_RATE = 0.1
NORMS = ("batch_norm", "batch_norm_evaluation", "layer_norm", "group_norm", "instance_norm", "rms_norm")
_dropped = of("dropout", role="x")
_chosen = of("where", role=("a", "b"))


def _drops(place: Place) -> bool:
    """A dropout that drops something."""
    return _dropped(place) and place.attrs["rate"] > 0


def _masked(step: Step, mask: Any) -> Any:
    """What comes through this mask: ȳ / (1 - rate) of dropout, the sum over what was spread of where."""
    if step.place.op == "dropout":
        return np.where(mask, step.y_bar / (1 - step.attrs["rate"]), 0)
    return gathered(np.where(mask, step.y_bar, 0), step.x.shape)


def _redrawn(step: Step) -> Any:
    """x̄ by a mask that backward draws for itself."""
    drawn = np.random.default_rng(0).random(step.input("mask").shape)
    return _masked(step, drawn >= step.attrs["rate"])


def _inverted(step: Step) -> Any:
    """x̄ by the opposite mask."""
    mask = step.input("mask")
    return _masked(step, mask if step.place.name == "b" else ~mask.astype(bool))


def _weight_role(place: Place) -> int | None:
    """The role of the parameter that multiplies the place's input."""
    roles = {"linear": {"x": 1}, "affine": {"x": 0}, "matmul": {"a": 1, "b": 0}, "conv1d": {"x": 1}, "conv2d": {"x": 1}}
    role = roles.get(place.op, {}).get(place.name)
    plain = place.op != "matmul" or len(place.shapes[0]) == len(place.shapes[1]) == 2
    return role if role is not None and plain and is_parameter(place, role) else None


def _updated(step: Step) -> Any:
    """x̄ = (w - η w̄)ᵀ ȳ"""
    role, y_bar = _weight_role(step.place), step.y_bar
    assert role is not None
    w, w_bar = step.inputs[role], step.x_bars[role]
    w = w - LEARNING_RATE * (0.0 if w_bar is None else w_bar)
    if step.place.op in ("conv1d", "conv2d"):
        parts = groups(step)
        return x_bar(step, walk=walk_of(step), kernel=w.reshape(parts, -1, *w.shape[1:]))
    if step.place.op == "linear":
        return y_bar @ w
    return y_bar @ w.T if step.place.name == "a" else w.T @ y_bar


def _same_size(place: Place) -> bool:
    """A step whose output fits into the place of what its gradient reads, so that no shape tells them apart."""
    if place.op in READS and place.op != "matmul":
        return place.name == "w" and place.shape[0] == place.shape[1]
    if place.op == "matmul":
        return len(place.out) == len(place.shape) == 2 and place.shapes[1 - place.role] == place.out
    return (place.op in ("mul", "div") and place.name == "b" and place.shapes[0] == place.out) or (
        place.op in NORMS and place.name == "gain"
    )


def _by_output(step: Step) -> Any:
    """The rule with y where x belongs: forward has overwritten it in place."""
    op, y, y_bar = step.place.op, step.y, step.y_bar
    if op == "matmul":
        return y_bar @ y.T if step.place.name == "a" else y.T @ y_bar
    if op in ("linear", "affine"):
        return weight_bar(step, x=y)
    if op in NORMS:
        return _per_gain(step, y * y_bar)
    return gathered(y * y_bar if op == "mul" else -y * y_bar / step.x**2, step.x.shape)


def _per_gain(step: Step, a: Array) -> Array:
    """Σ over all that share an entry of the gain."""
    place = step.place
    if place.op in ("layer_norm", "rms_norm"):
        return gathered(a, step.x.shape)
    channel = place.attrs.get("channel_axis", 1) % a.ndim
    return np.asarray(a.sum(axis=tuple(i for i in range(a.ndim) if i != channel)))


def _overwritten(step: Step) -> Any:
    """The rule with x̄ where ȳ belongs: it was written into the same array."""
    first = step.x_bars[1 if step.place.op == "affine" else 0]
    assert first is not None
    if step.place.op not in NORMS:
        return weight_bar(step, y_bar=first)
    if step.place.name == "shift":
        return _per_gain(step, first)
    gain = _along(step, step.input("gain"))
    shift = _along(step, step.input("shift")) if "shift" in step.place.node.op.roles else 0
    z = np.where(gain == 0, 0, (step.y - shift) / np.where(gain == 0, 1, gain))
    return _per_gain(step, z * first)


def _along(step: Step, a: Array) -> Array:
    """One number for each channel, laid beside y."""
    if step.place.op in ("layer_norm", "rms_norm"):
        return a
    channel = step.attrs.get("channel_axis", 1) % step.y.ndim
    return a.reshape([-1 if i == channel else 1 for i in range(step.y.ndim)])


def _aliased(place: Place) -> bool:
    if place.op in NORMS:
        return place.name in ("gain", "shift")
    return (
        place.op in ("linear", "affine")
        and place.name in ("w", "c")
        and place.out == place.shapes[place.op == "affine"]
    )


def _last_input(step: Step) -> Any:
    """w̄ = Σ ȳ xᵀ with the last data point's x for all of them"""
    axis, x = batch_axis(step.place), read_by(step)
    return weight_bar(step, x=np.broadcast_to(x.take([-1], axis), x.shape))


MISTAKES = (
    Mistake(
        name="mask-forgotten",
        family="F",
        title="the mask is not applied going back",
        fits=lambda place: _dropped(place) or _chosen(place),
        wrong=lambda step: _masked(step, True),
        why="{node} lets some entries through and not others, and its gradient must do the same. Here {tensor} gets a "
        "gradient for every entry.",
        hints=(
            "Look at {node}: do all entries of {tensor} come through it?",
            "Where {node} lets nothing through, {tensor} should have no gradient.",
            "Apply the mask of {node} to the gradient of {tensor} too.",
        ),
    ),
    Mistake(
        name="mask-not-rescaled",
        family="F",
        title="not divided by the share that is kept",
        fits=_drops,
        wrong=lambda step: np.where(step.input("mask"), step.y_bar, 0),
        why="{node} divides what it keeps by 1 - rate, and so must the gradient of {tensor}. Here it has the mask, and "
        "not the division.",
        hints=(
            "Look at {node}: what does it do with the entries that it keeps?",
            "The gradient of {tensor} is too small by one factor.",
            "Divide the gradient of {tensor} by 1 - rate, as {node} divides {tensor}.",
        ),
    ),
    Mistake(
        name="mask-redrawn",
        family="F",
        title="a new mask is drawn going back",
        fits=_drops,
        wrong=_redrawn,
        why="The gradient of {tensor} comes through a mask that was drawn anew. It must be the very mask that {node} "
        "had: keep it from the forward pass.",
        hints=(
            "Look at {node}: which entries of {tensor} came through it, and which of them have a gradient?",
            "The gradient of {tensor} is zero at some entries that were kept.",
            "Save the mask of {node} and use it again; do not draw another one.",
        ),
    ),
    Mistake(
        name="mask-inverted",
        family="F",
        title="the opposite mask is applied going back",
        fits=lambda place: _dropped(place) or _chosen(place),
        wrong=_inverted,
        why="The gradient of {tensor} goes to the entries that {node} left out, and those that it took get none: the "
        "mask is turned into its opposite.",
        hints=(
            "Look at {node}: which entries of {tensor} have a gradient?",
            "True and false are confused somewhere.",
            "Exchange the two sides: {tensor} has a gradient where {node} took it, and none elsewhere.",
        ),
    ),
    Mistake(
        name="weights-updated-first",
        family="F",
        title="the weights are updated before they are used",
        fits=lambda place: _weight_role(place) is not None,
        wrong=_updated,
        why="The gradient of {tensor} is made with weights that have already taken their step. It needs the weights "
        "that {node} had going forward: find all gradients first, and update then.",
        hints=(
            "Look at {node}: which weights does the gradient of {tensor} use?",
            "The gradient of {tensor} is nearly right.",
            "Update the weights of {node} after the gradient of {tensor} is made, not before.",
        ),
    ),
    Mistake(
        name="output-for-input",
        family="F",
        title="the output is used where the input belongs",
        fits=_same_size,
        wrong=_by_output,
        why="The gradient of {tensor} needs what {node} read. Here it has what {node} made: the array was overwritten, "
        "or is taken from one layer too far on.",
        hints=(
            "Look at {node}: from which arrays is the gradient of {tensor} made?",
            "Two arrays of the same size are confused.",
            "Use the array that {node} read going forward, before anything was written over it.",
        ),
    ),
    Mistake(
        name="cotangent-overwritten",
        family="F",
        title="the gradient that came in is overwritten before it is used",
        fits=_aliased,
        wrong=_overwritten,
        why="The gradient of {tensor} is made from the gradient of the input of {node}, where that of its output "
        "belongs: the one was written over the other before {tensor} had its turn.",
        hints=(
            "Look at {node}: in which order are its gradients made?",
            "Two gradients of the same size share one array.",
            "Make the gradient of {tensor} before that of the output of {node} is overwritten.",
        ),
        together=True,
    ),
    Mistake(
        name="last-input-saved",
        family="F",
        title="the last data point is used for all of them",
        fits=lambda place: batched(place) and place.name not in ("c", "bias"),
        wrong=_last_input,
        why="Every data point adds to the gradient of {tensor} with its own input. Here all of them use the input of "
        "the last one: a loop has saved one array, and overwritten it each time.",
        hints=(
            "Look at the gradient of {tensor}: what does each data point add to it?",
            "Of what {node} read, one data point is left.",
            "Save the input of {node} for every data point, not the last one alone.",
        ),
    ),
)
