"""`trivium check FILE::NAME`: a gradient in a file, in a notebook, in a notebook's text; and what is wrong is said."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
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
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_markdown_cell("# x"), *map(nbformat.v4.new_code_cell, as_cells(source))]
        nbformat.write(notebook, path)
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


SLIP = """def cost(x):
    return (x * x).sum()


def grads(x):
    return helper(x)


def other(x, y):
    return 2 * x
"""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mine.py::grad", *AGAINST], "has no function 'grad'; did you mean 'grads'"),
        (["none.py::grads", *AGAINST], "none.py cannot be read"),
        (["bad.py::grads", *AGAINST], "bad.py is no Python: line 1"),
        (
            ["raises.py::grads", *AGAINST],
            "raises.py cannot be run: ZeroDivisionError: division by zero\n  in raises.py:1, 1 / 0\n"
            "trivium check raises.py::grads --cost cost",
        ),
        (
            ["slip.py::grads", "--cost", "cost", "--shape", "x=N"],
            "OracleError: called with x, the gradient raises NameError: name 'helper' is not defined\n"
            "  in slip.py:6, return helper(x)\n"
            "trivium check slip.py::grads --cost cost --shape x=N\n",
        ),
        (
            ["slip.py::other", "--cost", "cost", "--shape", "x=N"],
            "the gradient takes x, y, and what there is to hand it are x",
        ),
        (["mine.py::grads"], "a gradient alone cannot be judged"),
        (["mine.py::grads", "--cost", "cost"], "no numbers to check mine.py::grads at"),
        (["mine.py::grads", "--cost", "cost", "--against", "zoo:notebok"], "did you mean 'notebook'"),
        (
            ["mine.py::grads", "--cost", "cost", "--against", "zoo:mlp"],
            "the function takes S, w1, w2, w3, b1, b2, b3, y, and the numbers are x, y",
        ),
        (["zoo:mlp", "--cost", "cost"], "takes one gradient of your own"),
        (
            ["mine.py"],
            "mine.py is code, and no network: name the gradient in it\ntrivium check mine.py::NAME --cost NAME",
        ),
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
    for name, source in {"mine.py": SOURCE, "bad.py": "def (", "raises.py": "1 / 0", "slip.py": SLIP}.items():
        _ = (tmp_path / name).write_text(source)
    assert main(["check", *arguments]) == 2
    assert says in capsys.readouterr().err


MODULE = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(3, 4)
    def forward(self, x):
        return torch.tanh(self.a(x))
def plain(x):
    return torch.sin(x)
"""
LAYER = """
import numpy as np
class Layer:
    def __init__(self):
        self.W = np.full((3, 2), 0.3)
    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.W)
    def backward(self, d):
        self.dW = self.x.T @ d
        return d @ self.W.T
"""
ROWS = EXAMPLES / "student/rows.py"
LETTERS = {"S": "N i", "w1": "i h", "b1": "h", "w2": "h k", "b2": "k", "w3": "k o", "b3": "o", "y": "N o"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    _ = (tmp_path / "own_module.py").write_text(MODULE)
    _ = (tmp_path / "own_layer.py").write_text(LAYER)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("target", ["own_module:Net", "own_module.py::Net", "own_module.py::plain"])
def test_a_module_of_torch_is_checked_at_a_shape(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", target, "--shape", "x=5 3"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"again      trivium check {target} --shape 'x=5 3'"


@pytest.mark.usefixtures("folder")
def test_a_class_with_a_way_back_is_checked_and_its_line_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "own_layer.py::Layer", "--shape", "x=N 3"]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "2 of 2 gradients are wrong: W and x." in text
    assert "(derivative-missing, at own_layer.py, line 8)" in text


def test_shapes_take_the_place_of_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    shapes = [word for name, said in LETTERS.items() for word in ("--shape", f"{name}={said}")]
    assert main(["check", f"{ROWS}::grads", "--cost", "cost", *shapes]) == 0
    assert "checked at prime sizes; equal sizes; other numbers of prime sizes" in capsys.readouterr().out


def test_rows_are_found_out_beside_columns_or_may_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{ROWS}::grads", *AGAINST]) == 0
    assert main(["check", f"{ROWS}::grads", *AGAINST, "--layout", "rows"]) == 0
    assert "each of your matrices is the transpose" in capsys.readouterr().out


def test_a_page_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["check", written(tmp_path, "mine.py", WRONG), *AGAINST, "--html", str(page)]) == 1
    assert "derivative-at-output" in page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["own_layer:Layr", "--shape", "x=3"], "own_layer has no function 'Layr'; did you mean 'Layer'?"),
        (["own_nothing:Layer"], "own_nothing cannot be imported: ModuleNotFoundError"),
        (["own_layer.py::Layer"], "no numbers to check own_layer.py::Layer at"),
        (["own_layer.py::Layer", "--shape", "x"], "'x' is no shape: write x='N 3'"),
        ([f"{ROWS}::grads", *AGAINST, "--seed", "3"], "'--seed': is about networks"),
        ([f"{ROWS}::grads"], "a gradient alone cannot be judged"),
        ([f"{ROWS}::grads", "--cost", "cost"], "no numbers to check"),
        ([f"{ROWS}::grads", *AGAINST, "--layout", "row"], "layout='row'; did you mean 'rows'"),
    ],
)
def test_what_cannot_be_checked_is_said_with_a_cure(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *words]) == 2
    assert says in capsys.readouterr().err
