"""The handwritten road's engine: what a program returns, which cotangents meet where, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trivium.backend import Tamper, Want, parameter_gradients
from trivium.errors import BackendError, InternalError
from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium_numpy import BACKEND
from trivium_numpy.backprop import NumpyBackend

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
TANH = network(node("y", "tanh", "x"), total("y"), x="3")
X = {"x": np.array([1.5, -2.0, 0.25])}


def numbers(spec: Spec) -> dict[str, Array]:
    rng = np.random.default_rng(5)
    given: dict[str, Array] = {name: rng.normal(size=g.shape) for name, g in spec.givens.items()}
    return given | {"labels": np.array([0, 1, 1, 0, 1])}


def equal(expected: Any, actual: Any) -> None:
    np.testing.assert_array_equal(actual, expected, strict=True)


def all_equal(expected: Any, actual: Any) -> None:
    assert set(expected) == set(actual)
    for name in expected:
        equal(expected[name], actual[name])


def with_rule(op: str, **changes: Any) -> NumpyBackend:
    """The road with one rule exchanged."""
    return replace(BACKEND, rules={**BACKEND.rules, op: replace(BACKEND.rules[op], **changes)})


def test_everything_is_returned() -> None:
    evaluation = BACKEND.compile(CLASSIFIER)(numbers(CLASSIFIER))
    assert set(evaluation.values) == {"x", "labels", "w1", "c1", "w2", "c2", "h", "a", "z", "loss"}
    assert set(evaluation.gradients) == {"x", "w1", "c1", "w2", "c2", "h", "a", "z", "loss"}


def test_only_what_is_wanted_is_returned() -> None:
    evaluation = BACKEND.compile(CLASSIFIER, want=Want(frozenset(["a"]), frozenset(["w2", "h"])))(numbers(CLASSIFIER))
    assert set(evaluation.values) == {"a"}
    assert set(evaluation.gradients) == {"w2", "h"}


def test_what_is_wanted_does_not_change_the_numbers() -> None:
    everything = BACKEND.compile(CLASSIFIER)(numbers(CLASSIFIER))
    training = BACKEND.compile(CLASSIFIER, want=parameter_gradients(CLASSIFIER))(numbers(CLASSIFIER))
    all_equal({name: everything.gradients[name] for name in ("w1", "c1", "w2", "c2")}, training.gradients)
    all_equal({"loss": everything.values["loss"]}, training.values)


def test_no_rule_runs_backward_that_no_wanted_gradient_needs() -> None:
    def never(saved: Any, y_bar: Array) -> Any:
        raise AssertionError("tanh_vjp ran")

    program = with_rule("tanh", vjp=never).compile(CLASSIFIER, want=Want(frozenset(), frozenset(["w2", "a"])))
    all_equal(
        {name: BACKEND.compile(CLASSIFIER)(numbers(CLASSIFIER)).gradients[name] for name in ("w2", "a")},
        program(numbers(CLASSIFIER)).gradients,
    )


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


def test_complex_numbers_have_values_and_no_gradients() -> None:
    evaluation = BACKEND.compile(SQUARE, dtype="complex128")({"x": np.array([1j, 2.0, 1 + 1j])})
    equal(np.array([-1, 4, 2j]), evaluation.values["y"])
    assert dict(evaluation.gradients) == {}


def test_one_op_alone_at_complex_numbers_has_no_cotangents() -> None:
    (y,), bars = BACKEND.replay(OPS["mul"], {}, (np.array([1j]), np.array([2.0])), (np.ones(1),))
    equal(np.array([2j]), y)
    assert bars == (None, None)


def test_a_tensor_used_twice_by_one_op_gathers_both_cotangents() -> None:
    equal(2 * X["x"], BACKEND.compile(SQUARE)(X).gradients["x"])


def test_a_tensor_used_by_two_ops_gathers_both_cotangents() -> None:
    spec = network(node("y", "neg", "x"), node("p", "mul", "y x"), node("q", "add", "p y"), total("q"), x="3")
    gradients = BACKEND.compile(spec)(X).gradients
    equal(X["x"] + 1, gradients["y"])
    equal(-2 * X["x"] - 1, gradients["x"])


def test_gathering_leaves_the_first_cotangent_as_it_was() -> None:
    spec = network(
        node("y", "reshape", "x", shape="3"), node("p", "add", "y x"), node("q", "add", "p x"), total("q"), x="3"
    )
    gradients = BACKEND.compile(spec)(X).gradients
    all_equal({"p": np.ones(3), "y": np.ones(3), "x": np.full(3, 3.0)}, {n: gradients[n] for n in ("p", "y", "x")})


def test_what_does_not_reach_the_loss_has_a_zero_gradient() -> None:
    spec = network(node("dead", "exp", "x"), node("y", "square", "x"), total("y"), x="3", unused="2 2")
    gradients = BACKEND.compile(spec)(X | {"unused": np.ones((2, 2))}).gradients
    equal(np.zeros((2, 2)), gradients["unused"])
    equal(np.zeros(3), gradients["dead"])


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
    for name in expected:
        np.testing.assert_array_equal(moved[name], expected[name])


def test_a_tangent_comes_back_in_the_dtype_of_the_program() -> None:
    moved = BACKEND.compile(CLASSIFIER, dtype="float32").tangent(numbers(CLASSIFIER), {"x": numbers(CLASSIFIER)["x"]})
    assert {str(a.dtype) for a in moved.values()} == {"float32"}


def scribbled(x: Array) -> tuple[Array, Array]:
    x *= 2
    return np.tanh(x), x


def scribbling(saved: Array, y_bar: Array) -> tuple[Array]:
    y_bar *= saved
    return (y_bar,)


@pytest.mark.parametrize("changes", [{"forward": scribbled}, {"vjp": scribbling}], ids=["its input", "its cotangent"])
def test_a_rule_that_writes_to_what_it_was_lent_fails(changes: Any) -> None:
    with pytest.raises(ValueError, match="read-only"):
        with_rule("tanh", **changes).compile(TANH)(X)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"forward": lambda x: (x[:2], x)}, "the rule of tanh gives output float64 (2,), needs float64 (3,)"),
        (
            {"forward": lambda x: (x.astype(np.float32), x)},
            "the rule of tanh gives output float32 (3,), needs float64 (3,)",
        ),
        (
            {"vjp": lambda saved, y_bar: (y_bar[:2],)},
            "the rule of tanh gives cotangent float64 (2,), needs float64 (3,)",
        ),
        (
            {"vjp": lambda saved, y_bar: (y_bar.astype(np.float32),)},
            "the rule of tanh gives cotangent float32 (3,), needs float64 (3,)",
        ),
        ({"vjp": lambda saved, y_bar: (y_bar, y_bar)}, "tanh_vjp gives 2 cotangents for 1 inputs"),
        ({"vjp": lambda saved, y_bar: ()}, "tanh_vjp gives 0 cotangents for 1 inputs"),
    ],
    ids=["output shape", "output dtype", "cotangent shape", "cotangent dtype", "too many", "too few"],
)
def test_a_rule_that_gives_what_does_not_fit_is_named(changes: Any, complaint: str) -> None:
    with pytest.raises(InternalError) as error:
        with_rule("tanh", **changes).compile(TANH)(X)
    assert str(error.value) == complaint


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
    all_equal(
        {name: signs[name] * g for name, g in right.items()}, tampered(CLASSIFIER, numbers(CLASSIFIER), "a", flipped)
    )


def test_a_mistake_sees_what_crosses_its_node() -> None:
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


def refusal(**wrong: Any) -> str:
    with pytest.raises(BackendError) as error:
        BACKEND.compile(SQUARE, **wrong)
    return str(error.value)


def test_a_precision_that_it_does_not_compute_in_is_refused() -> None:
    assert refusal(dtype="float16") == "numpy computes in complex128, float32, float64, not in 'float16'"


def test_a_name_wanted_that_is_not_there_is_refused() -> None:
    assert refusal(want=Want(frozenset(["yy"]), frozenset())).startswith("no value of 'yy' in this spec")


def test_a_missing_given_is_named() -> None:
    with pytest.raises(BackendError, match="no value for 'x'"):
        BACKEND.compile(SQUARE)({"X": np.ones(3)})
