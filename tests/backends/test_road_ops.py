"""Every op of the roads that run op by op, at every case of the vocabulary: its formula, its vjp and its jvp.

Knows the Backend protocol and the formulas written out; JAX compiles each op anew, and has its own tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from tests.backends.cases import CASES, LINE, MOVING, U, bound, calm, cotangents, directions, dotted, drawn
from trivium.backend import Array, Backend
from trivium.ops import OPS
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Case, Op


def weighted(op: Op, case: Case) -> Spec:
    """One use of an op, each output multiplied by a given weight, all summed to one loss."""
    shapes = op.infer(case.shapes, bound(op, case))
    inputs = [(role, tuple(map(str, shape))) for role, shape in zip(op.roles, case.shapes, strict=True)]
    inputs += [(f"weight{i}", tuple(map(str, shape))) for i, shape in enumerate(shapes)]
    nodes = [Node(tuple(f"y{i}" for i in range(len(shapes))), op, op.roles, op.complete(case.attrs))]
    for i in range(len(shapes)):
        nodes.append(Node((f"product{i}",), OPS["mul"], (f"y{i}", f"weight{i}")))
        nodes.append(Node((f"total{i}",), OPS["sum"], (f"product{i}",), OPS["sum"].complete({})))
    for i in range(1, len(shapes)):
        before = "total0" if i == 1 else nodes[-1].name
        nodes.append(Node((f"loss{i}",), OPS["add"], (before, f"total{i}")))
    return Spec("one", tuple(inputs), (), tuple(nodes), nodes[-1].name)


def reduced(terms: Array, shape: tuple[int, ...], attrs: dict[str, Any]) -> Any:
    over = {"sum": 1, "mean": terms.size, "batchmean": shape[attrs["batch_axis"] or 0]}
    return terms.sum() / over[attrs["reduction"]]


def naive_reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axis, keepdims: function(x, axis=axis, keepdims=keepdims)


def naive_cross_entropy(logits: Array, labels: Array, class_axis: int, **attrs: Any) -> Any:
    chosen = np.take_along_axis(logits, np.expand_dims(labels, class_axis), class_axis).squeeze(class_axis)
    return reduced(np.log(np.exp(logits).sum(axis=class_axis)) - chosen, logits.shape, attrs)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "constant": lambda value: np.asarray(value),
    "neg": lambda x: -x,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "square": lambda x: x * x,
    "exp": np.exp,
    "log": np.log,
    "tanh": lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "relu": lambda x: np.maximum(x, 0),
    "matmul": lambda a, b: a @ b,
    "affine": lambda w, x, c: w @ x + c,
    "linear": lambda x, w, c: x @ w.T + c,
    "reshape": lambda x, shape: x.reshape(shape),
    "transpose": lambda x, axes: x.transpose(axes),
    "split": lambda x, parts, axis: np.split(x, parts, axis),
    "sum": naive_reduction(np.sum),
    "mean": naive_reduction(np.mean),
    "logsumexp": naive_reduction(lambda x, **axes: np.log(np.exp(x).sum(**axes))),
    "squared_error": lambda p, t, **attrs: reduced((p - t) ** 2, p.shape, attrs),
    "absolute_error": lambda p, t, **attrs: reduced(abs(p - t), p.shape, attrs),
    "cross_entropy": naive_cross_entropy,
    "binary_cross_entropy_with_logits": lambda x, t, **attrs: reduced(np.log(1 + np.exp(x)) - t * x, x.shape, attrs),
}


def differenced(road: Backend, op: Op, case: Case, *, factor: float = 1.0) -> tuple[float, float]:
    """<x_bar, x_dot> less the five-point difference of <y_bar, y> along x_dot, and the largest that rounding explains.

    The step is 2^-12: what it truncates is below h^4 = 2^-48 of the fifth derivative, which at these probes is below
    2^9; what rounding adds is below 3 u / h of the terms' size. 2^4 u / h = 2^-37 of that size holds both.
    """
    inputs, y_bars, h, attrs = calm(op, case), cotangents(op, case), 2.0**-12, bound(op, case)
    x_dots = directions(inputs)

    def along(steps: int) -> tuple[float, float]:
        moved = tuple((x + steps * h * d).astype(x.dtype) for x, d in zip(inputs, x_dots, strict=True))
        return dotted(road.replay(op, attrs, moved, y_bars)[0], y_bars)

    slope = (8 * (along(1)[0] - along(-1)[0]) - (along(2)[0] - along(-2)[0])) / (12 * h)
    predicted = factor * dotted(road.replay(op, attrs, inputs, y_bars)[1], x_dots)[0]
    return abs(predicted - slope), 2**4 * U / h * along(0)[1]


def adjoint(
    road: Backend, op: Op, case: Case, *, factor: float = 1.0, moving: int | None = None
) -> tuple[float, float]:
    """<vjp(y_bar), x_dot> less <y_bar, jvp(x_dot)>, and 2^8 u of the size of either's terms."""
    spec, inputs, y_bars = weighted(op, case), drawn(op, case), cotangents(op, case)
    x_dots = dict(zip(op.roles, directions(inputs), strict=True))
    chosen = {role: x_dots[role] for role in op.roles[:moving]}
    given = dict(zip([name for name, _ in spec.inputs], (*inputs, *y_bars), strict=True))
    program = road.compile(spec)
    gradients, tangents = program(given).gradients, program.tangent(given, chosen)
    left, left_size = dotted(tuple(gradients.get(role) for role in chosen), tuple(chosen.values()))
    _, right_size = dotted(tuple(tangents[name] for name in spec.nodes[0].outputs), y_bars)
    return abs(factor * left - tangents[spec.loss].item()), LINE * max(left_size, right_size)


@pytest.mark.parametrize(("op", "case"), CASES)
def test_values_are_those_of_the_formula(eager: Backend, op: Op, case: Case) -> None:
    """Probes are at most 2 in size, and no value or partial sum here passes 2^8: a rounding is at most 2^8 u."""
    inputs = calm(op, case)
    outputs, _ = eager.replay(op, bound(op, case), inputs, cotangents(op, case))
    expected = NAIVE[op.name](*inputs, **bound(op, case))
    off = np.abs(np.concatenate([np.ravel(y) for y in outputs]) - np.ravel(expected))
    assert off.max() <= LINE


@pytest.mark.parametrize(("op", "case"), MOVING)
def test_a_vjp_is_the_slope_of_its_own_forward(eager: Backend, op: Op, case: Case) -> None:
    off, line = differenced(eager, op, case)
    assert off <= line


@pytest.mark.parametrize(("op", "case"), MOVING)
def test_a_vjp_off_by_a_millionth_is_not_that_slope(eager: Backend, op: Op, case: Case) -> None:
    off, line = differenced(eager, op, case, factor=1 + 1e-6)
    assert off > line


@pytest.mark.parametrize(("op", "case"), CASES)
@pytest.mark.parametrize("moving", [None, 1])
def test_jvp_and_vjp_are_adjoint(eager: Backend, op: Op, case: Case, moving: int | None) -> None:
    off, line = adjoint(eager, op, case, moving=moving)
    assert off <= line


@pytest.mark.parametrize(("op", "case"), MOVING)
def test_a_vjp_off_by_a_billionth_is_not_adjoint(eager: Backend, op: Op, case: Case) -> None:
    off, line = adjoint(eager, op, case, factor=1 + 1e-9)
    assert off > line


@pytest.mark.parametrize(("op", "case"), CASES)
def test_values_and_cotangents_have_their_shapes_and_labels_have_none(eager: Backend, op: Op, case: Case) -> None:
    inputs = drawn(op, case)
    outputs, x_bars = eager.replay(op, bound(op, case), inputs, cotangents(op, case))
    assert tuple(y.shape for y in outputs) == op.infer(case.shapes, bound(op, case))
    expected = [x.shape if x.dtype.kind == "f" else None for x in inputs]
    assert [getattr(x_bar, "shape", None) for x_bar in x_bars] == expected
