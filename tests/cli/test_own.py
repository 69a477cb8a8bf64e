"""`trivium check FILE::NAME`: a gradient in a file, in a notebook, in a notebook's text; and what is wrong is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.own.student import EXAMPLES, NET
from trivium.cli import main

FILE = EXAMPLES / "student/three_layers.py"
SOURCE = FILE.read_text(encoding="utf-8")
WRONG = SOURCE.replace('* sigmoid_slope(data["g5"])', '* sigmoid_slope(data["g6"])')
AGAINST = ["--cost", "cost", "--against", str(NET)]


def as_cells(source: str) -> list[str]:
    head, *functions = source.split("\n\n\n")
    return [head, "undefined_name + 1", *functions, "cost(1, 2)"]


def written(folder: Path, name: str, source: str) -> str:
    path = folder / name
    if name.endswith(".ipynb"):
        cells = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in as_cells(source)]
        _ = path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": ["# x"]}, *cells]}))
    elif name.endswith(".txt"):
        cells = [f"In [{i}]:\n{cell}\n\n({i}, array([1.0, 2.0]))\n" for i, cell in enumerate(as_cells(source), 1)]
        _ = path.write_text("\n".join(cells))
    else:
        _ = path.write_text(source)
    return f"{path}::grads"


@pytest.mark.parametrize("name", ["mine.py", "mine.ipynb", "mine.txt"])
def test_a_right_gradient_exits_0_wherever_it_stands(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", written(tmp_path, name, SOURCE), *AGAINST]) == 0
    shown = capsys.readouterr()
    assert "The gradient of the network notebook is right" in shown.out
    assert ("only imports, functions and classes were run" in shown.err) == (not name.endswith(".py"))


@pytest.mark.parametrize("name", ["mine.py", "mine.ipynb", "mine.txt"])
def test_a_wrong_one_exits_1_and_is_named(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", written(tmp_path, name, WRONG), *AGAINST]) == 1
    assert "derivative-at-output, at g6" in " ".join(capsys.readouterr().out.split())


def test_the_last_line_does_it_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = written(tmp_path, "mine.py", WRONG)
    assert main(["check", target, *AGAINST]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == f"again      trivium check {target} --cost cost --against {NET}"


def test_json_is_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{FILE}::grads", *AGAINST, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "agree"


def test_numbers_come_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = EXAMPLES / "nets/notebook.values.json"
    assert main(["check", f"{FILE}::grads", "--cost", "cost", "--values", str(values)]) == 0
    assert "held against the exact derivative" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mine.py::grad", *AGAINST], "has no function 'grad'; did you mean 'grads'"),
        (["none.py::grads", *AGAINST], "none.py cannot be read"),
        (["bad.py::grads", *AGAINST], "bad.py is no Python: line 1"),
        (["raises.py::grads", *AGAINST], "raises.py cannot be run: ZeroDivisionError"),
        (["mine.py::grads"], "a gradient alone cannot be judged"),
        (["mine.py::grads", "--cost", "cost"], "no numbers to check mine.py::grads at"),
        (["mine.py::grads", "--cost", "cost", "--against", "zoo:notebok"], "did you mean 'notebook'"),
        (
            ["mine.py::grads", "--cost", "cost", "--against", "zoo:mlp"],
            "the function takes S, w1, w2, w3, b1, b2, b3, y, and the numbers are x, y",
        ),
        (["zoo:mlp", "--cost", "cost"], "takes one gradient of your own"),
    ],
)
def test_what_cannot_be_checked_is_said(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, source in {"mine.py": SOURCE, "bad.py": "def (", "raises.py": "1 / 0"}.items():
        _ = (tmp_path / name).write_text(source)
    assert main(["check", *arguments]) == 2
    assert says in capsys.readouterr().err
