"""Gradescope's results.json, a test for each gradient: gradescope-autograders.readthedocs.io/en/latest/specs.

Knows nothing of how a submission was graded, and says nothing but what hints and notes do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trivium.errors import share
from trivium.grade.hints import NOTHING
from trivium.grade.mark import Mark
from trivium.own.found import RIGHT

FILE = "results.json"


def results(mark: Mark, names: Sequence[str], level: int) -> dict[str, Any]:
    """The document. At level 0 only the score is shown to a student, and the tests to those who grade."""
    return {
        "score": float(mark.score),
        "execution_time": round(mark.seconds, 1),
        "output": output(mark),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(mark, name, i, level) for i, name in enumerate(names, 1)],
    }


def output(mark: Mark) -> str:
    """What a student reads first."""
    notes = [f"Note: {note}" for note in mark.notes]
    return "\n".join([f"{share(mark.score, mark.total, 'gradient')} right.", *mark.hints, *notes])


def _test(mark: Mark, name: str, number: int, level: int) -> dict[str, Any]:
    state = mark.states.get(name, mark.outcome)
    right = state == RIGHT
    return {
        "name": f"the gradient of {name}",
        "number": str(number),
        "score": 1.0 if right else 0.0,
        "max_score": 1.0,
        "status": "passed" if right else "failed",
        "output": state,
        "output_format": "text",
        "visibility": "hidden" if level == NOTHING else "visible",
    }


def path(folder: Path, mark: Mark, count: int) -> Path:
    """Where it goes: into the folder itself where there is one submission, as an autograder wants it."""
    return folder / FILE if count == 1 else folder / mark.submission.name / FILE
