"""One check that a test made, and what it found as plain data: what a page, a worker's message and a summary carry.

Knows nothing of pytest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trivium.compare.comparison import Comparison, Pattern, Witness
    from trivium.own.found import Found, Part

FAILING = ("disagree", "undecided")
ORDER = ("agree", "convention", "undecided", "disagree")
"""From the best verdict to the gravest."""
MOST_STEPS = 24
"""Failing steps that a test's section lists; the rest is counted."""


@dataclass(frozen=True)
class Case:
    """A check as it was asked for, with every default filled in, and the report that it gave."""

    verb: str
    arguments: tuple[Any, ...]
    options: Mapping[str, Any]
    report: Any

    @property
    def verdict(self) -> str:
        return str(self.report.verdict)

    @property
    def failing(self) -> bool:
        return self.verdict in FAILING


@dataclass(frozen=True)
class Gradient:
    """One gradient that is not right, and how."""

    name: str
    text: str


@dataclass(frozen=True)
class Digest:
    """What a report says, in a few words and numbers.

    gradients  how many were checked
    mistakes   the known mistakes that give the wrong numbers, by name
    """

    what: str
    summary: str
    gradients: int
    wrong: tuple[Gradient, ...] = ()
    backends: tuple[str, ...] = ()
    worst: float | None = None
    floor: float | None = None
    codes: tuple[str, ...] = ()
    grave: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()


def digest(report: Any) -> Digest:
    """What a report says; of one that this plugin has never seen, what its text says."""
    if hasattr(report, "comparison"):
        return of_roads(report.comparison)
    if hasattr(report, "found"):
        return of_own(report.found)
    return Digest("the check", " ".join(str(report).split("\n\n")[0].split()), 0)


def of_roads(comparison: Comparison) -> Digest:
    """What was found of a network."""
    from trivium.report.verdict import sentence

    worst, floor = comparison.worst, comparison.floor
    failing = comparison.verdict in FAILING
    return Digest(
        what=comparison.spec.name,
        summary=sentence(comparison),
        gradients=len({e.tensor for e in comparison.ends}),
        wrong=tuple(wrong_on_a_road(comparison)) if failing else (),
        backends=comparison.backends,
        worst=worst.residual if worst else None,
        floor=floor.floor if floor else None,
        codes=tuple(dict.fromkeys(f.code for f in comparison.findings)),
        grave=tuple(dict.fromkeys(f.code for f in comparison.of(*FAILING))),
        mistakes=tuple(dict.fromkeys(name for f in comparison.of(*FAILING) for name in f.mistakes)),
        detail=tuple(details(comparison)),
    )


def wrong_on_a_road(comparison: Comparison) -> Iterator[Gradient]:
    """The parameters' gradients that are not right on some road; those of inputs where every parameter's is."""
    from trivium.report.failure import gradient_states

    states = {b: gradient_states(comparison, b) for b in comparison.backends}
    off = {name for found in states.values() for name, state in found.items() if state != "right"}
    parameters = {e.tensor for e in comparison.ends if e.parameter}
    shown = off & parameters or off
    for name in dict.fromkeys(e.tensor for e in comparison.ends):
        if name in shown:
            yield Gradient(name, "; ".join(_on_roads(comparison, name, states)))


def _on_roads(comparison: Comparison, name: str, states: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """In which backends one gradient is not right, and how, or from which step it has that."""
    from trivium.report.phrase import listed, node_text

    found = list(comparison.of("disagree"))
    for backend, names in states.items():
        mine = [f for f in found if f.backend in ("", backend)]
        if names.get(name) == "wrong":
            off = [w for f in mine for w in f.wrong if w.tensor == name and w.backend == backend]
            told = how(off[0].pattern, off[0].witnesses) if off else ""
            yield f"{name} is wrong in {backend}{f': {told}' if told else ''}"
        elif names.get(name) == "inherits":
            nodes = dict.fromkeys(node_text(comparison, f.node) for f in mine if f.wrong)
            yield f"{name} inherits what {backend} gets wrong{f' at {listed(nodes, most=2)}' if nodes else ''}"


def details(comparison: Comparison) -> Iterator[str]:
    """What the report, which is short, leaves out: every finding in full, and the steps that failed."""
    for f in comparison.findings:
        yield f"{f.code} {f.verdict}: {f.message}"
    failed = [step for step in comparison.steps if step.failed]
    for s in failed[:MOST_STEPS]:
        yield (
            f"{s.point}, {s.dtype}, {s.backend} {s.direction} {s.tensor}: residual {s.residual:.3g}, "
            f"{s.failed} of {s.entries} entries, replayed by {s.replayer}"
        )
    if failed[MOST_STEPS:]:
        yield f"and {len(failed) - MOST_STEPS} more steps"


def of_own(found: Found) -> Digest:
    """What was found of a gradient of one's own."""
    from trivium.report.own import sentence

    parts = found.of("gradient")
    off = [p for p in parts if p.state != "right"] if found.verdict in FAILING else []
    return Digest(
        what=found.what,
        summary=sentence(found),
        gradients=len(parts),
        wrong=tuple(Gradient(p.name, _own_words(p)) for p in off),
        worst=max((p.residual for p in parts), default=None),
        floor=max((p.floor for p in parts), default=None),
        mistakes=tuple(dict.fromkeys(m.mistake for m in found.mistakes)),
        detail=found.notes,
    )


def _own_words(part: Part) -> str:
    if part.state != "wrong":
        return f"{part.name} is {part.state}: {part.why}"
    return f"{part.name} is wrong: {how(part.pattern, part.witnesses) or part.why}"


def how(pattern: Pattern | None, witnesses: Sequence[Witness]) -> str:
    """In what way numbers are wrong; where there is no pattern in it, the worst of them."""
    from trivium.report.number import place, telling

    if not witnesses or (pattern is not None and pattern.name != "scattered"):
        return pattern.text if pattern is not None else ""
    got, expected = telling(witnesses[0].got, witnesses[0].expected)[:2]
    return f"{place(witnesses[0].index)} is {got}, and should be {expected}"


def gravest(verdicts: Iterable[str]) -> str:
    """The gravest of some verdicts; one that nobody knows is as grave as can be."""
    return max(verdicts, key=lambda v: ORDER.index(v) if v in ORDER else len(ORDER))
