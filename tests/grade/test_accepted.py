"""What a network hands over is said where a submission cannot take it: how it is made, how called, which shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.grade.handed import NET
from trivium.errors import OracleError
from trivium.grade.accepted import made, plain, shapes, signatures
from trivium.target import find

SPEC = find(NET).spec
TAKEN = (
    "what is called is forward(S, y), which gives the loss, and then backward(), which gives the gradients back or "
    "leaves them in attributes"
)


class Wants:
    def __init__(self, w1: Any, b1: Any) -> None:
        self.w1, self.b1 = w1, b1


class Raises:
    def __init__(self, w1: Any = None) -> None:
        raise ValueError("no luck")


class Fits:
    def forward(self, S: Any, y: Any, *, scale: float = 1.0) -> Any:
        return scale

    def backward(self) -> None:
        return None


class Alone:
    def forward(self, S: Any) -> Any:
        return S

    def backward(self, y: Any) -> Any:
        return y


def failed(cause: Exception | None) -> OracleError:
    error = OracleError("the function cannot be called")
    error.__cause__ = cause
    return error


def said(thing: type) -> str:
    with pytest.raises(OracleError) as caught:
        _ = made(thing)
    return str(caught.value)


def test_a_class_that_wants_arguments_is_told_to_give_them_defaults() -> None:
    text = said(Wants)
    assert text.startswith("Wants cannot be made without arguments (TypeError: ")
    assert text.endswith("): give every argument of __init__ a default")


def test_a_class_that_raises_by_itself_is_told_only_that() -> None:
    assert said(Raises) == "Raises cannot be made without arguments (ValueError: no luck)"


def test_what_can_be_made_is_made_and_what_is_no_class_is_left() -> None:
    assert isinstance(made(Fits), Fits)
    assert made(SPEC) is SPEC


def test_a_way_forward_that_cannot_take_what_is_handed_over_is_told_what_is() -> None:
    assert signatures(Alone(), SPEC) == TAKEN


@pytest.mark.parametrize("thing", [Fits(), print, None])
def test_what_can_take_it_or_is_no_object_is_told_nothing(thing: Any) -> None:
    assert signatures(thing, SPEC) == ""


def test_shapes_are_told_where_numpy_complains() -> None:
    expected = "it was handed S (2, 2), y (1, 2), w1 (3, 2), b1 (3, 1), w2 (4, 3), b2 (4, 1), w3 (1, 4) and b3 (1, 1)"
    assert shapes(failed(ValueError("matmul")), SPEC, None) == expected
    values = {n: np.zeros(7) for n in SPEC.givens}
    assert shapes(failed(IndexError("axis")), SPEC, values).startswith("it was handed S (7,), y (7,), ")


@pytest.mark.parametrize("cause", [None, TypeError("no"), ZeroDivisionError("no")])
def test_shapes_are_not_told_of_other_errors(cause: Exception | None) -> None:
    assert shapes(failed(cause), SPEC, None) == ""


def test_a_product_that_does_not_fit_is_said_in_plain_words() -> None:
    with pytest.raises(ValueError, match="matmul") as caught:
        _ = np.ones((5, 3)) @ np.ones((2, 4))
    assert plain(f"ValueError: {caught.value}") == (
        "ValueError: a product of arrays that do not fit, with 3 columns and 2 rows"
    )
    assert plain("another error") == "another error"
