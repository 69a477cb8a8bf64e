"""A trial: one op at one case in one precision, in a network that makes one number of its outputs.

Knows nothing of what is asked of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trivium.backend import Array, Arrays, Backend, Bars, Evaluation, Program
from trivium.compare.bound import LINE, UNIT, Scaler, Scales, scales
from trivium.compare.run import Run
from trivium.ops import OPS
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Attributes, Case, Op
from trivium.spec.signature import show

NEEDED = ("mul", "sum", "add")
"""What makes one number of an op's outputs: each is multiplied by a weight, and all are added up."""


@dataclass(frozen=True)
class Trial:
    """One op at one case in one precision, in a network that makes one number of its outputs, at drawn values."""

    backend: Backend
    scaler: Scaler
    spec: Spec
    case: str
    dtype: str
    seed: int

    @property
    def node(self) -> Node:
        """The op under trial, in use."""
        return self.spec.nodes[0]

    @property
    def attrs(self) -> Attributes:
        return self.spec.attributes(self.node)

    @property
    def widest(self) -> bool:
        """Whether the backend computes in nothing more precise."""
        return self.dtype == "float64" or "float64" not in self.backend.dtypes

    @cached_property
    def smooth(self) -> tuple[str, ...]:
        """The op's inputs that have a gradient."""
        return tuple(name for name in self.node.inputs if self.spec.givens[name].kind.differentiable)

    @cached_property
    def given(self) -> dict[str, Array]:
        """The values; nobody is handed these very arrays."""
        return draw(self.spec, seed=self.seed)

    def fresh(self) -> dict[str, Array]:
        """The values in arrays that may be spoiled."""
        return {name: x.copy() for name, x in self.given.items()}

    @cached_property
    def program(self) -> Program:
        return self.backend.compile(self.spec, dtype=self.dtype)

    @cached_property
    def evaluation(self) -> Evaluation:
        return self.program(self.fresh())

    @property
    def recorded(self) -> Run:
        """The run as the program tells it."""
        return Run("contract", self.backend.name, self.dtype, self.spec, self.evaluation, {})

    @property
    def known(self) -> Run:
        """The op's step as it must have been: it read the values given, and received the weights as its cotangents."""
        weights = {name: self.given[weight_of(name)] for name in self.node.outputs}
        return Run("contract", self.backend.name, self.dtype, self.spec, Evaluation(self.given, weights), {})

    @cached_property
    def scales(self) -> Scales:
        """What the op's numbers are made of, by the handwritten road."""
        replayed = self.replayed(self.scaler)
        return scales(self.scaler, self.node.op, self.attrs, *self.fed(), replayed)

    def fed(self, *, factor: float = 1.0) -> tuple[Arrays, Arrays]:
        """Copies of what the op reads and receives, cotangents multiplied by a factor."""
        inputs = tuple(x.copy() for x in self.known.inputs(self.node))
        return inputs, tuple(factor * y_bar for y_bar in self.known.cotangents(self.node))

    def replayed(self, backend: Backend, *, factor: float = 1.0) -> tuple[Arrays, Bars]:
        """The op alone, at the same numbers."""
        return backend.replay(self.node.op, self.attrs, *self.fed(factor=factor))

    def along(self, name: str, direction: Array) -> float:
        """The most that rounding explains of the sum of an input's cotangent along a direction."""
        scale = self.scales.bars[self.node.inputs.index(name)]
        return 0.0 if scale is None else LINE * UNIT[self.dtype] * float(np.sum(scale * np.abs(direction)))


def weighted(op: Op, case: Case) -> Spec:
    """One use of an op on given inputs, each output multiplied by a given weight, all summed to one loss."""
    op = op.taking(len(case.shapes))
    attrs = op.complete(case.attrs)
    shapes = {f"y{i}": shape for i, shape in enumerate(op.infer(case.shapes, op.bind(attrs, {})))}
    nodes = [Node(tuple(shapes), op, op.roles, attrs)]
    loss = ""
    for name in shapes:
        nodes.append(Node((f"weighted_{name}",), OPS["mul"], (name, weight_of(name))))
        nodes.append(Node((f"sum_{name}",), OPS["sum"], (f"weighted_{name}",)))
        if loss:
            nodes.append(Node((f"with_{name}",), OPS["add"], (loss, f"sum_{name}")))
        loss = nodes[-1].name
    weights = {weight_of(name): shape for name, shape in shapes.items()}
    inputs = {**dict(zip(op.roles, case.shapes, strict=True)), **weights}
    return Spec(
        op.name, tuple((name, tuple(map(str, shape))) for name, shape in inputs.items()), (), tuple(nodes), loss
    )


def weight_of(output: str) -> str:
    """The given by which an output is multiplied, which is its cotangent."""
    return f"weight_of_{output}"


def case_text(case: Case) -> str:
    """A case in a message: `(3, 5), (5,), axis=0`."""
    return ", ".join([*map(show, case.shapes), *(f"{name}={value!r}" for name, value in case.attrs.items())])
