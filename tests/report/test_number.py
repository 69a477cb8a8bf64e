"""Numbers in few digits, but in enough to tell two of them apart."""

from __future__ import annotations

import math

from hypothesis import given, strategies as st

from trivium.report.number import decimal_digits, few, place, residual, seconds, telling

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE, FINITE)
def test_two_numbers_that_differ_never_look_alike(a: float, b: float) -> None:
    shown = telling(a, b)
    assert (shown[0] == shown[1]) <= (a == b)


def test_numbers_far_apart_take_four_digits() -> None:
    assert telling(-12.31459528, -2.462919055) == ("-12.31", "-2.463")


def test_numbers_close_together_take_as_many_as_they_need() -> None:
    assert telling(1.00000000003, 1.0) == ("1.00000000003", "1")


def test_an_absent_oracle_is_a_dash() -> None:
    assert telling(2.0, 1.0, None) == ("2", "1", "-")


def test_strange_numbers_are_named() -> None:
    assert (few(math.nan), few(-math.inf), telling(math.inf, 1.0)) == ("nan", "-inf", ("inf", "1"))


def test_digits_are_counted_to_a_tenth() -> None:
    assert [decimal_digits(x) for x in (15.64, math.inf, None, math.nan, -0.3)] == ["15.6", "all", "-", "-", "0.0"]


def test_a_large_residual_stays_short() -> None:
    assert [residual(x) for x in (3.14, 812.0, 28123.0)] == ["3.1", "812.0", "2.8e+04"]


def test_the_one_entry_of_a_number_has_no_index() -> None:
    assert [place((0, 1)), place(())] == ["[0, 1]", "alone"]


def test_times_have_a_unit() -> None:
    assert [seconds(x) for x in (0.0004, 0.123, 2.31, 61.0)] == ["0.4 ms", "0.12 s", "2.3 s", "61 s"]
