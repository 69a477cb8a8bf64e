"""Random networks for property tests: multilayer perceptrons in both conventions, with whatever is done around them.

Every network stays inside the domain of its ops (logarithms of positive numbers, no division by zero) and far from
overflow at the scale of a probe, so that whoever draws one may also run it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st

from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node

Draw = Callable[..., Any]
NAMES = ("h", "layer_1_", "σ", "tanh", "ops", "trace", "spec", "N")
"""Stems of node names: plain, not ASCII, and such as what is printed must not confuse with its own words."""
SMOOTH = ("tanh", "sigmoid", "softplus", "gelu", "silu", "softsign", "sin")
ACTIVATIONS = (*SMOOTH, "relu", "neg", "abs")
ELEMENTWISE_LOSSES = ("squared_error", "half_squared_error", "absolute_error", "binary_cross_entropy_with_logits")
REDUCTIONS = ("sum", "mean", "batchmean")


class Sketch:
    """A network under way: shapes as written, "2 N", and the nodes so far.

    With `columns` a data point is a column, features first; else it is a row, features last.
    """

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.columns = draw(st.booleans())
        self.stem = draw(st.sampled_from(NAMES))
        self.sizes = {"N": draw(st.integers(1, 7))}
        self.inputs: dict[str, str] = {}
        self.parameters: dict[str, str] = {}
        self.nodes: list[Node] = []

    def use(self, op: str, *inputs: str, outputs: int = 1, **attrs: Any) -> str:
        """One more node; its first output."""
        start = sum(len(node.outputs) for node in self.nodes)
        names = tuple(f"{self.stem}{start + k}" for k in range(outputs))
        self.nodes.append(Node(names, OPS[op], inputs, tuple(attrs.items())))
        return names[0]

    def parameter(self, shape: str) -> str:
        name = f"w{len(self.parameters)}"
        self.parameters[name] = shape
        return name

    def input(self, shape: str) -> str:
        name = f"x{len(self.inputs)}"
        self.inputs[name] = shape
        return name

    def shape(self, width: object) -> str:
        return f"{width} N" if self.columns else f"N {width}"

    @property
    def feature_axis(self) -> int:
        axis: int = self.draw(st.sampled_from([0, -2] if self.columns else [1, -1]))
        return axis

    @property
    def batch_axis(self) -> int:
        axis: int = self.draw(st.sampled_from([1, -1] if self.columns else [0, -2]))
        return axis


@st.composite
def specs(draw: Draw) -> Spec:
    """Random networks: one to three layers, what is done between them, and every loss with every reduction."""
    sketch = Sketch(draw)
    width = draw(st.integers(1, 4))
    h = sketch.input(sketch.shape(width))
    for _ in range(draw(st.integers(1, 3))):
        h, width = dense(sketch, h, width)
        h = sketch.use(draw(st.sampled_from(ACTIVATIONS)), h)
        h, width = draw(st.sampled_from(BETWEEN))(sketch, h, width)
    loss = draw(st.sampled_from(LOSSES))(sketch, h, width)
    if draw(st.booleans()):
        loss = penalty(sketch, loss)
    name = draw(st.sampled_from(["net", "a net", 'the "net"', "ñ"]))
    inputs, parameters = written(sketch.inputs), written(sketch.parameters)
    return Spec(name, inputs, parameters, tuple(sketch.nodes), loss, tuple(sketch.sizes.items()))


def dense(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """A layer: one op, or a product and a bias that is broadcast."""
    new = sketch.draw(st.sampled_from([1, 2, 4, 6]))
    bias = f"{new} 1" if sketch.columns else f"{new}"
    w, c = sketch.parameter(f"{new} {width}"), sketch.parameter(bias)
    if sketch.draw(st.booleans()):
        return (sketch.use("affine", w, h, c) if sketch.columns else sketch.use("linear", h, w, c)), new
    product = sketch.use("matmul", w, h) if sketch.columns else sketch.use("matmul", h, sketch.use("transpose", w))
    return sketch.use("add", product, c), new


def nothing(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    return h, width


def diamond(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """Two ways from one value to another."""
    other = sketch.use(sketch.draw(st.sampled_from(SMOOTH)), h)
    return sketch.use(sketch.draw(st.sampled_from(["add", "sub", "mul"])), h, other), width


def same_twice(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """One value as both inputs."""
    small = sketch.use("tanh", h)
    return sketch.use(sketch.draw(st.sampled_from(["add", "mul"])), small, small), width


def scale(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """A number, on either side of an operator that broadcasts it."""
    value = sketch.draw(st.floats(0.25, 2) | st.sampled_from([0.1, 1e-3, 1 / 3, 1.0]))
    number = sketch.use("constant", value=value)
    op = sketch.draw(st.sampled_from(["add", "sub", "mul", "div"]))
    return (
        sketch.use(op, h, number) if op == "div" or sketch.draw(st.booleans()) else sketch.use(op, number, h)
    ), width


def spread(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """A parameter that is broadcast along one axis, along both, or along none."""
    one_feature, one_point = sketch.shape(1), f"{width} 1" if sketch.columns else f"1 {width}"
    shape = sketch.draw(st.sampled_from(["", "1", "1 1", one_feature, one_point, sketch.shape(width)]))
    return sketch.use(sketch.draw(st.sampled_from(["add", "sub", "mul"])), sketch.parameter(shape), h), width


def quotient(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """Division by what cannot be zero, and the logarithm of it."""
    positive = sketch.use("exp", sketch.use("tanh", h))
    return sketch.use("div", h, positive) if sketch.draw(st.booleans()) else sketch.use("log", positive), width


def squares(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    return sketch.use("square", sketch.use("sigmoid", h)), width


def centered(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """Less its mean, or less its logsumexp, along one axis that is kept."""
    axis = sketch.draw(st.sampled_from([0, 1, -1, (0, 1), (1,)]))
    op = sketch.draw(st.sampled_from(["mean", "logsumexp", "max"]))
    return sketch.use("sub", h, sketch.use(op, h, axis=axis, keepdims=True)), width


def softened(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """Weights that add up to 1 along an axis, and what they weigh joined along the features."""
    weights = sketch.use("softmax", h, axis=sketch.draw(st.sampled_from([0, 1, -1])))
    return sketch.use("concat", weights, h, axis=sketch.feature_axis), 2 * width


def gate(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """Split in two, one half gating the other; an odd width stays whole, in one part."""
    if width % 2:
        return sketch.use("split", h, parts=1, axis=sketch.feature_axis), width
    first = sketch.use("split", h, outputs=2, parts=2, axis=sketch.feature_axis)
    _, second = sketch.nodes[-1].outputs
    if sketch.draw(st.booleans()):
        return first, width // 2  # the second half is used by nobody
    return sketch.use("mul", first, sketch.use("sigmoid", second)), width // 2


def around(sketch: Sketch, h: str, width: int) -> tuple[str, int]:
    """Turned or flattened, and back."""
    if sketch.draw(st.booleans()):
        turned = sketch.use("transpose", h, axes=sketch.draw(st.sampled_from([None, (1, 0)])))
        return sketch.use("transpose", sketch.use("tanh", turned), axes=(1, 0)), width
    flat = sketch.use("reshape", h, shape=sketch.draw(st.sampled_from([f"{width}*N", f"N*{width} 1"])))
    return sketch.use("reshape", flat, shape=sketch.shape(width)), width


def reduced(sketch: Sketch) -> dict[str, Any]:
    """A reduction, as every loss must state one."""
    reduction = sketch.draw(st.sampled_from(REDUCTIONS))
    return {"reduction": reduction} | ({"batch_axis": sketch.batch_axis} if reduction == "batchmean" else {})


def between_numbers(sketch: Sketch, h: str, width: int) -> str:
    loss = sketch.draw(st.sampled_from(ELEMENTWISE_LOSSES))
    return sketch.use(loss, h, sketch.input(sketch.shape(width)), **reduced(sketch))


def between_classes(sketch: Sketch, h: str, width: int) -> str:
    return sketch.use("cross_entropy", h, sketch.input("N"), class_axis=sketch.feature_axis, **reduced(sketch))


def plain(sketch: Sketch, h: str, width: int) -> str:
    """No loss op: a sum over everything, at once or axis by axis."""
    if sketch.draw(st.booleans()):
        return sketch.use(sketch.draw(st.sampled_from(["sum", "mean", "logsumexp"])), h)
    return sketch.use("sum", sketch.use("mean", h, axis=sketch.draw(st.sampled_from([0, -1]))), axis=0)


def penalty(sketch: Sketch, loss: str) -> str:
    """The squares of one parameter, which is thereby used twice."""
    w = sketch.draw(st.sampled_from(sorted(sketch.parameters)))
    squares = sketch.use("sum", sketch.use("square", w))
    return sketch.use("add", loss, sketch.use("mul", sketch.use("constant", value=0.01), squares))


DRAWN = frozenset(
    {*ACTIVATIONS, *ELEMENTWISE_LOSSES, "cross_entropy", "affine", "linear", "matmul", "transpose", "add", "sub", "mul"}
    | {"constant", "div", "exp", "log", "square", "mean", "logsumexp", "max", "sum", "softmax", "concat", "split"}
    | {"reshape"}
)
"""The ops that a drawn network may have: what the engine does between ops is tried, not each op of the vocabulary."""

BETWEEN = (nothing, diamond, same_twice, scale, spread, quotient, squares, centered, softened, gate, around)
LOSSES = (between_numbers, between_numbers, between_classes, plain)
