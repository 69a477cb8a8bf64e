"""Where a submission goes wrong: the steps of a known mistake, or those that it may be in.

Knows nothing of what is wrong there.
"""

from __future__ import annotations

from collections.abc import Iterable

from trivium.grade.answer import Answer
from trivium.own.found import Named
from trivium.report.phrase import listed

MOST = 5
"""Steps that are named."""


def location(answer: Answer) -> tuple[str, ...]:
    """The steps to look at, in the network's order: those of known mistakes, else all that are under suspicion."""
    return tuple(dict.fromkeys(n for m in answer.mistakes for n in m.nodes)) or answer.suspects


def steps(nodes: Iterable[str]) -> str:
    """`the backward step of g4`, `the backward steps of g1, g2 and g3`."""
    all_ = list(nodes)
    return f"the backward step{'' if len(all_) == 1 else 's'} of {listed(all_, most=MOST)}"


def mistaken(answer: Answer) -> str:
    """`sign at g4`, `detached at g4 or g5`: the known mistakes, each with where it may be."""
    at = dict.fromkeys(m.mistake for m in answer.mistakes)
    return " or ".join(f"{name} at {places(m for m in answer.mistakes if m.mistake == name)}" for name in at)


def places(mistakes: Iterable[Named]) -> str:
    """`g4`, `g4 or g5`; `h1 and h2` where it is in both."""
    return " or ".join(dict.fromkeys(listed(m.nodes, most=MOST) for m in mistakes))
