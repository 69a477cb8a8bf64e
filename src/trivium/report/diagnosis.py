"""What was done wrong in a step, in words: the known mistake that was proven, else the pattern, else where to look.

Knows nothing of how a mistake is recognized.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trivium.compare.comparison import BACKWARD, DISAGREE, Comparison, Finding, Wrong
from trivium.report.phrase import listed, node_of, pattern

if TYPE_CHECKING:
    from trivium.mistakes import Mistake, Place
    from trivium.spec.node import Node


@dataclass(frozen=True)
class Diagnosis:
    """One wrong step of one backend.

    tensors   whose gradients (or values) the step gets wrong
    mistakes  the known mistakes that give just these numbers, which is proven: one; several that cannot be told apart
              here; or none. Two that were made together are "sign + derivative-missing"
    patterns  per wrong tensor, how its numbers relate to the right ones
    text      what is wrong and what would be right
    hints     the same from vague to exact, where one mistake alone explains it
    """

    backend: str
    node: str
    tensors: tuple[str, ...]
    mistakes: tuple[str, ...]
    patterns: tuple[str, ...]
    text: str
    hints: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.backend}, {self.node}: {self.text}"


def diagnoses(comparison: Comparison) -> tuple[Diagnosis, ...]:
    """A diagnosis of every step that is wrong, in the order of the findings."""
    return tuple(diagnosed(comparison, f) for f in comparison.of(DISAGREE) if f.wrong)


def diagnosed(comparison: Comparison, finding: Finding) -> Diagnosis:
    """The diagnosis of one finding that has wrong numbers to show."""
    node = node_of(comparison, finding.node)
    known = [tuple(_parts(name)) for name in finding.mistakes]
    hints: tuple[str, ...] = ()
    if not known or node is None:
        text = _unknown(finding)
    elif len(known) == 1:
        (alone,) = known
        text, hints = _known(comparison, finding, node, alone), _hints(comparison, finding, node, alone)
    else:
        alike = "; ".join(f"{' and '.join(m.title for m in one)} ({_name(one)})" for one in known)
        text = f"one of these, which give the same numbers here: {alike}"
    return Diagnosis(
        backend=finding.backend,
        node=finding.node,
        tensors=tuple(dict.fromkeys(w.tensor for w in finding.wrong)),
        mistakes=finding.mistakes,
        patterns=tuple(dict.fromkeys(f"{w.tensor}: {pattern(w)}" for w in finding.wrong)),
        text=text,
        hints=hints,
    )


def plain(finding: Finding, wrong: Wrong) -> bool:
    """Whether the mistake says more than the pattern of its numbers, which is none."""
    return len(finding.mistakes) == 1 and wrong.pattern.name == "scattered"


def title(finding: Finding) -> str:
    """What was done, in a few words, where it is known."""
    return ", and ".join(m.title for name in finding.mistakes[:1] for m in _parts(name))


def _parts(name: str) -> tuple[Mistake, ...]:
    from trivium.mistakes import AND, MISTAKES  # where they are used: a report of agreement needs none

    return tuple(MISTAKES[part] for part in name.split(AND))


def _name(mistakes: tuple[Mistake, ...]) -> str:
    from trivium.mistakes import AND

    return AND.join(m.name for m in mistakes)


def _known(comparison: Comparison, finding: Finding, node: Node, mistakes: tuple[Mistake, ...]) -> str:
    proof = f"({_name(mistakes)}, proven: {'together they give' if mistakes[1:] else 'it gives'} the same numbers)"
    whys = " ".join(m.explained(_place(comparison, node, m, finding.wrong[0])) for m in mistakes)
    return f"{', and '.join(m.title for m in mistakes)} {proof}. {whys}"


def _hints(comparison: Comparison, finding: Finding, node: Node, mistakes: tuple[Mistake, ...]) -> tuple[str, ...]:
    told = [m.hinted(_place(comparison, node, m, finding.wrong[0])) for m in mistakes]
    both = ("There are two mistakes in this step.",) if mistakes[1:] else ()
    return (*both, *(hint for level in zip(*told, strict=True) for hint in dict.fromkeys(level)))


def _place(comparison: Comparison, node: Node, mistake: Mistake, wrong: Wrong) -> Place:
    """Where the mistake was made: at the tensor that is shown, if it fits there, else where it fits."""
    from trivium.mistakes import Place

    found = [Place(comparison.spec, node, role) for role in range(len(node.inputs))]
    fitting = [place for place in found if mistake.fits(place)] or found
    return next((place for place in fitting if place.tensor == wrong.tensor), fitting[0])


def untold() -> str:
    """What is said where no known mistake gives these numbers: how many were tried."""
    from trivium.mistakes import MISTAKES

    return f"none of the {len(MISTAKES)} known ones, nor two of the commonest together"


def _unknown(finding: Finding) -> str:
    """The same, and where to begin."""
    if finding.direction != BACKWARD:
        return f"{finding.node} computes another value than its formula; what follows from it inherits that"
    names = listed(tuple(dict.fromkeys(w.tensor for w in finding.wrong)), most=4)
    begin = f"What comes from above is right at {finding.node}, and what it hands to {names} is the first that is not"
    return f"{untold()}, gives these numbers. {begin}"
