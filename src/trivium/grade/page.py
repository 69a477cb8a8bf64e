"""A class as a web page that stands alone: no script, nothing fetched, everything shown escaped by the template.

Knows nothing of HTML but the template beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trivium.grade.classroom import mistakes, outcomes
from trivium.grade.ledger import titled
from trivium.grade.mark import Mark, asked
from trivium.report.phrase import counted, visible
from trivium.report.web import rendered
from trivium.spec.graph import Spec


def page(marks: Sequence[Mark], spec: Spec, command: str) -> str:
    """A whole page."""
    return rendered("grade", "page.html.j2", {"whole": True, **view(marks, spec, command)})


def view(marks: Sequence[Mark], spec: Spec, command: str) -> dict[str, Any]:
    """What the template shows."""
    found = mistakes(marks)
    most = max((len(who) for who in found.values()), default=1)
    return {
        "name": spec.name,
        "title": counted(len(marks), "submission"),
        "network": spec.name,
        "parameters": asked(spec),
        "count": len(marks),
        "outcomes": outcomes(marks),
        "mistakes": [
            {"name": name, "title": titled(name).removeprefix(": "), "who": who, "share": round(100 * len(who) / most)}
            for name, who in found.items()
        ],
        "marks": [_view(m) for m in marks],
        "command": command,
    }


def _view(m: Mark) -> dict[str, Any]:
    return {
        "name": visible(m.submission.name),
        "path": visible(str(m.submission.path)),
        "outcome": m.outcome,
        "kind": m.outcome.replace(" ", "-"),
        "score": f"{m.score} of {m.total}" if m.states else "-",
        "states": m.states,
        "remark": visible(m.remark),
        "hints": m.hints,
        "notes": m.notes,
        "text": m.text,
        "shown": "\n".join(map(visible, m.shown.splitlines())),
        "seconds": f"{m.seconds:.1f} s",
    }
