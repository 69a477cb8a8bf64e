"""A network as a script: it runs alone, and its gradient is the network's, in every style."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jax
import numpy as np
import pytest
from typer.testing import CliRunner

import trivium as tv
from trivium.backend import load_backend
from trivium.cli import main
from trivium.cli.entry import app
from trivium.compare.bound import LINE, RUNS, UNIT, smallest
from trivium.compare.ends import Response
from trivium.errors import BackendError, SpecError
from trivium.lessons.excerpt import Excerpt, bindings, tree
from trivium.lessons.script import STYLES, TABLE, TAKEN, script
from trivium.ops import FAMILIES
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.target import find, handwritten
from trivium.zoo import ZOO, network

NOTEBOOK = Path(__file__).parents[2] / "examples/nets/notebook.net.toml"


@pytest.fixture(autouse=True)
def x64_as_it_was() -> Iterator[None]:
    """A script for JAX turns it on, as a script may; other tests are not to know."""
    before = jax.config.values["jax_enable_x64"]
    yield
    jax.config.update("jax_enable_x64", before)


def module(text: str) -> ModuleType:
    found = ModuleType("written")
    exec(compile(text, "written.py", "exec"), found.__dict__)
    return found


def placed(style: str) -> Callable[[Any], Any]:
    import jax.numpy as jnp
    import torch

    return {"numpy": np.array, "torch": torch.tensor, "jax": jnp.asarray}[style]


def gradients(text: str, style: str, spec: Spec, given: dict[str, Any]) -> dict[str, Any]:
    place = placed(style)
    found = module(text).gradients(*(place(given[name]) for name in spec.givens))
    return {name: np.asarray(g) for name, g in found.items()}


def unequal(text: str, style: str, spec: Spec, given: dict[str, Any]) -> list[str]:
    """The parameters of which the script has another gradient than the network, by more than rounding explains."""
    road = handwritten()
    right, noise = road.compile(spec)(given).gradients, Response(road, spec, given).every(RUNS)
    found = gradients(text, style, spec, given)
    assert set(found) == {name for name, _ in spec.parameters}
    size = {n: np.maximum(np.maximum(noise[n], np.abs(right[n])), smallest("float64")) for n in found}
    return [n for n in found if not (np.abs(found[n] - right[n]) <= LINE * UNIT["float64"] * size[n]).all()]


QUICK = ("notebook", "lstm_tagger", "word2vec")
NAMES = [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in ZOO]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", NAMES)
def test_a_script_s_gradient_is_its_network_s(name: str, style: str) -> None:
    spec = network(name)
    given = draw(spec)
    text = script(spec, load_backend(style), given, "")
    assert not re.search(r"^\s*(from|import) trivium", text, re.MULTILINE)
    assert unequal(text, style, spec, given) == []


def test_the_code_that_is_written_is_the_code_that_runs() -> None:
    spec = network("notebook")
    text = script(spec, load_backend("numpy"), draw(spec), "")
    spoiled = text.replace("return ((1 - y * y) * y_bar,)", "return (y_bar,)")
    assert spoiled != text
    assert unequal(spoiled, "numpy", spec, draw(spec)) == ["w1", "b1"]


MISNAMED = """
name = "misnamed"
loss = "shares"

[inputs]
np = "2 N"
loss = "m N"

[parameters]
leaves = "m 2"
np_ = "m 1"

[nodes]
float = "affine(leaves, np, np_)"
print = "tanh(float)"
shares = "squared_error(print, loss, reduction='mean')"

[sizes]
N = 5
m = 3
"""


@pytest.fixture
def misnamed(tmp_path: Path) -> Spec:
    """A network that has a script's own names, and Python's."""
    file = tmp_path / "misnamed.net.toml"
    _ = file.write_text(MISNAMED, encoding="utf-8")
    return tv.load(file)


@pytest.mark.parametrize("style", STYLES)
def test_a_network_may_have_a_script_s_own_names(style: str, misnamed: Spec, tmp_path: Path) -> None:
    given = draw(misnamed)
    text = script(misnamed, load_backend(style), given, "")
    assert "def loss(np__, loss_, leaves_, np_):" in text
    assert unequal(text, style, misnamed, given) == []
    _ = (tmp_path / "net.py").write_text(text, encoding="utf-8")
    ran = subprocess.run([sys.executable, "-I", tmp_path / "net.py"], capture_output=True, text=True, check=True)
    assert ran.stdout.count("gradient with respect to") == 2


def test_its_script_is_found_right(misnamed: Spec) -> None:
    code = module(script(misnamed, load_backend("numpy"), draw(misnamed), ""))
    report = tv.check_gradient(code.loss, code.gradients, against=misnamed)
    assert {p.name: p.state for p in report.found.of("gradient")} == {"leaves": "right", "np_": "right"}


def test_what_the_steps_read_is_found() -> None:
    assert {"F", "torch"} <= {
        name for family in FAMILIES for name in imports_read(f"trivium_torch.{family}", "OPERATIONS")
    }


@pytest.mark.parametrize(("road", "table"), TABLE.items())
def test_no_tensor_has_a_name_that_a_step_reads(road: str, table: str) -> None:
    read = {name for family in FAMILIES for name in imports_read(f"trivium_{road}.{family}", table)}
    assert read - set(TAKEN) == set()


def imports_read(family: str, table: str) -> set[str]:
    """The names that a table's entries read, and that its module imports from elsewhere."""
    statement: Any = bindings(family)[table]
    read = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
    imports = (node for node in tree(family).body if isinstance(node, ast.Import | ast.ImportFrom))
    known = {a.asname or a.name for node in imports if not foreign(node) for a in node.names}
    return read & known


def foreign(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of ours, whose definitions are written out, or for annotations alone."""
    return isinstance(node, ast.ImportFrom) and str(node.module).startswith(("trivium", "typing", "collections"))


def test_two_helpers_of_one_name_are_kept_apart() -> None:
    excerpt = Excerpt(())
    names = [excerpt.take(f"trivium_numpy.{family}", "summed") for family in ("linear", "pooling")]
    assert names == ["summed", "summed_of_pooling"]
    assert "def summed(" in excerpt.text
    assert "def summed_of_pooling(" in excerpt.text


def test_a_backend_of_one_s_own_has_no_style() -> None:
    spec = network("mlp")

    class Own:
        name = "own"

    with pytest.raises(BackendError, match="written as numpy, torch, jax"):
        _ = script(spec, Own(), draw(spec), "")  # type: ignore[arg-type]


@pytest.mark.parametrize("style", STYLES)
def test_a_network_without_a_gradient_is_not_written(style: str, tmp_path: Path) -> None:
    file = tmp_path / "mask.net.toml"
    text = 'name = "mask"\nloss = "l"\n[inputs]\nm = "3"\n[nodes]\nl = "sum(where(m, 1.0, 2.0))"\n'
    _ = file.write_text(text, encoding="utf-8")
    spec = tv.load(file)
    with pytest.raises(SpecError, match="mask has no gradient to write: nothing that is fed in holds real numbers"):
        _ = script(spec, load_backend(style), draw(spec), "")


@pytest.mark.parametrize("command", ["write", "exercise"])
def test_a_script_is_named_as_one(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "zoo:mlp", "-o", str(tmp_path / "net.txt")]) == 2
    assert "is no name for a script: end it in .py" in capsys.readouterr().err


def test_an_exercise_says_what_it_is_and_how_it_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["exercise", "zoo:mlp", "-o", "net.py"]) == 0
    head = (tmp_path / "net.py").read_text(encoding="utf-8").split('"""')[1].splitlines()
    assert head[0].startswith("The network mlp in NumPy, its gradient to be written by hand")
    assert head[-1] == "trivium check net.py::gradients --cost loss --against zoo:mlp"
    _ = capsys.readouterr()
    assert main([*shlex.split(head[-1])[1:], "--hints", "1"]) == 3
    said = "Nothing is written yet: w1, c1, w2, c2, w3 and c3 are still to be written."
    assert " ".join(capsys.readouterr().out.split()) == said


def test_the_command_writes_a_script_that_runs_alone(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    written = CliRunner().invoke(app, ["write", str(NOTEBOOK), "--as", "numpy", "-o", str(file)])
    assert written.exit_code == 0, written.output
    ran = subprocess.run([sys.executable, "-I", str(file)], capture_output=True, text=True, check=True, cwd=tmp_path)
    source = find(NOTEBOOK)
    assert source.values is not None
    loss = load_backend("numpy").compile(source.spec)(source.values).values[source.spec.loss]
    assert ran.stdout.startswith(f"g9 = {float(loss)}\n")
    again = CliRunner().invoke(app, ["write", str(NOTEBOOK), "-o", str(file)])
    assert again.exit_code == 2
