"""THE FAULTS: mistakes to plant around one vjp, where each fits, and the pattern by which a report should name it.

Knows nothing of networks, roads or verdicts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Tamper
from trivium.spec.graph import Spec
from trivium.spec.node import Node

Arrays = tuple[Array, ...]
Change = Callable[[Array, Arrays, Arrays, Array], Array]
"""(input cotangent, inputs, outputs, first output cotangent) -> what a wrong rule would give instead."""
ANY: frozenset[str] = frozenset()
RATIO, SMALL_RATIO = frozenset({"ratio"}), frozenset({"ratio", "leak", "literal"})
LINE_OF = frozenset({"row", "entry", "zero"})


@dataclass(frozen=True)
class Place:
    """One cotangent of one step: that of the input in this role."""

    spec: Spec
    node: Node
    role: int

    @property
    def op(self) -> str:
        return self.node.op.name

    @property
    def shape(self) -> tuple[int, ...]:
        return self.spec.shapes[self.node.inputs[self.role]]

    @property
    def square(self) -> bool:
        """Is it a square matrix, in which a transpose would not show?"""
        return len(self.shape) == 2 and self.shape[0] == self.shape[1] > 1

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))


@dataclass(frozen=True)
class Fault:
    """A mistake. `patterns` are the names that tell it; empty where no pattern can."""

    name: str
    change: Change
    fits: Callable[[Place], bool] = lambda place: True
    patterns: frozenset[str] = ANY
    dtype: str = ""

    def at(self, role: int) -> Tamper:
        """The mistake around the vjp of a node, in the cotangent of one of its inputs."""

        def tamper(
            inputs: Arrays, outputs: Arrays, y_bar: Arrays, x_bar: tuple[Array | None, ...]
        ) -> tuple[Array | None, ...]:
            return tuple(self._wrong(b, inputs, outputs, y_bar[0]) if k == role else b for k, b in enumerate(x_bar))

        return tamper

    def _wrong(self, x_bar: Array | None, inputs: Arrays, outputs: Arrays, y_bar: Array) -> Array | None:
        if x_bar is None or (self.dtype and x_bar.dtype != self.dtype):
            return x_bar
        with np.errstate(all="ignore"):
            return np.asarray(self.change(x_bar, inputs, outputs, y_bar), x_bar.dtype).reshape(x_bar.shape)


def times(factor: float) -> Change:
    """Every entry multiplied."""
    return lambda x_bar, inputs, outputs, y_bar: x_bar * x_bar.dtype.type(factor)


def one_entry(relative: float) -> Change:
    """The largest entry off by so much of itself."""

    def change(x_bar: Array, inputs: Arrays, outputs: Arrays, y_bar: Array) -> Array:
        wrong = x_bar.copy()
        wrong.flat[int(np.argmax(np.abs(wrong)))] *= 1 + relative
        return wrong

    return change


def first_row_zero(x_bar: Array, inputs: Arrays, outputs: Arrays, y_bar: Array) -> Array:
    """The first row lost."""
    wrong = x_bar.copy()
    wrong[0] = 0
    return wrong


def weight_as_it_is(x_bar: Array, inputs: Arrays, outputs: Arrays, y_bar: Array) -> Array:
    """The cotangent pulled back through a square matrix that should have been transposed."""
    if len(inputs) == 3 and inputs[2].ndim == 1:  # rows: y = x wᵀ + c
        return y_bar @ inputs[1].T
    return inputs[0] @ y_bar


def without_last_point(x_bar: Array, inputs: Arrays, outputs: Arrays, y_bar: Array) -> Array:
    """A weight's cotangent summed over all data points but the last."""
    y_rows, x_rows = (a.reshape(-1, a.shape[-1])[:-1] for a in (y_bar, inputs[0]))
    return y_rows.T @ x_rows


def slope_at_output(x_bar: Array, inputs: Arrays, outputs: Arrays, y_bar: Array) -> Array:
    """The sigmoid's slope, taken at the activation instead of at its argument."""
    again = 1 / (1 + np.exp(-outputs[0]))
    return y_bar * again * (1 - again)


def batch(place: Place) -> int:
    """How often a bias was used: the entries of the output over its own."""
    return int(np.prod(place.spec.shapes[place.node.name])) // max(place.size, 1)


def averaged(x_bar: Array, inputs: Arrays, outputs: Arrays, y_bar: Array) -> Array:
    """A bias gradient averaged over what it should be summed over."""
    return x_bar / (y_bar.size // x_bar.size)


def _is_bias(place: Place) -> bool:
    name = place.node.op.roles[place.role]
    return batch(place) > 1 and ((place.op in ("affine", "linear") and name == "c") or place.op == "add")


def _is_weight_product(place: Place) -> bool:
    role = {"matmul": 1, "affine": 1, "linear": 0}.get(place.op)
    weight = {"matmul": 0, "affine": 0, "linear": 1}.get(place.op, 0)
    shape = place.spec.shapes[place.node.inputs[weight]] if place.node.inputs else ()
    return place.role == role and len(shape) == 2 and shape[0] == shape[1] > 1


def _of(*ops: str) -> Callable[[Place], bool]:
    return lambda place: place.op in ops


SMOOTH = ("tanh", "sigmoid", "softplus", "exp", "log", "relu")
FACTORS = (1e-2, 1e-5, 1e-7, 1e-10, 1e-12, 1e-13)
ENTRIES = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-11, 1e-12)
FAULTS = (
    Fault("factor 2", times(2.0), patterns=RATIO),
    *(Fault(f"factor 1 + {e:g}", times(1 + e), patterns=RATIO if e > 1e-4 else SMALL_RATIO) for e in FACTORS),
    *(
        Fault(f"one entry off by {e:g}", one_entry(e), lambda p: p.size > 2, frozenset({"entry", "leak", "literal"}))
        for e in ENTRIES
    ),
    Fault("sign", times(-1.0), patterns=RATIO),
    Fault("zero", times(0.0), patterns=frozenset({"zero"})),
    Fault("bias gradient averaged", averaged, _is_bias, RATIO),
    Fault("loss not divided", times(7.0), _of("squared_error", "absolute_error", "cross_entropy"), RATIO),
    Fault("local derivative omitted", lambda x, i, o, y: y, _of(*SMOOTH), frozenset({"upstream", "ratio"})),
    Fault("slope taken at the activation", slope_at_output, _of("sigmoid")),
    Fault("upstream g|g|", lambda x, i, o, y: x * np.abs(y), _of(*SMOOTH)),
    Fault("upstream |g|", lambda x, i, o, y: x * np.sign(y), _of(*SMOOTH)),
    Fault("transposed", lambda x, i, o, y: x.T, lambda p: p.square, frozenset({"transposed"})),
    Fault("weight not transposed", weight_as_it_is, _is_weight_product),
    Fault("a row dropped", first_row_zero, lambda p: len(p.shape) == 2 and p.shape[0] > 1, LINE_OF),
    Fault("last data point dropped", without_last_point, lambda p: p.op == "linear" and p.role == 1),
    Fault("float32 on its way", lambda x, i, o, y: x.astype(np.float32), patterns=frozenset({"leak"}), dtype="float64"),
    Fault("float32 alone off by 1e-4", times(1 + 1e-4), patterns=RATIO, dtype="float32"),
)


def places(spec: Spec) -> list[Place]:
    """Every cotangent that a rule of the network makes."""
    return [
        Place(spec, node, role)
        for node in spec.nodes
        if spec.reaching.intersection(node.outputs)
        for role, name in enumerate(node.inputs)
        if name in spec.differentiable
    ]
