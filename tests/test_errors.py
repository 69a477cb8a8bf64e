"""Counts in messages: one of a thing is not many of it."""

from __future__ import annotations

import pytest

from trivium.errors import counted, share
from trivium.lessons.lesson import lesson
from trivium.lessons.step import explain_network
from trivium.ops import OPS
from trivium.report.phrase import counted as in_words
from trivium.report.rich import evaluation_html, spec_html
from trivium.spec.file import loads_toml
from trivium_numpy import BACKEND

ONE = loads_toml(
    'name = "one"\nloss = "l"\n[inputs]\n[parameters]\nw = "1"\n[nodes]\nl = "sum(w, axis=None)"\n', vocabulary=OPS
).spec
GIVEN = {"w": BACKEND.compile(ONE).place({"w": [2.0]})["w"]}


@pytest.mark.parametrize(
    ("number", "noun", "says", "words"),
    [
        (1, "step", "1 step", "one step"),
        (2, "entry", "2 entries", "two entries"),
        (1000, "array", "1,000 arrays", "1,000 arrays"),
        (0, "wrong gradient", "0 wrong gradients", "no wrong gradients"),
    ],
)
def test_a_count_agrees_with_its_noun(number: int, noun: str, says: str, words: str) -> None:
    assert (counted(number, noun), in_words(number, noun)) == (says, words)


@pytest.mark.parametrize(
    ("count", "whole", "says"),
    [
        (3, 12, "3 of 12 entries are"),
        (1, 12, "1 of 12 entries is"),
        (1, 1, "1 of 1 entry is"),
        (0, 2, "0 of 2 entries are"),
    ],
)
def test_a_share_agrees_with_its_verb(count: int, whole: int, says: str) -> None:
    assert share(count, whole, "entry") == says


def test_a_network_of_one_step_is_told_so() -> None:
    page = lesson(ONE, GIVEN, {"numpy": BACKEND}, None, "lesson").text
    run = BACKEND.compile(ONE)(GIVEN)
    told = (page, explain_network(ONE, "one", GIVEN, BACKEND), spec_html(ONE), evaluation_html(run))
    assert "forward through one step to the loss, 2, and back through the same step to" in page
    assert "Reverse mode: 1 step forward and 1 back: the one entry of the gradient." in page
    assert [
        bad for bad in ("1 steps", "1 entries", "1 arrays", "1 numbers", "1 tangents") if bad in " ".join(told)
    ] == []
