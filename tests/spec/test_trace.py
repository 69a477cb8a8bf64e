"""A traced function becomes the network that it writes; what no network can do is refused at its line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from trivium.errors import SpecError
from trivium.ops import OPS, constant as constant_op, mean, mul, reshape, split, squared_error, sum as sum_op, tanh
from trivium.spec.graph import Spec
from trivium.spec.tensor import Tensor
from trivium.spec.text import call
from trivium.spec.trace import scope, trace

GIVEN: dict[str, Any] = {"inputs": {"x": "3 N", "y": "2 N"}, "parameters": {"w": "2 3", "c": "2 1"}, "sizes": {"N": 5}}


def traced(function: Callable[..., Any], **changes: Any) -> Spec:
    return trace(function, vocabulary=OPS, **(GIVEN | changes))


def nodes(function: Callable[..., Any]) -> list[str]:
    """The nodes that a function writes."""
    return [f"{', '.join(n.outputs)} = {call(n)}" for n in traced(function).nodes]


def of_x(body: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function that does something with x and ends with a loss all the same."""

    def function(x: Any, y: Any, w: Any, c: Any) -> Any:
        _ = body(x)
        return sum_op(w)

    return function


def complaint(body: Callable[[Any], Any]) -> str:
    """What is said of something done with x; where it says so is told apart from what."""
    with pytest.raises(SpecError) as caught:
        _ = traced(of_x(body))
    return caught.value.problems[0].message


def refusal(function: Callable[..., Any], **changes: Any) -> list[str]:
    with pytest.raises(SpecError) as caught:
        _ = traced(function, **changes)
    return [problem.message for problem in caught.value.problems]


def test_operators_and_ops_become_nodes() -> None:
    assert nodes(lambda x, y, w, c: squared_error(tanh(w @ x + c), y, reduction="mean")) == [
        "matmul_1 = matmul(w, x)",
        "add_1 = add(matmul_1, c)",
        "tanh_1 = tanh(add_1)",
        "squared_error_1 = squared_error(tanh_1, y, reduction='mean')",
    ]


def test_numbers_become_constants_on_either_side() -> None:
    assert nodes(lambda x, y, w, c: mean(2 * c - c / 4 + (1 - c) @ (-c).T)) == [
        "constant_1 = constant(value=2.0)",
        "mul_1 = mul(constant_1, c)",
        "constant_2 = constant(value=4.0)",
        "div_1 = div(c, constant_2)",
        "sub_1 = sub(mul_1, div_1)",
        "constant_3 = constant(value=1.0)",
        "sub_2 = sub(constant_3, c)",
        "neg_1 = neg(c)",
        "transpose_1 = transpose(neg_1)",
        "matmul_1 = matmul(sub_2, transpose_1)",
        "add_1 = add(sub_1, matmul_1)",
        "mean_1 = mean(add_1)",
    ]


def test_a_numpy_number_is_a_number() -> None:
    assert nodes(lambda x, y, w, c: mean(np.float64(0.1) * c + np.float32(0.5) - np.int64(2)))[:4] == [
        "constant_1 = constant(value=0.1)",
        "mul_1 = mul(constant_1, c)",
        "constant_2 = constant(value=0.5)",
        "add_1 = add(mul_1, constant_2)",
    ]


def test_reflected_operators_keep_their_order() -> None:
    assert nodes(lambda x, y, w, c: sum_op(1 / (2 - c))) == [
        "constant_1 = constant(value=2.0)",
        "sub_1 = sub(constant_1, c)",
        "constant_2 = constant(value=1.0)",
        "div_1 = div(constant_2, sub_1)",
        "sum_1 = sum(div_1)",
    ]


def test_an_op_of_numbers_alone_is_recorded_inside_of_a_trace() -> None:
    assert nodes(lambda x, y, w, c: mul(constant_op(value=3, name="three"), 2, name="six")) == [
        "three = constant(value=3.0)",
        "constant_1 = constant(value=2.0)",
        "six = mul(three, constant_1)",
    ]


def test_several_outputs_are_a_tuple() -> None:
    def halves(x: Any, y: Any, w: Any, c: Any) -> Any:
        a, b = split(w, parts=2, axis=0)
        _, d = split(y, parts=2, axis=0, name=("left", "right"))
        e, _ = split(c, parts=2, axis=0, name="top, bottom")
        return sum_op(a * b * e, name="loss") + sum_op(d)

    assert [name for name in nodes(halves) if "= split" in name] == [
        "split_1, split_2 = split(w, parts=2, axis=0)",
        "left, right = split(y, parts=2, axis=0)",
        "top, bottom = split(c, parts=2, axis=0)",
    ]


def test_a_returned_dict_names_nodes_and_ends_with_the_loss() -> None:
    def named(x: Any, y: Any, w: Any, c: Any) -> dict[str, Any]:
        z = w @ x
        h = tanh(z)
        return {"h": h, "z": z, "cost": mean(h)}

    assert nodes(named) == ["z = matmul(w, x)", "h = tanh(z)", "cost = mean(h)"]
    assert traced(named).loss == "cost"


def test_a_name_that_was_only_numbered_gives_way_to_one_that_was_chosen() -> None:
    def late(x: Any, y: Any, w: Any, c: Any) -> Any:
        return sum_op(tanh(tanh(w), name="tanh_1"))

    assert nodes(late) == ["tanh_2 = tanh(w)", "tanh_1 = tanh(tanh_2)", "sum_1 = sum(tanh_1)"]


def test_scopes_prefix_the_names_inside_of_them() -> None:
    def blocks(x: Any, y: Any, w: Any, c: Any) -> Any:
        for i in range(2):
            with scope(f"block{i}"):
                c = tanh(c, name="h")
                with scope("inner"):
                    c = c + 1
        return sum_op(c)

    assert nodes(blocks) == [
        "block0_h = tanh(c)",
        "block0_inner_constant_1 = constant(value=1.0)",
        "block0_inner_add_1 = add(block0_h, block0_inner_constant_1)",
        "block1_h = tanh(block0_inner_add_1)",
        "block1_inner_constant_1 = constant(value=1.0)",
        "block1_inner_add_1 = add(block1_h, block1_inner_constant_1)",
        "sum_1 = sum(block1_inner_add_1)",
    ]


def test_shapes_are_known_while_the_function_runs() -> None:
    seen = []

    def looking(x: Any, y: Any, w: Any, c: Any) -> Any:
        z = w @ x
        seen.append((x.shape, z.shape, z.T.shape))
        return sum_op(reshape(z, shape=(z.shape[1], 2)))

    _ = traced(looking)
    assert seen == [((3, 5), (2, 5), (5, 2))]


def test_a_network_is_called_by_its_function_or_as_asked() -> None:
    def tower(x: Any, y: Any, w: Any, c: Any) -> Any:
        return sum_op(x)

    assert [traced(tower).name, traced(tower, name="").name, traced(lambda **g: sum_op(g["x"])).name] == [
        "tower",
        "",
        "network",
    ]


def test_givens_keep_their_order_and_shapes() -> None:
    spec = traced(lambda c, x, w, y: sum_op(x))
    assert (spec.inputs, spec.parameters) == (
        (("x", ("3", "N")), ("y", ("2", "N"))),
        (("w", ("2", "3")), ("c", ("2", "1"))),
    )


def test_parameters_of_the_function_may_have_defaults() -> None:
    def scaled(x: Any, y: Any, w: Any, c: Any, *, factor: float = 3.0) -> Any:
        return sum_op(factor * x)

    assert nodes(scaled)[0] == "constant_1 = constant(value=3.0)"
    assert nodes(partial(scaled, factor=4.0))[0] == "constant_1 = constant(value=4.0)"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda x: 1 if x else 2, "'x' is compared or used as a truth value; "
         "what a network computes cannot depend on the numbers, only on .shape"),
        (lambda x: x == 0, "'x' is compared or used as a truth value; "
         "what a network computes cannot depend on the numbers, only on .shape"),
        (lambda x: x > 0, "'x' is compared or used as a truth value; "
         "what a network computes cannot depend on the numbers, only on .shape"),
        (lambda x: x[0], "'x' is indexed, unpacked or measured; "
         "a tensor has no items here: use the op slice; its sizes are in .shape"),
        (list, "'x' is indexed, unpacked or measured; "
         "a tensor has no items here: use the op slice; its sizes are in .shape"),
        (float, "'x' is used as a number or an array; a function that is traced has no numbers"),
        (np.asarray, "'x' is used as a number or an array; a function that is traced has no numbers"),
        (np.tanh, "'x' was handed to numpy.tanh, which needs numbers: "
         "a function that is traced has none; use the op tanh"),
        (lambda x: np.concatenate([x, x]), "'x' was handed to numpy.concatenate, which needs numbers: "
         "a function that is traced has none; use the ops of trivium.ops"),
        (torch.tanh, "'x' was handed to torch's tanh, which needs numbers: "
         "a function that is traced has none; use the op tanh"),
        (lambda x: np.ones((3, 5)) * x, "mul: an array stands where a tensor or a number should; "
         "an array is fed in, as an input or a parameter"),
        (lambda x: x + None, "add: None stands where a tensor or a number should"),
        (lambda x: x + True, "add: a bool stands where a tensor or a number should"),
        (lambda x: tanh("x"), "tanh: a str stands where a tensor or a number should"),
        (lambda x: x * float("nan"), "constant: attribute 'value' is nan, needs a finite number"),
        (lambda x: x @ x, "matmul: axis 'k' is 3 in input 'b' (3, 5) but 5 in 'a' (3, 5)"),
        (lambda x: tanh(x, x), "tanh: takes 1 input (x), got 2"),
        (lambda x: sum_op(x, axes=0), "sum: no attribute 'axes'; did you mean 'axis'? (it has axis, keepdims)"),
        (lambda x: reshape(x, shape="N M"), "size 'M' is not bound: give it in [sizes], or as --size M=7, "
         "or by the values' shapes"),
        (lambda x: tanh(x, name="2h"), "'2h' is no name: write letters, digits and underscores, with no digit first "
         "(h1, hidden_2)"),
        (lambda x: tanh(x, name="y"), "'y' is bound twice; every name is bound once"),
        (lambda x: tanh(x, name=("a", "b")), "tanh has 1 output, but 2 names are bound"),
        (lambda x: scope("a b").__enter__(), "'a b' is no name: write letters, digits and underscores, "
         "with no digit first (h1, hidden_2)"),
    ],
)  # fmt: skip
def test_what_no_network_can_do_is_refused(body: Callable[[Any], Any], message: str) -> None:
    assert complaint(body) == message


def test_what_a_network_can_do_is_not_refused() -> None:
    assert traced(of_x(tanh)).loss == "sum_1"


def test_a_method_that_is_an_op_is_named() -> None:
    with pytest.raises(AttributeError, match=r"the tensor 'x' has no attribute 'tanh'; write tanh\(x\)"):
        _ = traced(of_x(lambda x: x.tanh()))


def test_an_error_names_the_line_of_the_function_and_the_call() -> None:
    def wrong(x: Any, y: Any, w: Any, c: Any) -> Any:
        z = w @ x
        return tanh(z @ y, name="h")

    with pytest.raises(SpecError) as caught:
        _ = traced(wrong)
    line = wrong.__code__.co_firstlineno + 2
    assert caught.value.problems[0].where == f"test_trace.py:{line}, node matmul(matmul_1, y)"


def test_an_error_that_only_the_whole_shows_names_the_line_too() -> None:
    def endless(x: Any, y: Any, w: Any, c: Any) -> Any:
        return tanh(x, name="h")

    with pytest.raises(SpecError) as caught:
        _ = traced(endless)
    line = endless.__code__.co_firstlineno + 1
    assert str(caught.value) == (
        "the loss 'h' has shape (3, 5); a gradient needs one number: end with a loss op, sum or mean\n"
        f"  in test_trace.py:{line}, node h = tanh(x)"
    )


def test_a_tensor_of_another_trace_is_refused() -> None:
    inner: list[Tensor] = []

    def outer(x: Any, y: Any, w: Any, c: Any) -> Any:
        _ = traced(of_x(inner.append))
        return sum_op(x + inner[0])

    assert refusal(outer) == ["'x' is a tensor of another trace; a tensor lives in the function that was handed it"]


def test_a_tensor_whose_trace_has_ended_is_refused() -> None:
    kept: list[Tensor] = []
    _ = traced(of_x(kept.append))
    with pytest.raises(SpecError, match="'x' is used after its trace has ended"):
        _ = kept[0] + 1


@pytest.mark.parametrize(
    ("returned", "shown"),
    [(None, "None"), (3, "3"), ({}, "{}"), ((), "()")],
)
def test_what_is_no_loss_is_refused(returned: object, shown: str) -> None:
    assert refusal(lambda x, y, w, c: returned) == [
        f"the function returned {shown}; return the loss, or a dict {{name: tensor}} that ends with it"
    ]


def test_a_dict_of_something_else_is_refused() -> None:
    assert refusal(lambda x, y, w, c: {"h": 3}) == [
        "the function returned {'h': 3}; every entry of the dict is a tensor"
    ]


def test_the_keys_of_a_dict_are_names() -> None:
    assert refusal(lambda x, y, w, c: {3: sum_op(x)}) == [
        "the function returned a dict with the key 3; keys are names, as text"
    ]


def test_a_dict_cannot_name_a_tensor_twice() -> None:
    assert refusal(lambda x, y, w, c: {"loss": sum_op(x, name="total")}) == [
        "the function returned 'total' under another name, 'loss'; every tensor has one name"
    ]


def test_a_dict_cannot_rename_what_is_given() -> None:
    assert refusal(lambda x, y, w, c: {"z": x, "loss": sum_op(x)}) == [
        "the function returned 'x' under another name, 'z'; every tensor has one name"
    ]


def test_a_dict_may_repeat_the_names_that_there_are() -> None:
    assert nodes(lambda x, y, w, c: {"x": x, "l": sum_op(x, name="l")}) == ["l = sum(x)"]


def test_the_parameters_of_the_function_are_the_givens() -> None:
    def tower(x: Any, yy: Any, w: Any, c: Any) -> Any:
        return sum_op(x)

    assert refusal(tower) == [
        "the function tower takes no 'y' (it takes: x, yy, w, c); did you mean 'yy'?",
        "the function tower takes 'yy', which is no input and no parameter; did you mean 'y'?",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": {}}, "size 'N' is not bound: give it in [sizes], or as --size N=7, or by the values' shapes"),
        ({"sizes": {"N": 0}}, "size 'N' is 0; a size is at least 1"),
        ({"sizes": {"N": 2.5}}, "size 'N' is 2.5; a size is an integer from 1 up"),
        ({"sizes": {"N": 5, "M": 3}}, "size 'M' is bound, but no shape uses it (they use N)"),
        ({"sizes": {"N": 10**12}}, "'x' is too large: shape (3, 1e12), 3e12 entries, 24 TB in float64; "
         "a network holds 1e11 at most"),
        ({"parameters": {"w": "2 3", "c": "2 1", "x": "1"}}, "'x' is bound twice: it is already an input; "
         "every name is bound once"),
    ],
)  # fmt: skip
def test_what_is_given_is_checked(changes: dict[str, Any], message: str) -> None:
    assert refusal(lambda x, y, w, c: sum_op(x), **changes)[0] == message


def test_an_operator_needs_its_op() -> None:
    with pytest.raises(SpecError, match="unknown op 'add'"):
        _ = trace(lambda x: x + x, vocabulary={"tanh": OPS["tanh"]}, inputs={"x": ""})


def test_a_number_needs_the_op_constant() -> None:
    with pytest.raises(SpecError, match="unknown op 'constant'"):
        _ = trace(lambda x: x + 1, vocabulary={"add": OPS["add"]}, inputs={"x": ""})


def test_an_array_on_the_left_of_a_product_is_refused() -> None:
    assert complaint(lambda x: [[1.0, 2.0]] @ x).startswith("matmul: a list stands where a tensor or a number should")


def test_a_tensor_shows_its_name_and_shape() -> None:
    seen: list[str] = []
    _ = traced(of_x(lambda x: seen.append(repr(tanh(x)))))
    assert seen == ["<tensor tanh_1 (3, 5)>"]


def test_outside_of_a_trace_there_is_no_scope() -> None:
    with pytest.raises(SpecError, match=r"scope\('a'\) is used outside of a function that is traced"), scope("a"):
        pass


def test_a_trace_that_fails_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        _ = traced(of_x(lambda x: 1 / 0))
    with pytest.raises(SpecError, match="constant: an op computes nothing itself"):
        _ = constant_op(value=1.0)
