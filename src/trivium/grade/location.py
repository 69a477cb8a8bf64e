"""Where a submission goes wrong: the step of a known mistake, or those that it may be in.

Knows nothing of what is wrong there.
"""

from __future__ import annotations

from collections.abc import Iterable

from trivium.grade.answer import Answer
from trivium.report.phrase import listed

MOST = 5
"""Steps that are named."""


def location(answer: Answer) -> tuple[str, ...]:
    """The steps to look at, in the network's order: those of known mistakes, else all that are under suspicion."""
    return tuple(dict.fromkeys(m.node for m in answer.mistakes)) or answer.suspects


def steps(nodes: Iterable[str]) -> str:
    """`the backward step of g4`, `the backward steps of g1, g2 and g3`."""
    all_ = list(nodes)
    return f"the backward step{'' if len(all_) == 1 else 's'} of {listed(all_, most=MOST)}"
