"""Roles that may be left out or repeated: an op takes as many inputs as it is given, and says so where it cannot."""

from __future__ import annotations

import pytest

from trivium.errors import SpecError
from trivium.ops.reduce import sum_
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Kind, Op, op
from trivium.spec.signature import arity, parse_signature, taking
from trivium.spec.trace import trace

JOIN = op("join(x...: b n) -> b n", "Σ of all x")
DENSE = op("dense(x: b n, w: m n, c?: m, mask?: b) -> b m", "x wᵀ + c", fan_in={"w": "n"})
LAST = op("last(a: n, x...: n) -> n", "the last x")
VOCABULARY = {"join": JOIN, "dense": DENSE, "last": LAST}


@pytest.mark.parametrize(("word", "expected"), [(JOIN, (1, None)), (DENSE, (2, 4)), (LAST, (2, None))])
def test_the_number_of_inputs_has_a_least_and_a_most(word: Op, expected: tuple[int, int | None]) -> None:
    assert arity(word.signature) == expected


@pytest.mark.parametrize(
    ("word", "count", "roles"),
    [
        (JOIN, 3, ("x1", "x2", "x3")),
        (JOIN, 1, ("x1",)),
        (LAST, 3, ("a", "x1", "x2")),
        (DENSE, 2, ("x", "w")),
        (DENSE, 4, ("x", "w", "c", "mask")),
    ],
)
def test_a_use_settles_the_roles(word: Op, count: int, roles: tuple[str, ...]) -> None:
    assert word.taking(count).roles == roles


def test_a_repeated_role_has_one_kind_and_fan_in_for_all_its_inputs() -> None:
    word = op(
        "pool(x...: b n) -> b n", "Σ of all x", kinds={"x": Kind("positive")}, fan_in={"x": lambda shapes, attrs: 7}
    ).taking(3)
    shapes = ((2, 3),) * 3
    found = [(word.kind(role, shapes, {}), word.fan(role, shapes, {})) for role in word.roles]
    assert found == [(Kind("positive"), 7)] * 3


def test_a_role_whose_name_ends_in_a_digit_has_its_own_kind() -> None:
    word = op("blend(x: n, x1: n) -> n", "x + log x1", kinds={"x1": Kind("positive")})
    assert [word.kind(role, ((2,), (2,)), {}) for role in word.roles] == [Kind(), Kind("positive")]


def test_the_same_number_of_inputs_is_the_same_op() -> None:
    assert JOIN.taking(2) is JOIN.taking(2)
    assert JOIN.taking(2).taking(2) is JOIN.taking(2)


def test_an_op_without_open_roles_is_itself() -> None:
    plain = op("plain(x: *s) -> *s", "x")
    assert plain.taking(1) is plain


def test_what_is_not_taken_has_no_signature() -> None:
    assert taking(parse_signature("f(x: n, c?: n) -> n"), 3) is None


@pytest.mark.parametrize(
    ("word", "count", "message"),
    [
        (DENSE, 1, "dense: takes 2 to 4 inputs (x, w, c?, mask?), got 1"),
        (LAST, 1, "last: takes 2 or more inputs (a, x...), got 1"),
        (JOIN, 0, "join: takes 1 or more inputs (x...), got 0"),
    ],
)
def test_a_wrong_number_of_inputs_is_told_with_what_may_be_left_out(word: Op, count: int, message: str) -> None:
    with pytest.raises(SpecError) as error:
        _ = word.infer(((3,),) * count, {})
    assert error.value.problems[0].message == message


def test_an_axis_that_does_not_fit_names_the_role_as_used() -> None:
    with pytest.raises(SpecError, match=r"axis 'n' is 4 in input 'x2' \(2, 4\) but 3 in 'x1' \(2, 3\)"):
        _ = JOIN.infer(((2, 3), (2, 4)), {})


def test_a_run_of_axes_is_each_repeated_input_s_own() -> None:
    first = op("first(x...: *s) -> *t", "the first x", shape=lambda shapes, attrs: (shapes[0],))
    assert first.infer(((2, 3), (4,)), {}) == ((2, 3),)


def test_a_node_holds_the_op_as_it_is_used() -> None:
    assert Node(("y",), DENSE, ("x", "w", "c")) == Node(("y",), DENSE.taking(3), ("x", "w", "c"))
    assert Node(("y",), DENSE, ("x", "w")) != Node(("y",), DENSE, ("x", "w", "c"))


def test_a_traced_function_may_leave_an_input_out() -> None:
    inputs, parameters = {"x": "b n"}, {"w": "m n"}
    spec: Spec = trace(
        lambda x, w: sum_(JOIN(DENSE(x, w), DENSE(x, w), name="y")),
        vocabulary=VOCABULARY, inputs=inputs, parameters=parameters, sizes={"b": 5, "n": 3, "m": 2},
    )  # fmt: skip
    assert spec.shapes["y"] == (5, 2)
    assert spec.givens["w"].fan_in == 3


def test_an_input_that_is_left_out_and_named_is_told_apart_from_an_attribute() -> None:
    with pytest.raises(SpecError, match="'c' is an input, not an attribute"):
        _ = Node(("y",), DENSE, ("x", "w"), (("c", None),))  # type: ignore[arg-type]
