"""A class as lines of text: one for each submission, hints and notes below it, and the sums at the end.

Knows nothing of terminals but how wide one is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trivium.grade.classroom import mistakes, outcomes
from trivium.grade.mark import NOT_RUN, Mark
from trivium.grade.submission import Submission
from trivium.mistakes import MISTAKES
from trivium.own.found import RIGHT
from trivium.report.phrase import clipped, listed, visible, wrapped

NARROW, WIDE = 10, 24
"""Columns of a name."""
INDENT = 4


def column(submissions: Sequence[Submission]) -> int:
    """How wide the names are."""
    return min(max(*(len(visible(s.name)) for s in submissions), NARROW), WIDE)


def entry(m: Mark, names: int, width: int) -> Iterator[str]:
    """A submission's line; what does not fit goes on below, and so do hints and notes."""
    score = "" if m.outcome == NOT_RUN else f"{m.score} of {m.total} right  "
    head = f"{clipped(visible(m.submission.name), names):<{names}}  {m.outcome:<9}  {score}"
    remark = visible(m.remark)
    if len(head) + len(remark) <= width:
        yield f"{head}{remark}".rstrip()
    else:
        yield head.rstrip()
        yield from wrapped(remark, width=width, label=" " * INDENT, indent=INDENT)
    for hint in m.hints if m.outcome not in (NOT_RUN, RIGHT) else ():
        yield from wrapped(visible(hint), width=width, label=f"{'':<{INDENT}}hint: ", indent=INDENT + 6)
    for note in m.notes:
        yield from wrapped(visible(note), width=width, label=f"{'':<{INDENT}}note: ", indent=INDENT + 6)


def summary(marks: Sequence[Mark], width: int) -> Iterator[str]:
    """How many are right, and which mistakes there are, by how many."""
    count = len(marks)
    told = ", ".join(f"{n} {outcome}" for outcome, n in outcomes(marks).items())
    yield f"{count} submission{'' if count == 1 else 's'}: {told}."
    found = mistakes(marks)
    if found:
        yield ""
        yield "mistakes, and how many made them:"
        for name, who in found.items():
            yield from wrapped(f"{name}{titled(name)}", width=width, label=f"{len(who):>4}  ", indent=6)
            yield from wrapped(visible(listed(who)), width=width, label=" " * 6, indent=6)


def titled(name: str, known: Mapping[str, object] = MISTAKES) -> str:
    """What a mistake is called in words, where it is one that is known."""
    return f": {MISTAKES[name].title}" if name in known else ""
