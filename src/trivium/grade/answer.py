"""What comes back from a submission's process: messages, one a line, and at the end what was found.

Knows nothing of how it was found, or of what is made of it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from trivium.compare.bound import equals
from trivium.own.found import GRADIENT, VALUE, WRONG, Named, Part
from trivium.own.unwritten import WHY
from trivium.probe import PRIME
from trivium.report import OwnReport
from trivium.report.own import sentence

STAGE, REFUSED, UNLIMITED, STOPPED, ANSWER = "stage", "refused", "unlimited", "stopped", "answer"
"""What a message says: how far it is, what was not allowed, which limit cannot be set on this system, why there is no
answer, or what the answer is."""
LAST = (STOPPED, ANSWER)
UNHEARD = 71
"""The exit code of a process that can send no message any more."""
RATIO, SCATTERED = "ratio", "scattered"
NAMES = ", and "
"""In a pattern's text, before the size that a factor is."""
LONGEST = 400
"""Characters of a reason that are shown."""


@dataclass(frozen=True)
class Gradient:
    """One gradient that was brought.

    how      in which way it is wrong, or why nothing can be said
    pattern  the kind of that way: ratio, scattered, ...; nothing where there is none
    """

    name: str
    said_as: str
    state: str
    how: str
    pattern: str = ""


@dataclass(frozen=True)
class Answer:
    """What was found about a submission.

    value     the first value of its own that is another than the network's, or nothing
    suspects  the steps between which it goes wrong first
    mistakes  the known mistakes that give just these numbers
    text      the whole report
    """

    gradient: str
    cost: str
    summary: str
    gradients: tuple[Gradient, ...]
    value: str
    suspects: tuple[str, ...]
    mistakes: tuple[Named, ...]
    notes: tuple[str, ...]
    text: str


def answered(report: OwnReport, gradient: str, cost: str | None, note: str) -> dict[str, Any]:
    """A report, as it travels."""
    found = report.found  # a mark is for what was asked for: the network's gradient, not that of another function
    values = found.of(VALUE, WRONG)
    answer = Answer(
        gradient=gradient,
        cost=cost or "",
        summary=sentence(found),
        gradients=tuple(
            Gradient(
                name=p.name,
                said_as=p.said_as,
                state=p.state,
                how=_how(p, drawn=PRIME in found.points),
                pattern=p.pattern.name if p.pattern else "",
            )
            for p in found.beside or found.of(GRADIENT)
            if p.why != WHY  # what is still to be written is missing
        ),
        value=values[0].name if values else "",
        suspects=found.suspects,
        mistakes=() if values else found.mistakes,  # of another function than was asked for, nothing is named
        notes=(*([note] if note else []), *found.notes),
        text=report.text(),
    )
    return asdict(answer)


def _how(part: Part, *, drawn: bool) -> str:
    """In which way it is wrong; of a factor that may depend on sizes, and is none of them, that these were drawn."""
    found = part.pattern
    if found is None or not found.text:
        return part.why
    factor = abs(found.ratio or 1.0)
    known = NAMES in found.text or equals(factor, 2.0 ** round(math.log2(factor)))  # no size that is drawn is 2
    return found.text if known or not drawn or found.name != RATIO else f"{found.text}, at the sizes that were drawn"


def read(message: Any) -> Answer | None:
    """An answer that came back; None where it is none."""
    from pydantic import TypeAdapter, ValidationError  # where a stranger's process may have written it

    try:
        return TypeAdapter(Answer).validate_python(message)
    except ValidationError:
        return None
