"""Where it goes wrong: a step that a right gradient has come through, by the same way, is not under suspicion."""

from __future__ import annotations

import pytest

from tests.grade.handed import NET
from trivium.grade.answer import Answer, Gradient
from trivium.grade.location import location, steps
from trivium.target import find

SPEC = find(NET).spec
ALL = tuple(node.name for node in SPEC.nodes)


def answer(wrong: str, right: str, zero: str = "") -> Answer:
    states = {**dict.fromkeys(wrong.split(), "wrong"), **dict.fromkeys(right.split(), "right")}
    told = [Gradient(n, n, state, "2 times too large" if state == "wrong" else "") for n, state in states.items()]
    told += [Gradient(n, n, "right", "it is 0 but for rounding") for n in zero.split()]
    return Answer("grads", "cost", "", tuple(told), "", ALL, (), (), "")


@pytest.mark.parametrize(
    ("wrong", "right", "at"),
    [
        ("w2", "w1 b1 w3 b3", "g4"),
        ("w1 b1", "w2 b2 w3 b3", "g1 g2 g3 g4"),
        ("w1 b1 w2 b2", "w3 b3", "g1 g2 g3 g4 g5 g6 g7"),
        ("w1 b1 w2 b2 w3 b3", "", "g1 g2 g3 g4 g5 g6 g7 g8 g9"),
        ("g5", "w1", "g1 g2 g3 g4 g5 g6 g7 g8 g9"),
    ],
)
def test_what_a_right_gradient_came_through_is_cleared(wrong: str, right: str, at: str) -> None:
    assert location(answer(wrong, right), SPEC) == tuple(at.split())


def test_a_gradient_that_is_0_clears_nothing() -> None:
    assert location(answer("w2", "", "w1"), SPEC) == ("g4", "g5", "g6", "g7", "g8", "g9")


def test_steps_in_words() -> None:
    assert steps(["g4"]) == "the backward step of g4"
    assert steps(["g1", "g2"]) == "the backward steps of g1 and g2"
    assert steps(ALL) == "the backward steps of g1, g2, g3, g4, g5 and 4 more"
