"""Where a submission goes wrong: the steps that a wrong gradient came through, and no right one.

Knows nothing of what is wrong there.
"""

from __future__ import annotations

from collections.abc import Iterable

from trivium.grade.answer import Answer
from trivium.own.found import RIGHT, WRONG
from trivium.report.phrase import listed
from trivium.spec.graph import Spec

MOST = 5
"""Steps that are named."""


def location(answer: Answer, spec: Spec) -> tuple[str, ...]:
    """The steps to look at, in the network's order: those of known mistakes, else all that are under suspicion."""
    named = dict.fromkeys(m.node for m in answer.mistakes)
    if named:
        return tuple(named)
    cleared = _ways(spec, (g.name for g in answer.gradients if g.state == RIGHT and not g.how))
    wrong = _ways(spec, (g.name for g in answer.gradients if g.state == WRONG)) - cleared
    left = tuple(name for name in answer.suspects if any(node == name for node, _ in wrong))
    return left or answer.suspects


def steps(nodes: Iterable[str]) -> str:
    """`the backward step of g4`, `the backward steps of g1, g2 and g3`."""
    all_ = list(nodes)
    return f"the backward step{'' if len(all_) == 1 else 's'} of {listed(all_, most=MOST)}"


def _ways(spec: Spec, names: Iterable[str]) -> set[tuple[str, str]]:
    """Every step, with the input through which it is gone back, on the ways from the loss to these tensors."""
    waiting, found = list(names), set[tuple[str, str]]()
    while waiting:
        name = waiting.pop()
        for node in spec.consumers.get(name, ()):
            if (node.name, name) not in found:
                found.add((node.name, name))
                waiting += node.outputs
    return found
