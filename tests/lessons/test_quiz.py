"""Quiz and exercise: mistakes that differ, caught and named; a skeleton that is right where it is filled in."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import trivium as tv
from trivium.backend import load_backend
from trivium.cli.entry import app
from trivium.errors import SpecError
from trivium.lessons.quiz import Question, quiz
from trivium.lessons.script import script
from trivium.target import find

FILE = Path(__file__).parents[2] / "examples/nets/notebook.net.toml"
NOTEBOOK = find(FILE)


def given() -> dict[str, Any]:
    assert NOTEBOOK.values is not None
    return dict(NOTEBOOK.values)


def module(text: str) -> ModuleType:
    found = ModuleType("written")
    exec(compile(text, "written.py", "exec"), found.__dict__)
    return found


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return quiz(NOTEBOOK.spec, load_backend("numpy"), given(), count=4, seed=3, command="")


def test_no_two_questions_are_alike(questions: list[Question]) -> None:
    assert len({q.text for q in questions}) == 4
    assert len({q.plant.mistake for q in questions}) == 4


def test_each_is_caught_and_named(questions: list[Question]) -> None:
    for question in questions:
        code = module(question.text)
        report = tv.check_gradient(code.loss, code.gradients, at=given(), against=NOTEBOOK.spec)
        assert report.verdict == "disagree"
        assert question.plant.mistake in {m.mistake for m in report.found.mistakes}


def test_putting_the_line_right_passes(questions: list[Question]) -> None:
    right = script(NOTEBOOK.spec, load_backend("numpy"), given(), "")
    for question in questions:
        lines = question.text.splitlines()
        added = len(lines) - len(right.splitlines())
        at = question.plant.line - 1
        lines[at : at + 1 + added] = right.splitlines()[at : at + 1]
        assert lines == right.splitlines()
        code = module("\n".join(lines))
        assert tv.check_gradient(code.loss, code.gradients, at=given(), against=NOTEBOOK.spec).verdict == "agree"


def test_the_same_seed_asks_the_same(questions: list[Question]) -> None:
    again = quiz(NOTEBOOK.spec, load_backend("numpy"), given(), count=4, seed=3, command="")
    assert [q.text for q in again] == [q.text for q in questions]


@pytest.mark.slow
def test_more_than_there_are_cannot_be_asked_for() -> None:
    with pytest.raises(SpecError, match=r"only \d+ mistakes of notebook"):
        _ = quiz(NOTEBOOK.spec, load_backend("numpy"), given(), count=1000, seed=0, command="")


def test_the_command_writes_scripts_a_task_and_a_key(tmp_path: Path) -> None:
    folder = tmp_path / "quiz"
    ran = CliRunner().invoke(app, ["quiz", str(FILE), "--mistakes", "2", "--seed", "3", "-o", str(folder)])
    assert ran.exit_code == 0, ran.output
    assert sorted(p.name for p in folder.iterdir()) == ["TASK.md", "key.json", "notebook_1.py", "notebook_2.py"]
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))["answers"]
    for answer in key:
        lines = (folder / answer["file"]).read_text(encoding="utf-8").splitlines()
        assert answer["is"].splitlines()[0] in lines[answer["line"] - 1]
    again = CliRunner().invoke(app, ["quiz", str(FILE), "-o", str(folder)])
    assert again.exit_code == 2


def test_an_exercise_is_wrong_until_it_is_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    ran = CliRunner().invoke(app, ["exercise", str(FILE), "-o", str(file)])
    assert ran.exit_code == 0, ran.output
    text = file.read_text(encoding="utf-8")
    assert "_vjp" not in text
    assert text.count("todo(") == 14 + 1
    code = module(text)
    assert all(np.isnan(g).all() for g in code.gradients(*given().values()).values())
    filled = text.replace("g8_bar = todo(g8)", "g8_bar = 2 * (g8 - y) / y.shape[1]")
    filled = filled.replace("b3_bar = todo(b3)", "b3_bar = g8_bar.sum(axis=1, keepdims=True)")
    code = module(filled)
    found = tv.check_gradient(code.loss, code.gradients, at=given(), against=NOTEBOOK.spec).found
    assert [p.name for p in found.of("gradient", "right")] == ["b3"]
