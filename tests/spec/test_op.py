"""An op completes and checks its attributes, counts its inputs, and refuses to compute."""

from __future__ import annotations

from typing import Any

import pytest

from trivium.errors import SpecError
from trivium.spec.op import Attribute, op

PAIR = op(
    "pair(a: *s, b: *t) -> *s",
    "a, then b",
    attributes=(
        Attribute("flag", "bool", default=False),
        Attribute("count", "int", default=1),
        Attribute("rate", "float", default=0.5),
        Attribute("mode", "str", default="soft", choices=("soft", "hard")),
        Attribute("note", "str", default=""),
        Attribute("axis", "axis", default=None),
        Attribute("axes", "axes", default=None),
        Attribute("shape", "shape", default="N 3"),
        Attribute("size", "size", default="h"),
        Attribute("ints", "ints", default=1),
        Attribute("whole", "whole", default=None),
        Attribute("scale", "scale", default=1.0),
    ),
)


def completed(**attrs: Any) -> dict[str, Any]:
    return dict(PAIR.complete(attrs))


def complaint(**attrs: Any) -> str:
    with pytest.raises(SpecError) as caught:
        _ = PAIR.complete(attrs)
    return caught.value.problems[0].message


def test_attributes_are_completed_in_declared_order() -> None:
    assert PAIR.complete({"mode": "hard", "count": 3})[:4] == (
        ("flag", False),
        ("count", 3),
        ("rate", 0.5),
        ("mode", "hard"),
    )


@pytest.mark.parametrize(
    ("attribute", "given", "stored"),
    [
        ("rate", 3, 3.0),
        ("rate", 0.1, 0.1),
        ("axis", -1, -1),
        ("axes", [0, 2], (0, 2)),
        ("axes", 1, 1),
        ("shape", (2, 6), "2 6"),
        ("shape", ["N", 6], "N 6"),
        ("shape", " N   h*k ", "N h*k"),
        ("shape", (), ""),
        ("size", 7, "7"),
        ("size", "h*k", "h*k"),
        ("ints", [1, -2], (1, -2)),
        ("whole", -100, -100),
        ("scale", 2, 2.0),
        ("scale", "1/sqrt(d)", "1/sqrt(d)"),
    ],
)
def test_an_attribute_is_stored_in_one_form(attribute: str, given: Any, stored: Any) -> None:
    assert repr(completed(**{attribute: given})[attribute]) == repr(stored)


@pytest.mark.parametrize(
    ("attribute", "given", "wanted"),
    [
        ("flag", 1, "True or False"),
        ("count", True, "an integer (a million at most)"),
        ("count", 2.0, "an integer (a million at most)"),
        ("count", 10**7, "an integer (a million at most)"),
        ("rate", "1", "a finite number"),
        ("rate", True, "a finite number"),
        ("rate", float("nan"), "a finite number"),
        ("rate", float("inf"), "a finite number"),
        ("rate", 10**400, "a finite number"),
        ("mode", 3, "a text without quotes and backslashes"),
        ("note", "it's", "a text without quotes and backslashes"),
        ("axis", (0,), "an axis number or None"),
        ("axes", (0, "1"), "an axis number, a tuple of them, or None"),
        ("shape", 3, "a shape such as 'N 6' or (2, 6)"),
        ("size", "N 6", "one size, such as 6, 'h' or 'h*k'"),
        ("size", True, "one size, such as 6, 'h' or 'h*k'"),
        ("ints", (), "an integer or a tuple of them"),
        ("ints", None, "an integer or a tuple of them"),
        ("whole", 0.5, "an integer or None"),
        ("scale", "sqrt(d)", "a finite number, or '1/sqrt(d)'"),
    ],
)
def test_an_attribute_of_another_type_is_refused(attribute: str, given: Any, wanted: str) -> None:
    assert complaint(**{attribute: given}) == f"pair: attribute {attribute!r} is {given!r}, needs {wanted}"


def test_a_choice_that_is_none_is_refused() -> None:
    assert complaint(mode="hart") == (
        "pair: attribute 'mode' is 'hart', needs one of 'soft', 'hard'; did you mean 'hard'?"
    )


def test_a_shape_that_is_none_names_op_and_attribute() -> None:
    assert complaint(shape="-1 6").startswith("pair: '-1' is no axis: write a number from 1 up (3)")


def test_an_input_given_as_an_attribute_is_told_apart() -> None:
    assert complaint(b=3) == "pair: 'b' is an input, not an attribute; inputs are given by position, in order"


def test_all_wrong_attributes_are_named_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        _ = PAIR.complete({"flagg": True, "count": "x", "rate": "y"})
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(("count", "got"), [(1, "got 1"), (3, "got 3; attributes are written by name: flag=")])
def test_the_inputs_are_counted(count: int, got: str) -> None:
    with pytest.raises(SpecError) as caught:
        PAIR.check_arity(count)
    assert caught.value.problems[0].message.startswith(f"pair: takes 2 inputs (a, b), {got}")


def test_the_right_number_of_inputs_is_taken() -> None:
    assert PAIR.infer(((2, 3), (5,)), {}) == ((2, 3),)


def test_an_op_computes_nothing_itself() -> None:
    with pytest.raises(SpecError, match="pair: an op computes nothing itself"):
        _ = PAIR(1.0, 2.0)


def test_written_shapes_are_bound_to_sizes() -> None:
    bound = PAIR.bind(PAIR.complete({"shape": "N 2*h", "size": "h*2"}), {"N": 5, "h": 3})
    assert (bound["shape"], bound["size"]) == ((5, 6), 6)
