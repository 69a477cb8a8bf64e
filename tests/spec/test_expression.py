"""Equations: what they stand for, and what is said of those that stand for nothing."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tests.strategies import specs
from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.spec.expression import equation
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.text import call
from trivium.spec.token import LONGEST


def parts(text: str, *, outputs: tuple[str, ...] = ("h",), taken: tuple[str, ...] = ()) -> list[str]:
    """The nodes of an equation, written out."""
    return [f"{', '.join(n.outputs)} = {call(n)}" for n in equation(outputs, text, vocabulary=OPS, taken=taken)]


def complaint(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        _ = equation(("h",), text, vocabulary=OPS)
    return caught.value.problems[0].message


def test_a_call_is_one_node() -> None:
    assert parts("affine(w, x, c)") == ["h = affine(w, x, c)"]


def test_several_outputs_are_bound_by_one_call() -> None:
    assert parts("split(x, parts=2, axis=0)", outputs=("h", "c")) == ["h, c = split(x, parts=2, axis=0)"]


def test_operators_are_ops_with_the_precedence_of_python() -> None:
    assert parts("a + b * c - d @ e / f") == [
        "h_1 = mul(b, c)",
        "h_2 = add(a, h_1)",
        "h_3 = matmul(d, e)",
        "h_4 = div(h_3, f)",
        "h = sub(h_2, h_4)",
    ]


def test_operators_of_one_rank_are_taken_from_the_left() -> None:
    assert parts("a - b - c") == ["h_1 = sub(a, b)", "h = sub(h_1, c)"]


def test_parentheses_come_first() -> None:
    assert parts("a - (b - c)") == ["h_1 = sub(b, c)", "h = sub(a, h_1)"]


def test_a_minus_binds_tighter_than_a_product() -> None:
    assert parts("-a * b") == ["h_1 = neg(a)", "h = mul(h_1, b)"]


def test_a_number_in_a_tensors_place_is_a_constant() -> None:
    assert parts("2 * x - -1e-3") == [
        "h_1 = constant(value=2.0)",
        "h_2 = mul(h_1, x)",
        "h_3 = constant(value=-0.001)",
        "h = sub(h_2, h_3)",
    ]


def test_a_number_alone_is_a_constant() -> None:
    assert parts("--.5") == ["h = constant(value=0.5)"]


def test_the_names_of_parts_go_around_names_that_are_taken() -> None:
    assert parts("tanh(tanh(x) + y)", taken=("h_1", "h_3")) == ["h_2 = tanh(x)", "h_4 = add(h_2, y)", "h = tanh(h_4)"]


def test_the_names_of_parts_go_around_the_outputs_themselves() -> None:
    assert parts("split(tanh(x), parts=2, axis=0)", outputs=("h", "h_1"))[0] == "h_2 = tanh(x)"


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("sum(x, axis=-1)", -1),
        ("sum(x, axis=(0))", 0),
        ("sum(x, axis=(0,))", (0,)),
        ("sum(x, axis=[0, 1])", (0, 1)),
        ("sum(x, axis=())", ()),
        ("sum(x, axis=None)", None),
        ("reshape(x, shape=('N', 6))", "N 6"),
        ('reshape(x, shape="N 6",)', "N 6"),
        ("constant(value=1e-3)", 0.001),
        ("constant(value=-2)", -2.0),
    ],
)
def test_attributes_are_literals(text: str, attribute: object) -> None:
    assert repr(equation(("h",), text, vocabulary=OPS)[0].attrs[0][1]) == repr(attribute)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty equation; write what the node computes, such as tanh(h)"),
        ("x", "'x' alone computes nothing; use the name 'x' itself where 'h' is used"),
        ("tahn(x)", "unknown op 'tahn' at column 1; did you mean 'tanh'?"),
        ("ReLU(x)", "unknown op 'ReLU' at column 1; did you mean 'relu'?"),
        ("Dense(x)", "unknown op 'Dense' at column 1; it is called 'affine' or 'linear' here"),
        ("f(x)", "unknown op 'f' at column 1"),
        ("tanh(x", "'(' at column 5 is never closed"),
        ("tanh(x))", "')' at column 8 closes nothing"),
        ("sum(x, axis=(0])", "']' at column 15 closes nothing"),
        ("tanh(x) y", "'y' at column 9 comes after the end of the equation; "
         "put an operator (+ - * / @) before it, or a comma inside a call"),
        ("x[0]", "'[' at column 2 comes after the end of the equation; a tensor has no index here"),
        ("tanh(x)(y)", "'(' at column 8 comes after the end of the equation; only the name of an op is called"),
        ("h = tanh(x)", "'=' at column 3 comes after the end of the equation; an equation is its right side alone"),
        ("add(x y)", "'y' at column 7 stands where ',' or ')' should"),
        ("sum(x, axis=(0 1))", "'1' at column 16 stands where ',' or ')' should"),
        ("x +", "the end stands where a tensor should; "
         "write a name, a number, a call such as tanh(h), or an expression in parentheses"),
        ("+x", "'+' at column 1 stands where a tensor should; a leading '+' means nothing, leave it out"),
        ("tanh(True)", "'True' at column 6 stands where a tensor should; "
         "write a name, a number, a call such as tanh(h), or an expression in parentheses"),
        ("reshape(x, '2 6')", "\"'2 6'\" at column 12 stands where a tensor should; "
         "an attribute is written by its name: NAME='2 6'"),
        ("sum(axis=0, x)", "'x' at column 13 is an input after an attribute; inputs come first, attributes after them"),
        ("sum(x, axis=0, axis=1)", "'axis' at column 16 is given a second time; an attribute is given once"),
        ("sum(x, axis=-'a')", "\"'a'\" at column 14 cannot be the value of attribute 'axis': "
         "an attribute is a number, a text in quotes, True, False, None, or a tuple of these"),
        ("2x", "a number and a name run together at column 1; put an operator between them"),
        ("x ** 2", "'**' at column 3 is not part of an equation; write a power as pow(x, exponent=2), or power(x, y)"),
        ("x == y", "'==' at column 3 is not part of an equation; nothing is compared in a network"),
        ("x; y", "';' at column 2 is not part of an equation: it is made of names, numbers, calls and + - * / @"),
        ("sum(x, axis='a)", "a text that starts at column 13 has no closing quote; "
         "it holds no backslash and no line break"),
        ("1e999 * x", "constant: attribute 'value' is inf, needs a finite number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_column(text: str, message: str) -> None:
    assert complaint(text) == message


def test_an_equation_has_a_longest_length() -> None:
    assert len(equation(("h",), "x" + "+x" * (LONGEST // 2 - 1), vocabulary=OPS)) == LONGEST // 2 - 1
    assert complaint("x" + "+x" * (LONGEST // 2)) == (
        "an equation of 10001 characters; the longest is 10000: split it over several nodes"
    )


def test_brackets_have_a_greatest_depth() -> None:
    assert parts("(" * 39 + "tanh(x)" + ")" * 39) == ["h = tanh(x)"]
    assert complaint("(" * 41 + "x" + ")" * 41).startswith("more than 40 brackets within brackets at column 41")


def test_a_chain_of_minuses_needs_no_recursion() -> None:
    assert len(equation(("h",), "-" * 9000 + "x", vocabulary=OPS)) == 9000


def test_a_number_has_a_longest_length() -> None:
    assert complaint("9" * 401 + " * x") == "a number of 401 characters at column 1; the longest is 400"


def test_an_operator_without_its_op_is_unknown() -> None:
    with pytest.raises(SpecError, match="unknown op 'add' at column 3"):
        _ = equation(("h",), "x + y", vocabulary={"tanh": OPS["tanh"]})


@given(specs())
def test_every_node_is_read_back_from_its_text(spec: Spec) -> None:
    read = [equation(node.outputs, call(node), vocabulary=OPS) for node in spec.nodes]
    assert read == [(node,) for node in spec.nodes]


WORDS = ("tanh(", "x", ")", "+", "-", "sum(", "axis=", "1", ",", "(0, 1)", "@", "'a'", "None", "2.5", "e9", "=", " ")


def outcome(text: str) -> tuple[Node, ...] | SpecError:
    try:
        return equation(("h",), text, vocabulary=OPS)
    except SpecError as error:
        return error


@given(st.lists(st.sampled_from(WORDS)).map("".join) | st.text(alphabet="()[]@*+-/=,.'\"xy19e aTNσ{\n", max_size=30))
def test_any_text_is_an_equation_or_a_spec_error(text: str) -> None:
    assert isinstance(outcome(text), tuple | SpecError)
