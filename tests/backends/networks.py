"""The small networks that every road's engine is tried on, numbers for them, and two mistakes to plant.

Knows the vocabulary and no backend.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.backend import Array, Arrays, Bars
from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node


def node(outputs: str, op: str, inputs: str, **attrs: Any) -> Node:
    return Node(tuple(outputs.split()), OPS[op], tuple(inputs.split()), OPS[op].complete(attrs))


def network(*nodes: Node, loss: str = "loss", parameters: dict[str, str] | None = None, **inputs: str) -> Spec:
    return Spec("net", written(inputs), written(parameters or {}), nodes, loss)


def total(name: str) -> Node:
    return node("loss", "sum", name)


CLASSIFIER = network(
    node("h", "linear", "x w1 c1"),
    node("a", "tanh", "h"),
    node("z", "linear", "a w2 c2"),
    node("loss", "cross_entropy", "z labels", class_axis=1, reduction="mean"),
    x="5 3",
    labels="5",
    parameters={"w1": "7 3", "c1": "7", "w2": "2 7", "c2": "2"},
)
SQUARE = network(node("y", "mul", "x x"), total("y"), x="3")
TANH = network(node("y", "tanh", "x"), total("y"), x="3")
VIEWS = network(node("y", "reshape", "x", shape="1 3"), node("z", "transpose", "y"), total("z"), x="3")
"""Nodes that a library may return as windows on their inputs."""
X = {"x": np.array([1.5, -2.0, 0.25])}


def numbers() -> dict[str, Array]:
    """Numbers for CLASSIFIER."""
    rng = np.random.default_rng(5)
    given: dict[str, Array] = {name: rng.normal(size=g.shape) for name, g in CLASSIFIER.givens.items()}
    return given | {"labels": np.array([0, 1, 1, 0, 1])}


def flipped(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    """The mistake of a sign."""
    return tuple(None if x_bar is None else -x_bar for x_bar in x_bars)


def untouched(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    """The mistake that is none."""
    return x_bars
