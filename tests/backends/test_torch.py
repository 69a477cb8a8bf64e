"""The tape: what a program returns, which gradients meet where, where a mistake can be planted, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from trivium.backend import Noise, Tamper, Want, parameter_gradients
from trivium.errors import BackendError
from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium.spec.op import op
from trivium_torch import BACKEND

Array = np.ndarray[Any, Any]


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
X = {"x": np.array([1.5, -2.0, 0.25])}


def numbers(spec: Spec) -> dict[str, Array]:
    rng = np.random.default_rng(5)
    given: dict[str, Array] = {name: rng.normal(size=g.shape) for name, g in spec.givens.items()}
    return given | {"labels": np.array([0, 1, 1, 0, 1])}


def equal(expected: Any, actual: Any) -> None:
    np.testing.assert_array_equal(actual, expected, strict=True)


def all_equal(expected: Any, actual: Any) -> None:
    assert list(expected) == list(actual)
    for name in expected:
        equal(expected[name], actual[name])


def test_everything_is_returned_in_the_order_of_the_spec() -> None:
    evaluation = BACKEND.compile(CLASSIFIER)(numbers(CLASSIFIER))
    assert list(evaluation.values) == ["x", "labels", "w1", "c1", "w2", "c2", "h", "a", "z", "loss"]
    assert list(evaluation.gradients) == ["x", "w1", "c1", "w2", "c2", "h", "a", "z", "loss"]


def test_only_what_is_wanted_is_returned() -> None:
    evaluation = BACKEND.compile(CLASSIFIER, want=Want(frozenset(["a"]), frozenset(["w2", "h"])))(numbers(CLASSIFIER))
    assert list(evaluation.values) == ["a"]
    assert list(evaluation.gradients) == ["w2", "h"]


def test_what_is_wanted_does_not_change_the_numbers() -> None:
    everything = BACKEND.compile(CLASSIFIER)(numbers(CLASSIFIER))
    training = BACKEND.compile(CLASSIFIER, want=parameter_gradients(CLASSIFIER))(numbers(CLASSIFIER))
    all_equal({name: everything.gradients[name] for name in ("w1", "c1", "w2", "c2")}, training.gradients)
    all_equal({"loss": everything.values["loss"]}, training.values)


def test_the_gradient_of_a_node_alone_is_found_without_its_inputs() -> None:
    everything = BACKEND.compile(CLASSIFIER)(numbers(CLASSIFIER))
    alone = BACKEND.compile(CLASSIFIER, want=Want(frozenset(), frozenset(["a"])))(numbers(CLASSIFIER))
    all_equal({"a": everything.gradients["a"]}, alone.gradients)


def test_the_loss_has_the_cotangent_as_its_gradient_in_its_own_shape() -> None:
    spec = network(node("y", "square", "x"), node("loss", "sum", "y", keepdims=True), x="1 3")
    evaluation = BACKEND.compile(spec)({"x": np.array([[1.0, 2.0, 3.0]])}, -3.0)
    equal(np.array([[-3.0]]), evaluation.gradients["loss"])
    equal(np.array([[-6.0, -12.0, -18.0]]), evaluation.gradients["x"])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arrays_come_back_in_the_dtype_of_the_program(dtype: str) -> None:
    evaluation = BACKEND.compile(CLASSIFIER, dtype=dtype)(numbers(CLASSIFIER))
    labels = {name: str(a.dtype) for name, a in evaluation.values.items() if str(a.dtype) != dtype}
    assert labels == {"labels": "int64"}
    assert {str(a.dtype) for a in evaluation.gradients.values()} == {dtype}


def test_a_constant_takes_the_dtype_of_the_program_and_has_a_gradient() -> None:
    spec = network(node("k", "constant", "", value=0.1), node("y", "mul", "x k"), total("y"), x="3")
    evaluation = BACKEND.compile(spec, dtype="float32")(X)
    equal(np.float32(0.1), evaluation.values["k"][()])
    equal(np.float32(-0.25), evaluation.gradients["k"][()])


def test_training_follows_parameters_and_nothing_else() -> None:
    spec = network(node("y", "mul", "x w"), total("y"), x="3", parameters={"w": "3"})
    program = BACKEND.compile(spec, want=parameter_gradients(spec))
    followed: list[bool] = []

    def watched(*inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        followed.extend(x.requires_grad for x in inputs)
        return program.steps[0].apply(*inputs)

    steps = (replace(program.steps[0], apply=watched), *program.steps[1:])
    equal(X["x"], replace(program, steps=steps)(X | {"w": np.ones(3)}).gradients["w"])
    assert followed == [False, True]


def test_a_tensor_used_twice_by_one_op_gathers_both_gradients() -> None:
    equal(2 * X["x"], BACKEND.compile(SQUARE)(X).gradients["x"])


def test_a_tensor_used_by_two_ops_gathers_both_gradients() -> None:
    spec = network(node("y", "neg", "x"), node("p", "mul", "y x"), node("q", "add", "p y"), total("q"), x="3")
    gradients = BACKEND.compile(spec)(X).gradients
    equal(X["x"] + 1, gradients["y"])
    equal(-2 * X["x"] - 1, gradients["x"])


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
def test_a_node_that_changes_nothing_has_a_gradient_of_its_own(same: Node) -> None:
    gradients = BACKEND.compile(network(same, node("p", "mul", "y x"), total("p"), x="3"))(X).gradients
    equal(X["x"], gradients["y"])
    equal(2 * X["x"], gradients["x"])


def test_what_does_not_reach_the_loss_has_a_zero_gradient() -> None:
    spec = network(node("dead", "exp", "x"), node("y", "square", "x"), total("y"), x="3", unused="2 2")
    gradients = BACKEND.compile(spec)(X | {"unused": np.ones((2, 2))}).gradients
    equal(np.zeros((2, 2)), gradients["unused"])
    equal(np.zeros(3), gradients["dead"])


def test_a_loss_that_nothing_wanted_reaches_gives_zeros() -> None:
    spec = network(node("y", "square", "x"), total("y"), x="3", unused="2")
    program = BACKEND.compile(spec, want=Want(frozenset(), frozenset(["unused"])))
    all_equal({"unused": np.zeros(2)}, program(X | {"unused": np.ones(2)}).gradients)


def test_an_unused_output_of_a_split_has_a_zero_gradient() -> None:
    spec = network(node("a b", "split", "x", parts=2, axis=0), node("y", "square", "b"), total("y"), x="4")
    gradients = BACKEND.compile(spec)({"x": np.array([1.0, 2.0, 3.0, 4.0])}).gradients
    equal(np.zeros(2), gradients["a"])
    equal(np.array([6.0, 8.0]), gradients["b"])
    equal(np.array([0.0, 0.0, 6.0, 8.0]), gradients["x"])


def test_a_tangent_is_zero_where_nothing_moves() -> None:
    still = (node("k", "constant", "", value=2.0), node("u", "neg", "z"))
    spec = network(*still, node("y", "mul", "x x"), total("y"), x="3", z="2")
    moved = BACKEND.compile(spec).tangent(X | {"z": np.ones(2)}, {"x": np.array([1.0, 0.0, -1.0])})
    expected = {"k": np.zeros(()), "u": np.zeros(2), "y": np.array([3.0, 0.0, -0.5]), "loss": np.array(2.5)}
    all_equal(expected, moved)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_nothing_moves_where_no_given_does(dtype: str) -> None:
    moved = BACKEND.compile(SQUARE, dtype=dtype).tangent(X, {})
    all_equal({"y": np.zeros(3, dtype), "loss": np.zeros((), dtype)}, moved)


def test_a_tangent_comes_back_in_the_dtype_of_the_program() -> None:
    moved = BACKEND.compile(SQUARE, dtype="float32").tangent(X, X)
    assert {str(a.dtype) for a in moved.values()} == {"float32"}


def test_a_planted_mistake_leaves_the_tangent_alone() -> None:
    program = BACKEND.compile(SQUARE, tamper={"y": flipped})
    equal(2 * X["x"], program.tangent(X, {"x": np.ones(3)})["y"])


def flipped(inputs: Any, outputs: Any, y_bars: Any, x_bars: Any) -> Any:
    return tuple(None if x_bar is None else -x_bar for x_bar in x_bars)


def untouched(inputs: Any, outputs: Any, y_bars: Any, x_bars: Any) -> Any:
    return x_bars


def tampered(spec: Spec, given: dict[str, Array], name: str, mistake: Tamper) -> dict[str, Array]:
    return dict(BACKEND.compile(spec, tamper={name: mistake})(given).gradients)


@pytest.mark.parametrize("name", ["h", "a", "z", "loss"])
def test_a_mistake_that_changes_nothing_changes_no_bit(name: str) -> None:
    right = BACKEND.compile(CLASSIFIER)(numbers(CLASSIFIER)).gradients
    all_equal(right, tampered(CLASSIFIER, numbers(CLASSIFIER), name, untouched))


def test_a_flipped_sign_flips_exactly_what_lies_before_it() -> None:
    right = BACKEND.compile(CLASSIFIER)(numbers(CLASSIFIER)).gradients
    signs = {"x": -1, "w1": -1, "c1": -1, "w2": 1, "c2": 1, "h": -1, "a": 1, "z": 1, "loss": 1}
    expected = {name: signs[name] * g for name, g in right.items()}
    all_equal(expected, tampered(CLASSIFIER, numbers(CLASSIFIER), "a", flipped))


def test_a_mistake_sees_what_crosses_its_node_as_arrays() -> None:
    seen: list[Any] = []

    def watching(*crossed: Any) -> Any:
        seen.append(crossed)
        return crossed[3]

    evaluation = BACKEND.compile(CLASSIFIER, tamper={"loss": watching})(numbers(CLASSIFIER))
    ((inputs, outputs, y_bars, x_bars),) = seen
    equal(evaluation.values["z"], inputs[0])
    equal(numbers(CLASSIFIER)["labels"], inputs[1])
    equal(evaluation.values["loss"], outputs[0])
    equal(np.ones(()), y_bars[0])
    equal(evaluation.gradients["z"], x_bars[0])
    assert x_bars[1] is None


def test_a_mistake_around_a_split_sees_a_zero_for_the_unused_output() -> None:
    spec = network(node("a b", "split", "x", parts=2, axis=0), total("b"), x="4")
    gradients = tampered(spec, {"x": np.ones(4)}, "a", lambda i, o, y_bars, x_bars: (np.concatenate(y_bars[::-1]),))
    equal(np.array([1.0, 1.0, 0.0, 0.0]), gradients["x"])


def test_a_gradient_that_a_mistake_drops_is_zero() -> None:
    equal(np.zeros(3), tampered(SQUARE, X, "y", lambda *crossed: (None, None))["x"])


def test_a_mistake_of_the_wrong_shape_is_named() -> None:
    with pytest.raises(BackendError) as error:
        tampered(SQUARE, X, "y", lambda *crossed: (np.ones(2), None))
    assert str(error.value) == (
        "tamper of node 'y': a cotangent of shape (2,) for an input of shape (3,); "
        "torch takes only the input's own shape"
    )


def refusal(**wrong: Any) -> str:
    with pytest.raises(BackendError) as error:
        BACKEND.compile(SQUARE, **wrong)
    return str(error.value)


def test_a_precision_that_it_does_not_compute_in_is_refused() -> None:
    assert refusal(dtype="complex128") == "torch computes in float64 and float32, not in 'complex128'"


def test_noise_is_refused() -> None:
    expected = "torch has no noise: its operations cannot be shaken from outside; use the numpy backend"
    assert refusal(noise=Noise(2.0**-40, 1)) == expected


def test_a_mistake_that_names_no_node_is_refused() -> None:
    expected = "tamper: no node 'los'; did you mean 'loss'?; a node is called by the first name that it binds"
    assert refusal(tamper={"los": untouched}) == expected


def test_a_name_wanted_that_is_not_there_is_refused() -> None:
    assert refusal(want=Want(frozenset(["yy"]), frozenset())).startswith("no value of 'yy' in this spec")


def test_a_missing_given_is_named() -> None:
    with pytest.raises(BackendError) as error:
        BACKEND.compile(SQUARE)({"X": np.ones(3)})
    assert str(error.value) == "no value of 'x' (needed are x)"


def test_an_op_that_torch_has_not_is_named() -> None:
    with pytest.raises(BackendError) as error:
        BACKEND.replay(op("tanhh(x: *s) -> *s", "no formula"), {}, (np.ones(1),), (np.ones(1),))
    assert str(error.value) == "torch has no op 'tanhh'; did you mean 'tanh'?; name it in its lacks"
