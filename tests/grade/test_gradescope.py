"""Gradescope's results.json: its documented keys and words, a test for each gradient, and no more said than a hint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from trivium.grade.gradescope import path, results
from trivium.grade.mark import Mark
from trivium.grade.submission import Submission

FORMATS = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
TEST = {
    "type": "object",
    "required": ["score", "max_score", "name", "status", "output"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"},
        "name_format": FORMATS,
        "number": {"type": "string"},
        "output": {"type": "string"},
        "output_format": FORMATS,
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": VISIBILITY,
        "extra_data": {"type": "object"},
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["score", "tests"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMATS,
        "test_output_format": FORMATS,
        "test_name_format": FORMATS,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST},
        "leaderboard": {"type": "array"},
    },
}
PARAMETERS = ["w", "b", "v"]


def marked(states: dict[str, str], outcome: str = "wrong") -> Mark:
    hints = ("The gradient of w is right.",)
    a = Submission("a.py", Path("a.py"))
    return Mark(
        a, outcome, 3, 1.234, states, "a secret at g6", hints, ("a secret",), "", ("It draws.",), "a secret", ""
    )


def valid(document: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(document))


SOME = marked({"w": "right", "b": "wrong", "v": "missing"})


@pytest.mark.parametrize("level", range(5))
@pytest.mark.parametrize("mark", [SOME, marked({}, "not run")], ids=["graded", "not run"])
def test_it_has_the_documented_form(mark: Mark, level: int) -> None:
    assert valid(results(mark, PARAMETERS, level))


@pytest.mark.parametrize(
    "spoiled", [{"score": "2"}, {"visibility": "shown"}, {"tests": [{"score": 1}]}, {"unknown_key": 1}]
)
def test_another_form_would_be_seen(spoiled: dict[str, Any]) -> None:
    assert not valid(results(SOME, PARAMETERS, 1) | spoiled)


def test_there_is_a_test_for_each_gradient_and_its_score() -> None:
    found = results(SOME, PARAMETERS, 1)
    assert found["score"] == 1.0
    assert [(t["name"], t["score"], t["max_score"], t["status"], t["output"]) for t in found["tests"]] == [
        ("the gradient of w", 1.0, 1.0, "passed", "right"),
        ("the gradient of b", 0.0, 1.0, "failed", "wrong"),
        ("the gradient of v", 0.0, 1.0, "failed", "missing"),
    ]


def test_what_was_not_run_fails_every_test() -> None:
    found = results(marked({}, "not run"), PARAMETERS, 1)
    assert (found["score"], [t["output"] for t in found["tests"]]) == (0.0, ["not run"] * 3)


def test_at_level_0_which_gradients_are_right_is_hidden() -> None:
    assert {t["visibility"] for t in results(SOME, PARAMETERS, 0)["tests"]} == {"hidden"}
    assert {t["visibility"] for t in results(SOME, PARAMETERS, 1)["tests"]} == {"visible"}


def test_a_student_reads_the_hints_and_not_what_the_teacher_reads() -> None:
    found = results(SOME, PARAMETERS, 4)
    assert found["output"] == "1 of 3 gradients is right.\nThe gradient of w is right.\nNote: It draws."
    assert "secret" not in str(found)


def test_one_submission_goes_where_an_autograder_looks_and_several_to_folders_of_their_own() -> None:
    assert path(Path("out"), SOME, 1) == Path("out/results.json")
    assert path(Path("out"), SOME, 2) == Path("out/a.py/results.json")
