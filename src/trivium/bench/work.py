"""How much a network asks for at least: floating-point operations, and bytes read and written, from its shapes alone.

A product of m x k with k x n is 2 m k n operations, and as many again on the way back for each operand whose cotangent
somebody needs, which the data's is not; of anything else an entry is one operation. Knows nothing of time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trivium.bench.record import FORWARD
from trivium.spec.graph import Spec
from trivium.spec.node import Node

Shape = tuple[int, ...]
Count = Callable[[Sequence[Shape], Sequence[Shape]], int]
ITEM = {"float64": 8, "float32": 4}
BACK = 2
"""Of recurrent layers and attention, whose states and weights, or queries, keys and values, all have cotangents."""
TWO = ("matmul", "affine", "linear", "outer", "bilinear", "conv1d", "conv2d", "depthwise_conv2d", "conv_transpose2d")
"""Products of their first two inputs."""


@dataclass(frozen=True)
class Work:
    """What a program cannot do without."""

    operations: float
    bytes: float


def _recurrent(gates: int) -> Count:
    def count(inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
        (t, b, n), h = inputs[0], inputs[1][1]
        return 2 * t * b * gates * h * (n + h)

    return count


def _attention(inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
    *s, t, d = inputs[0]
    u, e = inputs[2][-2:]
    return 2 * math.prod(s) * t * u * (d + e)


def _heads(inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
    (b, t, m), (_, u, _), (n, _) = inputs[:3]
    return 2 * b * (t * m * n + 2 * u * m * n + 2 * t * u * n + t * n * m)


PRODUCTS: Mapping[str, Count] = {
    "matmul": lambda x, y: 2 * math.prod(y[0]) * x[0][-1],
    "affine": lambda x, y: 2 * math.prod(y[0]) * x[0][-1],
    "linear": lambda x, y: 2 * math.prod(y[0]) * x[0][-1],
    "outer": lambda x, y: math.prod(y[0]),
    "bilinear": lambda x, y: 2 * math.prod(y[0]) * x[0][-1] * (x[1][-1] + 1),
    "conv1d": lambda x, y: 2 * math.prod(y[0]) * math.prod(x[1][1:]),
    "conv2d": lambda x, y: 2 * math.prod(y[0]) * math.prod(x[1][1:]),
    "depthwise_conv2d": lambda x, y: 2 * math.prod(y[0]) * math.prod(x[1][2:]),
    "conv_transpose2d": lambda x, y: 2 * math.prod(x[0]) * math.prod(x[1][1:]),
    "rnn": _recurrent(1),
    "gru": _recurrent(3),
    "lstm": _recurrent(4),
    "scaled_dot_product_attention": _attention,
    "multi_head_attention": _heads,
}


def work(spec: Spec, what: str, dtype: str) -> Work:
    """Of the forward pass, or of the gradient with it."""
    operations, moved, flows = 0, 0, _flows(spec)
    for node in spec.nodes:
        inputs, outputs = [spec.shapes[n] for n in node.inputs], [spec.shapes[n] for n in node.outputs]
        mine = _operations(spec, node, inputs, outputs)
        entries = sum(map(math.prod, (*inputs, *outputs)))
        passes = 1 if what == FORWARD else 1 + _back(node, flows)
        operations += mine * passes
        moved += entries * (1 if what == FORWARD else 1 + BACK)
    return Work(float(operations), float(moved * ITEM[dtype]))


def _flows(spec: Spec) -> set[str]:
    """The names through which a parameter's gradient flows; of a network without any, all."""
    found = {n for n, _ in spec.parameters} or set(spec.givens)
    for node in spec.nodes:
        if not found.isdisjoint(node.inputs):
            found.update(node.outputs)
    return found


def _back(node: Node, flows: set[str]) -> int:
    """How often the forward operations are done again on the way back."""
    if node.op.name == "einsum":
        return sum(n in flows for n in node.inputs)
    if node.op.name in TWO:
        return sum(n in flows for n in node.inputs[:2])
    return BACK if node.op.name in PRODUCTS else int(not flows.isdisjoint(node.inputs))


def _operations(spec: Spec, node: Node, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
    if node.op.name == "einsum":
        letters = str(spec.attributes(node)["equation"]).replace(" ", "").split("->")[0].split(",")
        sizes = {c: k for word, shape in zip(letters, inputs, strict=True) for c, k in zip(word, shape, strict=True)}
        return 2 * math.prod(sizes.values())
    count = PRODUCTS.get(node.op.name)
    return sum(map(math.prod, outputs)) if count is None else count(inputs, outputs)
