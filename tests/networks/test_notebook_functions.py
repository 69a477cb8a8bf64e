"""Every function of the notebook has its place, and computes there what it computed.

tanh, e, sigmoid               the ops tanh, exp, sigmoid
tanh_der, sigmoid_der          what comes back through tanh and sigmoid from a cotangent of ones
Quadratic_Cost_naive_2d        squared_error(..., reduction='batchmean', batch_axis=1)
Quadratic_Cost_regression_2d   squared_error(..., reduction='mean')
L, and its dictionary          a Program, and the values of an Evaluation
grads                          the gradients of an Evaluation
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.notebook import GRADIENTS, MEAN, ROADS, SPEC, U, run
from trivium.backend import Array, Evaluation, load_backend
from trivium.ops import OPS
from trivium.probe import draw

EACH_ROAD = pytest.mark.parametrize("road", ROADS)
PRIMES = {"i": 3, "h": 5, "k": 7, "o": 11, "N": 13}


@dataclass(frozen=True)
class Function:
    """A function of the notebook and its derivative, one number at a time, and the op they became."""

    op: str
    value: Callable[[float], float]
    slope: Callable[[float], float]


TANH = Function("tanh", math.tanh, lambda x: 1 / math.cosh(x) ** 2)
EXP = Function("exp", math.exp, math.exp)
SIGMOID = Function("sigmoid", lambda x: 1 / (1 + math.exp(-x)), lambda x: 1 / (2 + math.exp(x) + math.exp(-x)))
EACH_FUNCTION = pytest.mark.parametrize("function", [TANH, EXP, SIGMOID], ids=lambda f: f.op)


def replayed(road: str, op: str, *inputs: Array, **attrs: Any) -> tuple[Array, Array]:
    """One op alone on one road: its value, and what comes back to its first input from a cotangent of ones."""
    full = dict(OPS[op].complete(attrs))
    shape = OPS[op].infer(tuple(x.shape for x in inputs), full)[0]
    outputs, bars = load_backend(road).replay(OPS[op], full, inputs, (np.ones(shape),))
    assert bars[0] is not None
    return outputs[0], bars[0]


def entrywise(f: Callable[[float], float], x: Array) -> Array:
    return np.array([f(float(number)) for number in x.ravel()]).reshape(x.shape)


def units(got: Array, expected: Array) -> float:
    """The largest difference, in units of u times the expected entry."""
    return float((abs(got - expected) / (U * abs(expected))).max())


@EACH_ROAD
@EACH_FUNCTION
def test_a_function_is_an_op(road: str, function: Function) -> None:
    g5 = run("numpy").values["g5"]
    assert units(replayed(road, function.op, g5)[0], entrywise(function.value, g5)) <= 16


@EACH_ROAD
@EACH_FUNCTION
def test_a_derivative_is_what_comes_back_from_ones(road: str, function: Function) -> None:
    g5 = run("numpy").values["g5"]
    assert units(replayed(road, function.op, g5)[1], entrywise(function.slope, g5)) <= 64


@EACH_ROAD
def test_a_derivative_taken_at_the_activation_is_another_number(road: str) -> None:
    g5, g6 = (run("numpy").values[name] for name in ("g5", "g6"))
    assert units(replayed(road, "sigmoid", g5)[1], entrywise(SIGMOID.slope, g6)) > 2**40


@EACH_ROAD
@pytest.mark.parametrize(
    ("attrs", "divisor"),
    [({"reduction": "batchmean", "batch_axis": 1}, 5), ({"reduction": "mean"}, 15)],
    ids=["Quadratic_Cost_naive_2d", "Quadratic_Cost_regression_2d"],
)
def test_a_cost_is_a_reduction_of_squared_error(road: str, attrs: Mapping[str, Any], divisor: int) -> None:
    prediction, observed = np.arange(15.0).reshape(3, 5) / 7, np.cos(np.arange(15.0)).reshape(3, 5)
    cost = math.fsum((p - t) ** 2 for p, t in zip(prediction.flat, observed.flat, strict=True)) / divisor
    assert units(replayed(road, "squared_error", prediction, observed, **attrs)[0], np.asarray(cost)) <= 16


def both(road: str, sizes: Mapping[str, int]) -> tuple[Evaluation, Evaluation]:
    """A road under the notebook's cost, and under the other, at the same numbers."""
    naive, mean = SPEC.resized(**sizes), MEAN.resized(**sizes)
    backend, given = load_backend(road), draw(naive)
    return backend.compile(naive)(given), backend.compile(mean)(given)


def apart(naive: Evaluation, mean: Evaluation, factor: float) -> float:
    """How far the cost and its gradients are from that factor, in units of u times the largest entry."""
    pairs = [(naive.values["g9"], mean.values["g9"])] + [(naive.gradients[n], mean.gradients[n]) for n in GRADIENTS]
    return max(float(abs(a - factor * b).max() / (U * abs(a).max())) for a, b in pairs)


@EACH_ROAD
def test_the_two_costs_are_one_for_one_output_row(road: str) -> None:
    assert apart(*both(road, PRIMES | {"o": 1}), 1) <= 64


@EACH_ROAD
def test_the_two_costs_differ_by_the_number_of_output_rows(road: str) -> None:
    assert apart(*both(road, PRIMES), PRIMES["o"]) <= 64


@EACH_ROAD
def test_the_two_costs_do_not_differ_by_the_number_of_data_points(road: str) -> None:
    assert apart(*both(road, PRIMES), PRIMES["N"]) > 2**40


@EACH_ROAD
def test_the_dictionary_of_intermediates_is_values(road: str) -> None:
    fed_in = {"S", "w1", "w2", "w3", "b1", "b2", "b3", "y"}
    assert set(run(road).values) == fed_in | {f"g{i}" for i in range(1, 10)}


@EACH_ROAD
def test_grads_is_gradients_with_those_of_every_other_tensor_beside_them(road: str) -> None:
    gradients = run(road).gradients
    assert set(GRADIENTS) < set(gradients)
    assert {name: g.shape for name, g in gradients.items()} == dict(SPEC.shapes)
