"""Where a submission goes wrong, in words."""

from __future__ import annotations

from trivium.grade.location import steps


def test_steps_in_words() -> None:
    assert steps(["g4"]) == "the backward step of g4"
    assert steps(["g1", "g2"]) == "the backward steps of g1 and g2"
    assert steps([f"g{i}" for i in range(1, 10)]) == "the backward steps of g1, g2, g3, g4, g5 and 4 more"
