"""Gradients of weights and biases by hand, with other arrays in the place of those that were saved.

Knows nothing of any one mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes import window
from trivium.mistakes.mistake import Place, Step
from trivium.spec.signature import Shape


def gathered(a: Any, shape: Shape) -> Array:
    """Σ over the axes along which a tensor of this shape was repeated."""
    a = np.asarray(a)
    new = a.ndim - len(shape)
    repeated = (*range(new), *(i + new for i, n in enumerate(shape) if n == 1 and a.shape[i + new] != 1))
    return np.asarray(a.sum(axis=repeated)).reshape(shape)


def is_parameter(place: Place, role: int | None = None) -> bool:
    """Whether the tensor in a role, or in the place's own, is one that training changes."""
    given = place.spec.givens.get(place.node.inputs[place.role if role is None else role])
    return given is not None and given.parameter


def batch_axis(place: Place) -> int:
    """The axis of ȳ, and of what the weight is multiplied by, that holds the data points."""
    return 1 if place.op == "affine" or (place.op == "matmul" and place.name == "a") else 0


def batched(place: Place) -> bool:
    """A weight or a bias of a linear step or a convolution that reads more than one data point."""
    return place.op in READS and READS[place.op](place) and place.out[batch_axis(place)] > 1


def _one_weight(place: Place) -> bool:
    """Two matrices, of which this one alone is a parameter."""
    both = len(place.shapes[0]) == len(place.shapes[1]) == 2
    return both and is_parameter(place) and not is_parameter(place, 1 - place.role)


READS: Mapping[str, Callable[[Place], bool]] = {
    "linear": lambda place: place.name in ("w", "c") and len(place.out) > 1,
    "affine": lambda place: place.name in ("w", "c"),
    "matmul": _one_weight,
    "conv1d": lambda place: place.name in ("kernel", "bias"),
    "conv2d": lambda place: place.name in ("kernel", "bias"),
}


def of(step: Step) -> Array:
    """What a weight is multiplied by: the step's input."""
    op = step.place.op
    if op == "matmul":
        return step.inputs[1 - step.place.role]
    return step.inputs[1 if op == "affine" else 0]


def weight_bar(step: Step, *, x: Array | None = None, y_bar: Array | None = None) -> Array:
    """w̄ = Σ ȳ xᵀ  or  c̄ = Σ ȳ, with another x or another ȳ than the step's own."""
    x, y_bar = of(step) if x is None else x, step.y_bar if y_bar is None else y_bar
    op, name = step.place.op, step.place.name
    if name == "kernel":
        return window.kernel_bar(step, x=x, y_bar=y_bar)
    if name == "bias":
        return np.asarray(y_bar.sum(axis=(0, *range(2, y_bar.ndim))))
    if name == "c":
        return gathered(y_bar, step.x.shape)
    if op == "linear":
        return np.asarray(y_bar.reshape(-1, y_bar.shape[-1]).T @ x.reshape(-1, x.shape[-1]))
    return np.asarray(x.T @ y_bar if name == "b" else y_bar @ x.T)
