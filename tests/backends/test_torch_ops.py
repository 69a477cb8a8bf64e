"""Every operation of the tape, at every case of the vocabulary: its formula, its vjp, its jvp, its extreme points."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from trivium.ops import OPS
from trivium.spec.graph import Spec
from trivium.spec.node import Node, bind_attributes
from trivium.spec.op import Case, Op
from trivium_torch import BACKEND
from trivium_torch.step import OPERATIONS

Array = np.ndarray[Any, Any]
U = 2.0**-53
CASES = [pytest.param(op, case, id=f"{op.name}-{i}") for op in OPS.values() for i, case in enumerate(op.cases)]
MOVING = [p for p in CASES if not str(p.id).startswith("constant")]
"""The cases with an input that can move."""


def bound(op: Op, case: Case) -> dict[str, Any]:
    return bind_attributes(Node(("y",), op, op.roles, op.complete(case.attrs)), {})


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


DRAWS: Mapping[str, Callable[..., Array]] = {
    "real": lambda rng, shape, below: rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape),
    "positive": lambda rng, shape, below: rng.uniform(0.5, 2, shape),
    "unit": lambda rng, shape, below: rng.uniform(0.1, 0.9, shape),
    "index": lambda rng, shape, below: rng.integers(0, below, shape),
}
"""Away from kinks and poles, and at most 2 in size."""


def drawn(op: Op, case: Case) -> tuple[Array, ...]:
    rng = np.random.default_rng(20260101)
    kinds = [op.kind(role, case.shapes, bound(op, case)) for role in op.roles]
    return tuple(np.asarray(DRAWS[k.name](rng, s, k.below)) for k, s in zip(kinds, case.shapes, strict=True))


def directions(arrays: tuple[Array, ...]) -> tuple[Array, ...]:
    """Random, at most 1 in size, and zero for labels, which cannot move."""
    rng = np.random.default_rng(7)
    return tuple(rng.uniform(-1, 1, a.shape) * (a.dtype.kind == "f") for a in arrays)


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
LINE = 2**8 * U
"""Probes are at most 2 in size, and no value or partial sum here passes 2^8: a rounding is at most 2^8 u."""


def tensors_of(op: Op, case: Case) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    inputs = drawn(op, case)
    outputs = op.infer(case.shapes, bound(op, case))
    return inputs, directions(tuple(np.ones(shape) for shape in outputs))


def dotted(a: tuple[Array | None, ...], b: tuple[Array, ...]) -> tuple[float, float]:
    """<a, b>, and what it is made of in absolute values."""
    terms = [np.ravel(x * y) for x, y in zip(a, b, strict=True) if x is not None]
    flat = np.concatenate([*terms, np.zeros(1)])
    return math.fsum(flat), math.fsum(abs(flat))


def differenced(op: Op, case: Case, *, factor: float = 1.0) -> tuple[float, float]:
    """<x_bar, x_dot> less the five-point difference of <y_bar, y> along x_dot, and the largest that rounding explains.

    The step is 2^-12: what it truncates is below h^4 = 2^-48 of the fifth derivative, which at these probes is below
    2^9; what rounding adds is below 3 u / h of the terms' size. 2^4 u / h = 2^-37 of that size holds both.
    """
    inputs, y_bars = tensors_of(op, case)
    x_dots, h, attrs = directions(inputs), 2.0**-12, bound(op, case)

    def along(steps: int) -> tuple[float, float]:
        moved = tuple((x + steps * h * d).astype(x.dtype) for x, d in zip(inputs, x_dots, strict=True))
        return dotted(BACKEND.replay(op, attrs, moved, y_bars)[0], y_bars)

    slope = (8 * (along(1)[0] - along(-1)[0]) - (along(2)[0] - along(-2)[0])) / (12 * h)
    predicted = factor * dotted(BACKEND.replay(op, attrs, inputs, y_bars)[1], x_dots)[0]
    return abs(predicted - slope), 2**4 * U / h * along(0)[1]


def adjoint(op: Op, case: Case, *, factor: float = 1.0, moving: int | None = None) -> tuple[float, float]:
    """<vjp(y_bar), x_dot> less <y_bar, jvp(x_dot)>, and 2^8 u of the size of either's terms."""
    spec = weighted(op, case)
    inputs, y_bars = tensors_of(op, case)
    x_dots = dict(zip(op.roles, directions(inputs), strict=True))
    chosen = {role: x_dots[role] for role in op.roles[:moving]}
    given = dict(zip([name for name, _ in spec.inputs], (*inputs, *y_bars), strict=True))
    program = BACKEND.compile(spec)
    gradients, tangents = program(given).gradients, program.tangent(given, chosen)
    pulled = tuple(gradients.get(role) for role in chosen)
    left, left_size = dotted(pulled, tuple(chosen.values()))
    outputs = spec.nodes[0].outputs
    _, right_size = dotted(tuple(tangents[name] for name in outputs), y_bars)
    return abs(factor * left - tangents[spec.loss].item()), 2**8 * U * max(left_size, right_size)


def test_every_op_of_the_vocabulary_has_an_operation() -> None:
    assert set(OPERATIONS) == set(OPS)
    assert dict(BACKEND.lacks) == {}


@pytest.mark.parametrize(("op", "case"), CASES)
def test_values_are_those_of_the_formula(op: Op, case: Case) -> None:
    inputs, y_bars = tensors_of(op, case)
    outputs, _ = BACKEND.replay(op, bound(op, case), inputs, y_bars)
    expected = NAIVE[op.name](*inputs, **bound(op, case))
    off = np.abs(np.concatenate([np.ravel(y) for y in outputs]) - np.ravel(expected))
    assert off.max() <= LINE
    assert tuple(y.shape for y in outputs) == op.infer(case.shapes, bound(op, case))


@pytest.mark.parametrize(("op", "case"), MOVING)
def test_a_vjp_is_the_slope_of_its_own_forward(op: Op, case: Case) -> None:
    off, line = differenced(op, case)
    assert off <= line


@pytest.mark.parametrize(("op", "case"), MOVING)
def test_a_vjp_off_by_a_millionth_is_not_that_slope(op: Op, case: Case) -> None:
    off, line = differenced(op, case, factor=1 + 1e-6)
    assert off > line


@pytest.mark.parametrize(("op", "case"), CASES)
@pytest.mark.parametrize("moving", [None, 1])
def test_jvp_and_vjp_are_adjoint(op: Op, case: Case, moving: int | None) -> None:
    off, line = adjoint(op, case, moving=moving)
    assert off <= line


@pytest.mark.parametrize(("op", "case"), MOVING)
def test_a_vjp_off_by_a_billionth_is_not_adjoint(op: Op, case: Case) -> None:
    off, line = adjoint(op, case, factor=1 + 1e-9)
    assert off > line


@pytest.mark.parametrize(("op", "case"), CASES)
def test_cotangents_have_the_shapes_of_their_inputs_and_labels_have_none(op: Op, case: Case) -> None:
    inputs, y_bars = tensors_of(op, case)
    _, x_bars = BACKEND.replay(op, bound(op, case), inputs, y_bars)
    expected = [x.shape if x.dtype.kind == "f" else None for x in inputs]
    assert [getattr(x_bar, "shape", None) for x_bar in x_bars] == expected


def at(op: str, *inputs: Any, y_bar: float = 1.0, **attrs: Any) -> tuple[Any, tuple[Any, ...]]:
    arrays = tuple(np.asarray(x) for x in inputs)
    full = dict(OPS[op].complete(attrs))
    shape = OPS[op].infer(tuple(a.shape for a in arrays), full)[0]
    (y,), x_bars = BACKEND.replay(OPS[op], full, arrays, (np.full(shape, y_bar),))
    return y, x_bars


X = [0.0, -40.0, 40.0, -720.0, -800.0, 800.0]


def test_softplus_is_right_to_two_ulps_at_its_extremes() -> None:
    y, (x_bar,) = at("softplus", X)
    # log(1 + e^-40) = e^-40 to 4e-18 of itself; log(1 + e^40) = 40 + 4e-18; e^-800 is below the smallest number
    np.testing.assert_array_max_ulp(y, np.array([math.log(2), math.exp(-40), 40, math.exp(-720), 0, 800]), maxulp=2)
    np.testing.assert_array_max_ulp(x_bar, np.array([0.5, math.exp(-40), 1, math.exp(-720), 0, 1]), maxulp=2)


def test_softplus_keeps_what_torch_drops_above_20() -> None:
    y, _ = at("softplus", [20.5])
    np.testing.assert_array_max_ulp(y, np.array([20.5 + math.log1p(math.exp(-20.5))]), maxulp=1)
    assert y[0] != 20.5


def test_softplus_underflows_to_a_zero_without_sign() -> None:
    assert not np.signbit(at("softplus", [-800.0])[0][0])


@pytest.mark.parametrize("x", X)
def test_logsumexp_is_right_to_a_rounding_of_its_largest_exponential(x: float) -> None:
    y, (x_bar,) = at("logsumexp", [x, 0.0])
    # log(e^x + e^0) = max(x, 0) + log1p(e^-|x|), where e^-|x| <= 1 is added to 1: two roundings of 1, then of the sum
    assert abs(y - (max(x, 0) + math.log1p(math.exp(-abs(x))))) <= 2 * U + np.spacing(abs(y))
    slope = math.exp(min(x, 0)) / (1 + math.exp(-abs(x)))
    assert abs(x_bar[0] - slope) <= 2 * U * max(1, abs(y)) * slope + 2 * 5e-324
    assert np.isfinite(x_bar).all()


@pytest.mark.parametrize("x", X)
@pytest.mark.parametrize("label", [0, 1])
def test_cross_entropy_is_right_to_a_rounding_of_its_terms(x: float, label: int) -> None:
    y, (x_bar, none) = at("cross_entropy", [[x, 0.0]], [label], class_axis=1, reduction="sum")
    toward = (x, -x)[label]  # the loss is log(1 + e^-d), d the label's logit less the other
    exact = max(-toward, 0) + math.log1p(math.exp(-abs(x)))
    assert abs(y - exact) <= 2 * U + np.spacing(exact)
    wrong = math.exp(min(-toward, 0)) / (1 + math.exp(-abs(x)))  # the probability of the other class
    assert np.abs(x_bar[0, label] + wrong) <= 2 * U
    assert np.abs(x_bar[0, 1 - label] - wrong) <= 2 * U
    assert none is None


@pytest.mark.parametrize("x", X)
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_binary_cross_entropy_is_right_to_three_ulps_at_its_extremes(x: float, target: float) -> None:
    y, (x_bar, t_bar) = at("binary_cross_entropy_with_logits", [x], [target], reduction="sum")
    away = x * (1 - 2 * target)  # log(1 + e^x) at target 0, and log(1 + e^-x) at target 1
    exact = max(away, 0) + math.log1p(math.exp(-abs(x)))
    slope = (1 - 2 * target) * math.exp(min(away, 0)) / (1 + math.exp(-abs(x)))
    np.testing.assert_array_max_ulp(y, np.asarray(exact), maxulp=3)
    np.testing.assert_array_max_ulp(x_bar, np.array([slope]), maxulp=3)
    np.testing.assert_array_equal(t_bar, [-x])


def test_binary_cross_entropy_keeps_a_tiny_target_of_a_confident_score() -> None:
    y, _ = at("binary_cross_entropy_with_logits", [-1000.0], [1e-9], reduction="sum")
    np.testing.assert_array_max_ulp(y, np.asarray(1e-6), maxulp=1)  # e^-1000 is 0, and t x is all there is


def test_a_reduction_over_no_axis_changes_nothing() -> None:
    x = np.array([[1.5, -2.0]])
    for name in ("sum", "mean", "logsumexp"):
        y, (x_bar,) = at(name, x, axis=(), y_bar=3.0)
        np.testing.assert_array_equal(y, x)
        np.testing.assert_array_equal(x_bar, np.full((1, 2), 3.0))


def test_an_axis_named_twice_is_summed_once() -> None:
    y, _ = at("sum", np.ones((3, 5)), axis=(0, -2))
    np.testing.assert_array_equal(y, np.full(5, 3.0))


def test_a_row_of_logits_needs_no_batch() -> None:
    y, _ = at("cross_entropy", [0.0, 0.0], 1, class_axis=0, reduction="mean")
    np.testing.assert_array_max_ulp(y, np.asarray(math.log(2)), maxulp=1)


def test_ties_far_from_0_share_the_slope_of_logsumexp() -> None:
    x = np.array([1e17, 1e17])
    _, (x_bar,) = BACKEND.replay(OPS["logsumexp"], {"axis": None, "keepdims": False}, (x,), (np.array(1.0),))
    np.testing.assert_array_equal(x_bar, [0.5, 0.5])
