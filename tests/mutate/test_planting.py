"""However a process of the tests comes to the file, it reads the planted text; and the function in it is watched."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.mutate.project import LAYER, PYTHON, SHAPES, START
from trivium.mutate.own import Own, read
from trivium.mutate.trial import PLANTING, Trial, as_words, tried, watching

CALLED = "\n\ndef test_it():\n    dx, dw, db = affine_backward(np.ones((5, 4)), (np.ones((5, 3)), np.ones((3, 4))))\n"
MAIN = f"{LAYER}{CALLED}    assert dw[0, 0] == 5\n\n\nif __name__ == '__main__':\n    test_it()\n"
BY_PATH = """\
import importlib.util
spec = importlib.util.spec_from_file_location("anything", "layer.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.test_it()
"""
BY_TEXT = "from pathlib import Path\nworld = {}\nexec(Path('layer.py').read_text(), world)\nworld['test_it']()\n"
WAYS = {
    "an import": f"{PYTHON} -c 'import layer; layer.test_it()'",
    "a script": f"{PYTHON} layer.py",
    "a module that is run": f"{PYTHON} -m layer",
    "a path": f"{PYTHON} by_path.py",
    "a text": f"{PYTHON} by_text.py",
    "pytest, the file itself": f"{PYTHON} -m pytest -q -p no:randomly -p no:benchmark layer.py",
    "pytest, by import": f"{PYTHON} -m pytest -q -p no:benchmark test_layer.py",
    "pytest with workers": f"{PYTHON} -m pytest -q -n 1 -p no:benchmark test_layer.py",
    "pytest without its cache": f"{PYTHON} -m pytest -q -p no:cacheprovider -p no:benchmark test_layer.py",
    "a process of a process": f"{PYTHON} -c 'import subprocess, sys; subprocess.run([sys.executable, \"layer.py\"])'",
    "a shell": f"cd . && {PYTHON} -c 'import layer; layer.test_it()' || exit 3",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the layer and every way to it."""
    for name, text in {
        "layer.py": MAIN,
        "by_path.py": BY_PATH,
        "by_text.py": BY_TEXT,
        "test_layer.py": "from layer import test_it\n",
    }.items():
        _ = (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planted(own: Own, command: str) -> Trial:
    return tried(command, own, own.text.replace("dw = x.T @ dout", "dw = 2 * x.T @ dout"), seconds=60)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "a process of a process"])
def test_the_planted_text_is_what_is_read(way: str, folder: Path) -> None:
    own = read("layer.py::affine_backward")
    right, wrong = tried(WAYS[way], own, own.text, seconds=60), planted(own, WAYS[way])
    assert (right.code, right.change) == (0, 0.0), right.tail
    assert right.marks == wrong.marks == {"loaded", "called"}
    assert not wrong.passed
    assert wrong.change == pytest.approx(1.0)


def test_a_script_that_another_process_starts_is_read_past_every_hook_and_that_is_seen(folder: Path) -> None:
    trial = planted(read("layer.py::affine_backward"), WAYS["a process of a process"])
    assert (trial.passed, trial.marks) == (True, frozenset())


def test_python_that_ignores_the_environment_is_seen_to_read_another_text(folder: Path) -> None:
    trial = planted(read("layer.py::affine_backward"), f"{PYTHON} -E -c 'import layer'")
    assert "loaded" not in trial.marks


def test_pytest_on_the_file_itself_leaves_no_bytecode_of_the_planted_text(folder: Path) -> None:
    command = WAYS["pytest, the file itself"]
    own = read("layer.py::affine_backward")
    _ = planted(own, command)
    assert list(folder.rglob("*.pyc")) == []
    assert tried(command, own, own.text, seconds=60).passed


def test_a_sitecustomize_that_was_there_still_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    _ = (elsewhere / "sitecustomize.py").write_text("import builtins\nbuiltins.it_ran = True\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    trial = planted(read("layer.py::affine_backward"), f"{PYTHON} -c 'it_ran'")
    assert trial.passed, trial.tail


def test_a_file_of_the_same_name_elsewhere_is_another(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    _ = (other / "layer.py").write_text(MAIN, encoding="utf-8")
    command = f"{PYTHON} -c 'import sys; sys.path.insert(0, \"other\"); import layer; layer.test_it()'"
    trial = planted(read("layer.py::affine_backward"), command)
    assert (trial.passed, trial.marks) == (True, frozenset())


def test_a_file_is_read_in_its_own_encoding(folder: Path) -> None:
    text = "# -*- coding: latin-1 -*-\n" + MAIN.replace("dw = x.T @ dout", "dw = x.T @ dout  # \xfcber b")
    _ = (folder / "layer.py").write_bytes(text.encode("latin-1"))
    trial = planted(read("layer.py::affine_backward"), WAYS["an import"])
    assert not trial.passed
    assert "loaded" in trial.marks


def test_no_line_moves_where_an_empty_one_follows_the_function() -> None:
    own = read(f"{Path(__file__).parents[2] / 'examples/student/layers.py'}::conv_backward")
    lines, watched = own.text.split("\n"), watching(own, own.text).split("\n")
    assert len(lines) == len(watched)
    assert [a for a, b in zip(lines, watched, strict=True) if a != b] == [""]


@pytest.mark.parametrize(
    ("name", "body", "call"),
    [
        ("Layer.backward", "class Layer:\n    def backward(self, d):\n        return d * 2\n", "Layer().backward(1.5)"),
        (
            "Layer.backward",
            "class Layer:\n    @staticmethod\n    def backward(d):\n        return d * 2\n\n    more = 1\n",
            "Layer.backward(1.5)",
        ),
        (
            "Layer.backward",
            "class Layer:\n    @classmethod\n    def backward(cls, d):\n        return d * 2\n    more = 1\n",
            "Layer.backward(1.5)",
        ),
        (
            "outer.inner",
            "def outer(k):\n    def inner(d):\n        return d * 2 + k\n    return inner\n",
            "outer(1.0)(2.0)",
        ),
        (
            "Sub.backward",
            "class Top:\n    def backward(self, d):\n        return d\n\n\nclass Sub(Top):\n"
            "    def backward(self, d):\n        return super().backward(d) + d * 2\n",
            "Sub().backward(1.5)",
        ),
        ("f", "def f(d, *, k=3.0):\n    return d * 2 + k\n", "f(1.5)"),
        (
            "f",
            "import functools\n\n\ndef deco(g):\n    @functools.wraps(g)\n    def h(*a):\n        return g(*a)\n"
            "    return h\n\n\n@deco\ndef f(d):\n    return d * 2\n",
            "f(1.5)",
        ),
    ],
)
def test_a_function_is_watched_wherever_it_stands(name: str, body: str, call: str, folder: Path) -> None:
    _ = (folder / "layer.py").write_text(body, encoding="utf-8")
    own = read(f"layer.py::{name}")
    trial = tried(f"{PYTHON} -c 'from layer import *; {call}'", own, own.text.replace("d * 2", "d * 3"), seconds=60)
    assert trial.passed, trial.tail
    assert trial.marks == {"loaded", "called"}
    assert trial.change is not None
    assert trial.change > 0


def test_an_object_that_keeps_its_gradients_is_compared_with_its_copy(folder: Path) -> None:
    body = "class Layer:\n    dw = 0.0\n\n    def backward(self, d):\n        self.dw = self.dw + d * 2\n"
    _ = (folder / "layer.py").write_text(body, encoding="utf-8")
    own = read("layer.py::Layer.backward")
    command = f"{PYTHON} -c 'from layer import Layer; a = Layer(); a.backward(1.0); a.backward(1.0); assert a.dw == 4'"
    same = tried(command, own, own.text, seconds=60)
    assert (same.passed, same.change) == (True, 0.0)
    assert tried(command, own, own.text.replace("d * 2", "d * 3"), seconds=60).change == pytest.approx(0.5)


def test_a_backward_of_torch_is_watched(folder: Path) -> None:
    body = """\
import torch


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 2 * x * grad_output
"""
    test = (
        "import torch\nfrom layer import Square\nx = torch.ones(3).requires_grad_()\nSquare.apply(x).sum().backward()\n"
    )
    _ = (folder / "layer.py").write_text(body, encoding="utf-8")
    _ = (folder / "by_path.py").write_text(test, encoding="utf-8")
    own = read("layer.py::Square.backward")
    trial = tried(f"{PYTHON} by_path.py", own, own.text.replace("2 * x", "3 * x"), seconds=100)
    assert trial.passed, trial.tail
    assert (trial.marks, trial.change) == ({"loaded", "called"}, pytest.approx(0.5))


def test_a_command_that_only_a_shell_understands_is_left_to_it() -> None:
    assert as_words("cd x && python a.py", Path("a.py")) is None
    assert as_words("no_such_program_anywhere a.py", Path("a.py")) is None
    assert as_words('python "a', Path("a.py")) is None


def test_the_start_of_the_project_runs(folder: Path) -> None:
    _ = (folder / "try_layer.py").write_text(START + SHAPES, encoding="utf-8")
    assert tried(f"{PYTHON} try_layer.py", read("layer.py::affine_backward"), MAIN, seconds=60).passed


CLOSURE = """\
class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def __mul__(self, other):
        out = Value(self.data * other.data)

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
"""


def test_what_a_function_keeps_of_the_one_around_it_is_copied_too(folder: Path) -> None:
    test = "from layer import Value\na, b = Value(2.0), Value(3.0)\nc = a * b\nc.grad = 1.0\nc._backward()\n"
    _ = (folder / "layer.py").write_text(CLOSURE, encoding="utf-8")
    _ = (folder / "by_path.py").write_text(test + "assert a.grad == 3.0\n", encoding="utf-8")
    own = read("layer.py::Value.__mul__._backward")
    same = tried(f"{PYTHON} by_path.py", own, own.text, seconds=60)
    assert (same.passed, same.change) == (True, 0.0), same.tail
    wrong = tried(f"{PYTHON} by_path.py", own, own.text.replace("self.data * out.grad", "self.data"), seconds=60)
    other = tried(f"{PYTHON} by_path.py", own, own.text.replace("self.data * out", "-self.data * out"), seconds=60)
    assert (wrong.passed, wrong.change) == (True, 0.0)
    assert (other.passed, other.change) == (True, 2.0)


def test_a_function_that_calls_itself_is_compared_with_itself_as_it_was(folder: Path) -> None:
    body = "def back(k, d):\n    return d * 2 if k == 0 else back(k - 1, d) + 1.0\n"
    _ = (folder / "layer.py").write_text(body, encoding="utf-8")
    own = read("layer.py::back")
    trial = tried(f"{PYTHON} -c 'import layer; layer.back(2, 1.0)'", own, body.replace("+ 1.0", "+ 3.0"), seconds=60)
    assert (trial.passed, trial.change) == (True, pytest.approx(1.0))  # 8 for 4; 5 for 3 further down


@pytest.mark.parametrize("name", ["sitecustomize", "trivium_script", "trivium_witness"])
def test_what_runs_in_a_strangers_process_imports_nothing_that_may_be_missing(name: str) -> None:
    tree = ast.parse((PLANTING / f"{name}.py").read_text(encoding="utf-8"))
    from_ = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {str(n).split(".")[0] for n in names | from_} - sys.stdlib_module_names <= {"numpy"}
