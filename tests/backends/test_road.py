"""Every road's engine: what a program returns, which cotangents meet where, where a mistake can be planted.

Knows the Backend protocol alone; what one road promises besides stands in that road's own files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tests.backends.equality import assert_all_equal, assert_equal
from tests.backends.networks import CLASSIFIER, SQUARE, X, flipped, network, node, numbers, total, untouched
from trivium.backend import Array, Backend, Tamper, Want, parameter_gradients
from trivium.errors import BackendError
from trivium.spec.graph import Spec
from trivium.spec.node import Node


def test_everything_is_returned(road: Backend) -> None:
    evaluation = road.compile(CLASSIFIER)(numbers())
    assert set(evaluation.values) == {"x", "labels", "w1", "c1", "w2", "c2", "h", "a", "z", "loss"}
    assert set(evaluation.gradients) == {"x", "w1", "c1", "w2", "c2", "h", "a", "z", "loss"}


def test_only_what_is_wanted_is_returned(road: Backend) -> None:
    evaluation = road.compile(CLASSIFIER, want=Want(frozenset(["a"]), frozenset(["w2", "h"])))(numbers())
    assert set(evaluation.values) == {"a"}
    assert set(evaluation.gradients) == {"w2", "h"}


def test_what_is_wanted_does_not_change_the_numbers(eager: Backend) -> None:
    everything = eager.compile(CLASSIFIER)(numbers())
    training = eager.compile(CLASSIFIER, want=parameter_gradients(CLASSIFIER))(numbers())
    assert_all_equal({name: everything.gradients[name] for name in ("w1", "c1", "w2", "c2")}, training.gradients)
    assert_all_equal({"loss": everything.values["loss"]}, training.values)


def test_the_gradient_of_a_node_alone_is_found_without_its_inputs(eager: Backend) -> None:
    everything = eager.compile(CLASSIFIER)(numbers())
    alone = eager.compile(CLASSIFIER, want=Want(frozenset(), frozenset(["a"])))(numbers())
    assert_all_equal({"a": everything.gradients["a"]}, alone.gradients)


def test_the_loss_has_the_cotangent_as_its_gradient_in_its_own_shape(road: Backend) -> None:
    spec = network(node("y", "square", "x"), node("loss", "sum", "y", keepdims=True), x="1 3")
    evaluation = road.compile(spec)({"x": np.array([[1.0, 2.0, 3.0]])}, -3.0)
    assert_equal(np.array([[-3.0]]), evaluation.gradients["loss"])
    assert_equal(np.array([[-6.0, -12.0, -18.0]]), evaluation.gradients["x"])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arrays_come_back_in_the_dtype_of_the_program(road: Backend, dtype: str) -> None:
    evaluation = road.compile(CLASSIFIER, dtype=dtype)(numbers())
    labels = {name: str(a.dtype) for name, a in evaluation.values.items() if str(a.dtype) != dtype}
    assert labels == {"labels": "int64"}
    assert {str(a.dtype) for a in evaluation.gradients.values()} == {dtype}


def test_a_constant_takes_the_dtype_of_the_program_and_has_a_gradient(road: Backend) -> None:
    spec = network(node("k", "constant", "", value=0.1), node("y", "mul", "x k"), total("y"), x="3")
    evaluation = road.compile(spec, dtype="float32")(X)
    assert_equal(np.float32(0.1), evaluation.values["k"][()])
    assert_equal(np.float32(-0.25), evaluation.gradients["k"][()])


def test_a_tensor_used_twice_by_one_op_gathers_both_cotangents(road: Backend) -> None:
    assert_equal(2 * X["x"], road.compile(SQUARE)(X).gradients["x"])


def test_a_tensor_used_by_two_ops_gathers_both_cotangents(road: Backend) -> None:
    spec = network(node("y", "neg", "x"), node("p", "mul", "y x"), node("q", "add", "p y"), total("q"), x="3")
    gradients = road.compile(spec)(X).gradients
    assert_equal(X["x"] + 1, gradients["y"])
    assert_equal(-2 * X["x"] - 1, gradients["x"])


def test_gathering_leaves_the_first_cotangent_as_it_was(road: Backend) -> None:
    nodes = (node("y", "reshape", "x", shape="3"), node("p", "add", "y x"), node("q", "add", "p x"))
    gradients = road.compile(network(*nodes, total("q"), x="3"))(X).gradients
    expected = {"p": np.ones(3), "y": np.ones(3), "x": np.full(3, 3.0)}
    assert_all_equal(expected, {name: gradients[name] for name in expected})


@pytest.mark.parametrize(
    "same",
    [
        node("y", "reshape", "x", shape="3"),
        node("y", "transpose", "x", axes=(0,)),
        node("y", "sum", "x", axis=()),
        node("y", "split", "x", parts=1, axis=0),
    ],
    ids=lambda n: n.op.name,
)
def test_a_node_that_changes_nothing_has_a_gradient_of_its_own(road: Backend, same: Node) -> None:
    gradients = road.compile(network(same, node("p", "mul", "y x"), total("p"), x="3"))(X).gradients
    assert_equal(X["x"], gradients["y"])
    assert_equal(2 * X["x"], gradients["x"])


def test_what_does_not_reach_the_loss_has_a_zero_gradient(road: Backend) -> None:
    spec = network(node("dead", "exp", "x"), node("y", "square", "x"), total("y"), x="3", unused="2 2")
    gradients = road.compile(spec)(X | {"unused": np.ones((2, 2))}).gradients
    assert_equal(np.zeros((2, 2)), gradients["unused"])
    assert_equal(np.zeros(3), gradients["dead"])


def test_a_loss_that_nothing_wanted_reaches_gives_zeros(road: Backend) -> None:
    spec = network(node("y", "square", "x"), total("y"), x="3", unused="2")
    program = road.compile(spec, want=Want(frozenset(), frozenset(["unused"])))
    assert_all_equal({"unused": np.zeros(2)}, program(X | {"unused": np.ones(2)}).gradients)


def test_an_unused_output_of_a_split_has_a_zero_gradient(road: Backend) -> None:
    spec = network(node("a b", "split", "x", parts=2, axis=0), node("y", "square", "b"), total("y"), x="4")
    gradients = road.compile(spec)({"x": np.array([1.0, 2.0, 3.0, 4.0])}).gradients
    assert_equal(np.zeros(2), gradients["a"])
    assert_equal(np.array([6.0, 8.0]), gradients["b"])
    assert_equal(np.array([0.0, 0.0, 6.0, 8.0]), gradients["x"])


def test_a_tangent_is_zero_where_nothing_moves(road: Backend) -> None:
    still = (node("k", "constant", "", value=2.0), node("u", "neg", "z"))
    spec = network(*still, node("y", "mul", "x x"), total("y"), x="3", z="2")
    moved = road.compile(spec).tangent(X | {"z": np.ones(2)}, {"x": np.array([1.0, 0.0, -1.0])})
    expected = {"k": np.zeros(()), "u": np.zeros(2), "y": np.array([3.0, 0.0, -0.5]), "loss": np.array(2.5)}
    assert_all_equal(expected, moved)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_nothing_moves_where_no_given_does(road: Backend, dtype: str) -> None:
    moved = road.compile(SQUARE, dtype=dtype).tangent(X, {})
    assert_all_equal({"y": np.zeros(3, dtype), "loss": np.zeros((), dtype)}, moved)


@pytest.mark.parametrize(("spec", "given"), [(SQUARE, X), (CLASSIFIER, numbers())], ids=["square", "classifier"])
def test_a_tangent_comes_back_in_the_dtype_of_the_program(road: Backend, spec: Spec, given: dict[str, Array]) -> None:
    moved = road.compile(spec, dtype="float32").tangent(given, {"x": given["x"]})
    assert {str(a.dtype) for a in moved.values()} == {"float32"}


def test_a_planted_mistake_leaves_the_tangent_alone(road: Backend) -> None:
    program = road.compile(SQUARE, tamper={"y": flipped})
    assert_equal(2 * X["x"], program.tangent(X, {"x": np.ones(3)})["y"])


def tampered(road: Backend, spec: Spec, given: Mapping[str, Array], name: str, mistake: Tamper) -> Mapping[str, Array]:
    return road.compile(spec, tamper={name: mistake})(given).gradients


@pytest.mark.parametrize("name", ["h", "a", "z", "loss"])
def test_a_mistake_that_changes_nothing_changes_no_bit(eager: Backend, name: str) -> None:
    right = eager.compile(CLASSIFIER)(numbers()).gradients
    assert_all_equal(right, tampered(eager, CLASSIFIER, numbers(), name, untouched))


def test_a_flipped_sign_flips_exactly_what_lies_before_it(eager: Backend) -> None:
    right = eager.compile(CLASSIFIER)(numbers()).gradients
    signs = {"x": -1, "w1": -1, "c1": -1, "w2": 1, "c2": 1, "h": -1, "a": 1, "z": 1, "loss": 1}
    expected = {name: signs[name] * g for name, g in right.items()}
    assert_all_equal(expected, tampered(eager, CLASSIFIER, numbers(), "a", flipped))


def test_a_mistake_sees_what_crosses_its_node_as_arrays(eager: Backend) -> None:
    seen: list[Any] = []

    def watching(*crossed: Any) -> Any:
        seen.append(crossed)
        return crossed[3]

    evaluation = eager.compile(CLASSIFIER, tamper={"loss": watching})(numbers())
    ((inputs, outputs, y_bars, x_bars),) = seen
    assert_equal(evaluation.values["z"], inputs[0])
    assert_equal(numbers()["labels"], inputs[1])
    assert_equal(evaluation.values["loss"], outputs[0])
    assert_equal(np.ones(()), y_bars[0])
    assert_equal(evaluation.gradients["z"], x_bars[0])
    assert x_bars[1] is None


def test_a_mistake_around_a_split_sees_a_zero_for_the_unused_output(road: Backend) -> None:
    def swapped(inputs: Any, outputs: Any, y_bars: Any, x_bars: Any) -> Any:
        return (np.concatenate(y_bars[::-1]),)

    spec = network(node("a b", "split", "x", parts=2, axis=0), total("b"), x="4")
    gradients = tampered(road, spec, {"x": np.ones(4)}, "a", swapped)
    assert_equal(np.array([1.0, 1.0, 0.0, 0.0]), gradients["x"])


def test_a_gradient_that_a_mistake_drops_is_zero(road: Backend) -> None:
    assert_equal(np.zeros(3), tampered(road, SQUARE, X, "y", lambda *crossed: (None, None))["x"])


def test_a_mistake_of_the_wrong_shape_is_named(road: Backend) -> None:
    with pytest.raises(BackendError) as error:
        tampered(road, SQUARE, X, "y", lambda *crossed: (np.ones(2), None))
    assert str(error.value) == (
        f"the mistake planted at node 'y' of {road.name} returns float64 (2,) as the cotangent of input 0, "
        "needs float64 (3,)"
    )


def test_a_name_wanted_that_is_not_there_is_refused(road: Backend) -> None:
    with pytest.raises(BackendError) as error:
        road.compile(SQUARE, want=Want(frozenset(["yy"]), frozenset()))
    assert str(error.value).startswith("no value of 'yy' in this spec")
