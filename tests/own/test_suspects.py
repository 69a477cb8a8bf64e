"""Where it goes wrong: a step that a right gradient has come through, by the same way, is not under suspicion."""

from __future__ import annotations

import pytest

from tests.own.student import NET
from trivium.own.against import suspects
from trivium.target import find

SPEC = find(NET).spec


@pytest.mark.parametrize(
    ("wrong", "right", "at"),
    [
        ("w2", "w1 b1 w3 b3", "g4"),
        ("w1 b1", "w2 b2 w3 b3", "g1 g2 g3 g4"),
        ("w1 b1 w2 b2", "w3 b3", "g1 g2 g3 g4 g5 g6 g7"),
        ("w1 b1 w2 b2 w3 b3", "", "g1 g2 g3 g4 g5 g6 g7 g8 g9"),
        ("w2", "", "g4 g5 g6 g7 g8 g9"),
        ("g5", "w1", "g6 g7 g8 g9"),
    ],
)
def test_what_a_right_gradient_came_through_is_cleared(wrong: str, right: str, at: str) -> None:
    told = (*wrong.split(), *right.split())
    assert suspects(SPEC, wrong.split(), told, right.split()) == tuple(at.split())
