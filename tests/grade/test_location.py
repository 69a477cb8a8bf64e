"""Where a submission goes wrong, in words."""

from __future__ import annotations

from trivium.grade.answer import Answer
from trivium.grade.location import mistaken, steps
from trivium.own.found import Named


def test_steps_in_words() -> None:
    assert steps(["g4"]) == "the backward step of g4"
    assert steps(["g1", "g2"]) == "the backward steps of g1 and g2"
    assert steps([f"g{i}" for i in range(1, 10)]) == "the backward steps of g1, g2, g3, g4, g5 and 4 more"


def test_mistakes_in_words() -> None:
    named = (
        Named("sign", "g4", "g3", "", ()),
        Named("detached", "g4", "g3", "", (), also=("g7",)),
        Named("sign", "g5", "g4", "", ()),
        *(Named(f"other-{i}", "g1", "x", "", ()) for i in range(3)),
    )
    answer = Answer("grads", "cost", "", (), "", (), named, (), "")
    assert mistaken(answer) == (
        "sign at g4 or g5 or detached at g4 and g7 or other-0 at g1 or other-1 at g1 or other-2 at g1"
    )
