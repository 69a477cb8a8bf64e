"""Differences that a person knows and has accepted, in the network's file: shown, but no longer held against it.

Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from trivium.compare.comparison import Comparison, Finding
from trivium.errors import Problem, SpecError


class Known(Protocol):
    """A known difference: which finding (its code), at which node, of which backend, and why."""

    @property
    def finding(self) -> str: ...
    @property
    def node(self) -> str: ...
    @property
    def backend(self) -> str: ...
    @property
    def reason(self) -> str: ...


def accept(comparison: Comparison, known: Sequence[Known], *, where: str = "") -> Comparison:
    """The comparison with its known differences marked; SpecError for one that no longer occurs.

    A difference of a backend that took no part is left alone: nobody looked. `where` is the file that accepts them.
    """
    looked = [k for k in known if not k.backend or k.backend in comparison.backends]
    gone = [k for k in looked if not any(_is(k, f) for f in comparison.findings)]
    if gone:
        raise SpecError(*(_no_longer(k, where or comparison.spec.name) for k in gone))
    return replace(comparison, findings=tuple(_marked(f, known) for f in comparison.findings))


def _is(known: Known, finding: Finding) -> bool:
    return (known.finding, known.node, known.backend) == (finding.code, finding.node, finding.backend)


def _marked(finding: Finding, known: Sequence[Known]) -> Finding:
    reason = next((k.reason for k in known if _is(k, finding)), None)
    if reason is None:
        return finding
    return replace(finding, verdict="accepted", message=f"{finding.message} (accepted: {reason})")


def _no_longer(known: Known, where: str) -> Problem:
    return Problem(
        f"{known.finding} of {known.backend!r} at {known.node!r} is accepted, but no longer occurs: "
        "take it out of [[accept]]",
        where=where,
    )
