"""A class as JSON: every mark, and the sums.

Knows nothing of who reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trivium.grade.classroom import mistakes, outcomes
from trivium.grade.mark import Mark, asked
from trivium.spec.graph import Spec

FORMAT, VERSION = "trivium.grade", 1


def document(marks: Sequence[Mark], spec: Spec) -> dict[str, Any]:
    """Strict JSON throughout."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "network": spec.name,
        "asked": list(asked(spec)),
        "outcomes": dict(outcomes(marks)),
        "mistakes": {name: list(who) for name, who in mistakes(marks).items()},
        "submissions": [_plain(m) for m in marks],
    }


def _plain(m: Mark) -> dict[str, Any]:
    return {
        "name": m.submission.name,
        "path": str(m.submission.path),
        "outcome": m.outcome,
        "score": m.score,
        "max_score": m.total,
        "gradients": dict(m.states),
        "mistakes": list(m.mistakes),
        "remark": m.remark,
        "hints": list(m.hints),
        "notes": list(m.notes),
        "printed": m.shown,
        "seconds": round(m.seconds, 3),
        "report": m.text,
    }
