"""Quiz and exercise: mistakes that differ, caught and named; a skeleton that is right where it is filled in."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import trivium as tv
from trivium.backend import load_backend
from trivium.cli.entry import app, main
from trivium.errors import SpecError
from trivium.lessons.quiz import Question, quiz
from trivium.lessons.script import script
from trivium.probe import draw
from trivium.target import find
from trivium.zoo import network

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
    return quiz(NOTEBOOK.spec, load_backend("numpy"), given(), count=4, seed=3)


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


@pytest.mark.slow
def test_the_same_seed_asks_the_same(questions: list[Question]) -> None:
    again = quiz(NOTEBOOK.spec, load_backend("numpy"), given(), count=4, seed=3)
    assert [q.text for q in again] == [q.text for q in questions]


@pytest.mark.slow
def test_more_than_there_are_cannot_be_asked_for() -> None:
    with pytest.raises(SpecError, match=r"only \d+ mistakes of notebook"):
        _ = quiz(NOTEBOOK.spec, load_backend("numpy"), given(), count=1000, seed=0)


def test_the_command_writes_scripts_a_task_and_a_key(tmp_path: Path) -> None:
    folder = tmp_path / "quiz"
    ran = CliRunner().invoke(app, ["quiz", str(FILE), "--mistakes", "2", "--seed", "3", "-o", str(folder)])
    assert ran.exit_code == 0, ran.output
    scripts, network = {"notebook_1.py", "notebook_2.py"}, {"notebook.net.toml", "notebook.values.json"}
    assert {p.name for p in folder.iterdir()} == {"TASK.md", "key.json"} | scripts | network
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))["answers"]
    for answer in key:
        lines = (folder / answer["file"]).read_text(encoding="utf-8").splitlines()
        assert answer["is"].splitlines()[0] in lines[answer["line"] - 1]
    again = CliRunner().invoke(app, ["quiz", str(FILE), "-o", str(folder)])
    assert again.exit_code == 2


def run(line: str, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """A command's exit code, and what it prints."""
    _ = capfd.readouterr()
    return main(shlex.split(line)[1:]), capfd.readouterr().out


@pytest.mark.parametrize(
    ("target", "sizes", "files"),
    [
        ("zoo:mlp", [], []),
        ("zoo:mlp", ["--size", "b=3"], ["mlp.net.toml"]),
        (str(FILE), [], ["notebook.net.toml", "notebook.values.json"]),
    ],
)
def test_the_commands_of_task_and_key_are_right_where_they_stand(
    target: str,
    sizes: list[str],
    files: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "some" / "quiz"
    assert main(["quiz", target, "--mistakes", "1", "-o", str(folder), *sizes]) == 0
    assert sorted(p.name for p in folder.iterdir() if p.suffix in (".toml", ".json")) == sorted([*files, "key.json"])
    monkeypatch.chdir(folder)
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    (mistake,) = (answer["mistake"] for answer in key["answers"])
    (line,) = [x for x in (folder / "TASK.md").read_text(encoding="utf-8").splitlines() if x.startswith("trivium ")]
    code, hinted = run(line, capfd)
    assert (code, "of 6 gradients" in hinted, mistake in hinted) == (1, True, False)
    code, marked = run(key["grading"], capfd)
    assert (code, mistake in marked) == (0, True)


def test_its_network_has_the_scripts_sizes(tmp_path: Path) -> None:
    assert main(["quiz", "zoo:mlp", "--mistakes", "1", "--size", "b=3", "-o", str(tmp_path)]) == 0
    assert find(tmp_path / "mlp.net.toml").spec.binding["b"] == 3


def test_a_rule_that_several_steps_share_has_its_mistake_named() -> None:
    spec = network("mlp")
    asked = quiz(spec, load_backend("numpy"), draw(spec), count=4, seed=0)
    assert {q.function for q in asked} & {"tanh_vjp", "linear_vjp"} != set()
    assert [q.alike for q in asked] == [()] * 4


def test_what_looks_the_same_is_asked_once(questions: list[Question]) -> None:
    assert len({(q.plant.before, q.plant.after) for q in questions}) == len(questions)


LABELS = """
name = "labels"
loss = "l"

[inputs]
x = "2 N"
t = "N"

[parameters]
w = "3 2"

[nodes]
h = "matmul(w, x)"
l = "cross_entropy(h, t, class_axis=0, reduction='mean')"

[sizes]
N = 2
"""


def test_what_a_mistake_makes_numpy_warn_of_is_not_heard(tmp_path: Path) -> None:
    _ = (tmp_path / "labels.net.toml").write_text(LABELS, encoding="utf-8")
    spec = find(tmp_path / "labels.net.toml").spec
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with pytest.raises(
            SpecError, match=r"only \d mistakes of labels are caught and named, of \d+ that were planted"
        ):
            _ = quiz(spec, load_backend("numpy"), draw(spec), count=50, seed=0)
    assert heard == []


FLAT = """
name = "flat"
loss = "l"

[inputs]
x = "2 N"

[parameters]
w = "1 2"

[nodes]
h = "square(matmul(w, x))"
r = "relu(sub(0, h))"
l = "mean(r)"

[sizes]
N = 3
"""


def test_of_a_gradient_that_is_zero_little_can_be_asked(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _ = (tmp_path / "flat.net.toml").write_text(FLAT, encoding="utf-8")
    assert main(["quiz", str(tmp_path / "flat.net.toml"), "-o", str(tmp_path / "quiz")]) == 2
    said = " ".join(capfd.readouterr().err.split())
    assert "caught and named, of " in said
    assert "its gradient is 0, and most change nothing there; " in said
    assert "another network or other numbers trivium quiz --help" in said


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


def checked(folder: Path, edits: Mapping[str, str], *options: str) -> tuple[int, str]:
    """The exercise with some of its lines written, checked: the exit code, and the first sentence."""
    text = script(NOTEBOOK.spec, load_backend("numpy"), given(), "", solved=False)
    for before, after in edits.items():
        assert before in text
        text = text.replace(before, after)
    _ = (folder / "mine.py").write_text(text, encoding="utf-8")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(["check", f"{folder / 'mine.py'}::gradients", "--cost", "loss", *options])
    return code, " ".join(out.getvalue().partition("\n\n")[0].split())


ERROR = {"todo(g8)": "2 * (g8 - y) / y.shape[1]", "todo(b3)": "g8_bar.sum(axis=1, keepdims=True)"}
SLIP = {**ERROR, "todo(w3)": "g8_bar @ g6.T * 2"}
NAN = {**ERROR, "todo(w3)": "np.full(w3.shape, np.nan)"}


@pytest.mark.parametrize(
    ("edits", "code", "sentence"),
    [
        ({}, 3, "Nothing is written yet: w1, b1, w2, b2, w3 and b3 are still to be written."),
        (ERROR, 3, "Right so far: b3. Still to be written: w1, b1, w2, b2 and w3."),
        (SLIP, 1, "1 of 2 gradients is wrong: w3. b3 is right. Still to be written: w1, b1, w2 and b2."),
        (NAN, 1, "1 of 2 gradients is wrong: w3. b3 is right. Still to be written: w1, b1, w2 and b2."),
    ],
)
def test_what_is_still_to_be_written_is_said(edits: dict[str, str], code: int, sentence: str, tmp_path: Path) -> None:
    assert checked(tmp_path, edits, "--against", str(FILE)) == (code, sentence)


def test_it_is_said_beside_the_function_alone_too(tmp_path: Path) -> None:
    values = str(FILE.with_name("notebook.values.json"))
    assert checked(tmp_path, {}, "--values", values)[1].startswith("Nothing is written yet: w1, ")
    assert checked(tmp_path, ERROR, "--values", values)[1].startswith("Right so far: b3. Still to be written: w1, ")


def test_a_slip_in_what_is_written_is_named(tmp_path: Path) -> None:
    edits = {**ERROR, "todo(g8)": "(g8 - y) / y.shape[1]"}
    hinted = checked(tmp_path, edits, "--against", str(FILE), "--hints", "4")
    assert hinted[1].endswith("At g9: the 2 of a square is missing.")


def test_what_is_still_to_be_written_is_missing_where_it_is_graded(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _ = checked(tmp_path, {}, "--against", str(FILE))
    assert main(["grade", str(tmp_path / "mine.py"), "--against", str(FILE)]) == 0
    assert "wrong      0 of 6 right  no gradient of w1, b1, w2, b2, w3 and b3" in capfd.readouterr().out
