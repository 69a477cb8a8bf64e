"""`trivium mutate` as a person runs it: what it prints, its exit codes, what it says when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mutate.project import LAYER, NUMBERS, PYTHON, SHAPES, files, written
from trivium.cli import main
from trivium.mutate import course as running
from trivium.mutate.course import Outcome
from trivium.mutate.own import read
from trivium.mutate.tell import advice

TARGET = "layer.py::affine_backward"
ONLY = ["--only", "bias-averaged"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_let_through_is_shown_and_exits_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = written(folder, SHAPES)
    before = files(folder)
    assert main(["mutate", TARGET, "--tests", command, *ONLY]) == 1
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[0].startswith("The tests pass untouched, in ")
    assert lines[1].startswith("Now with 1 mistake, each in a run of its own: about ")
    assert lines[3:] == [
        "let through       line 12   bias-averaged: dout.sum(axis=0) -> dout.mean(axis=0)",
        "",
        "LET THROUGH: 1 wrong gradient that these tests do not notice.",
        "How much the result changes, as a share of its largest entry:",
        "",
        "layer.py:12  return dx, dw, dout.sum(axis=0)",
        "     0.80  bias-averaged               dout.sum(axis=0) -> dout.mean(axis=0)",
        "",
        "The tests caught 0 of 1 mistake that changes a number.",
        "A test that compares every number, at random ones of different sizes:",
        "  trivium.assert_gradient(affine_forward, affine_backward, at=...)",
        "What a mistake is, with hints:",
        "  trivium mistakes bias-averaged",
    ]
    assert shown.err == ""
    assert files(folder) == before


def test_what_it_advises_catches_the_mistake_and_exits_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", TARGET, "--tests", written(folder, NUMBERS), *ONLY]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "The tests caught 1 of 1 mistake that changes a number."


def test_no_line_is_wider_than_a_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _ = written(folder, SHAPES)
    assert main(["mutate", TARGET, "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 20
    assert [line for line in lines if len(line) > 80] == []


def test_the_list_as_json_runs_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _ = written(folder, SHAPES)
    assert main(["mutate", TARGET, "--list", "--json", *ONLY]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found == {
        "mistake": "bias-averaged",
        "words": "averaged where it should be summed",
        "line": 12,
        "column": 19,
        "before": "dout.sum(axis=0)",
        "after": "dout.mean(axis=0)",
    }


def test_json_is_alone_on_stdout(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["mutate", TARGET, "--tests", written(folder, SHAPES), "--json", *ONLY, "--only", "factors-exchanged"]
    assert main(asked) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["complete"]
    assert found["counts"] == {"caught": 2, "let through": 1, "no number changed": 0, "raises": 0, "hangs": 0}
    assert [m["change"] for m in found["mistakes"]] == ["shape", "shape", pytest.approx(0.8)]


def test_a_run_that_is_interrupted_tells_what_it_has(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = running.course

    def cut_short(*asked: Any, **options: Any) -> Iterator[Outcome]:
        yield next(whole(*asked, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "course", cut_short)
    assert main(["mutate", TARGET, "--tests", written(folder, SHAPES)]) == 130
    shown = capsys.readouterr()
    assert "LET THROUGH: 1 wrong gradient" in shown.out
    assert shown.err.startswith("interrupted after 1 of ")


WRONG = {
    "layer.py": (
        2,
        "OracleError: layer.py names no function: write layer.py::NAME, or layer.py::CLASS.NAME\n"
        "trivium mutate --help   # a function is FILE.py::NAME\n",
    ),
    "layer.py::afine_backward": (
        2,
        "OracleError: layer.py has no function 'afine_backward'; did you mean 'affine_backward'?; "
        "it has affine_forward and affine_backward\ntrivium mutate --help   # a function is FILE.py::NAME\n",
    ),
    "nowhere.py::f": (
        2,
        "OracleError: nowhere.py cannot be read: No such file or directory\n"
        "trivium mutate --help   # a function is FILE.py::NAME\n",
    ),
    "broken.py::f": (
        2,
        "OracleError: broken.py is no Python: line 2: invalid syntax\n"
        "trivium mutate --help   # a function is FILE.py::NAME\n",
    ),
    "mine.ipynb::f": (
        2,
        "OracleError: mine.ipynb is no Python file: only a file that tests import can be planted in\n"
        "trivium mutate --help   # a function is FILE.py::NAME\n",
    ),
    "empty.py::f": (
        3,
        "nothing can be planted in empty.py::f: no form of any known mistake fits there\ntrivium mutate --help\n",
    ),
    TARGET: (
        2,
        "error: Invalid value for '--tests': missing; for instance --tests \"python -m pytest -q -x\"\n"
        "trivium mutate --help\n",
    ),
    f"{TARGET} --only two-forgoten": (
        2,
        "SpecError: no mistake 'two-forgoten'; did you mean 'two-forgotten'?\n"
        "trivium mistakes       # lists every mistake that is known by name\n",
    ),
    f"{TARGET} --only carry-dropped": (
        3,
        f"nothing can be planted in {TARGET}: no form of carry-dropped fits there\n"
        f"trivium mutate {TARGET} --list   # what can be\n",
    ),
}


@pytest.mark.parametrize("asked", WRONG)
def test_what_is_wrong_is_said_in_one_message(asked: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _ = written(folder, SHAPES)
    _ = (folder / "broken.py").write_text("def f(d):\n    return d *\n", encoding="utf-8")
    _ = (folder / "empty.py").write_text("def f(d):\n    pass\n", encoding="utf-8")
    code = main(["mutate", *asked.split()])
    shown = capsys.readouterr()
    assert (code, shown.out, shown.err) == (WRONG[asked][0], "", WRONG[asked][1])


def test_tests_that_fail_untouched_are_bad_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = written(folder, "raise SystemExit('nothing works')\n")
    assert main(["mutate", TARGET, "--tests", command]) == 2
    assert capsys.readouterr().err == (
        f"OracleError: the tests fail before anything is planted: {command} exits 1\n  nothing works\n{command}\n"
    )


def test_tests_that_read_another_file_plant_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _ = written(folder, SHAPES)
    assert main(["mutate", TARGET, "--tests", f"{PYTHON} -c pass"]) == 3
    assert capsys.readouterr().err.startswith(f"the tests pass, and never read {folder / 'layer.py'}\n")


def test_tests_that_never_call_the_function_let_everything_through(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = written(folder, "")
    assert main(["mutate", TARGET, "--tests", command, *ONLY]) == 1
    assert capsys.readouterr().err == (
        "the tests pass, and never call affine_backward: the one mistake would be let through\n"
        f"trivium mutate {TARGET} --list   # which mistakes\n"
    )


def test_what_a_terminal_would_obey_is_shown_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layer = LAYER.replace("dw = x.T @ dout", "dw = x.T @ dout * len('\x1b[31m')")
    _ = written(folder, SHAPES, layer=layer)
    assert main(["mutate", TARGET, "--list"]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("layer", "name", "line"),
    [
        ("import torch\n\n\nclass Fn:\n    def backward(ctx, g):\n        return g * 2\n", "Fn.backward",
         "trivium.check_module(Fn.apply, at=[x]).raise_for_verdict()"),
        ("import jax.numpy as jnp\n\n\ndef norm_bwd(res, g):\n    return g * 2\n", "norm_bwd",
         "trivium.check_module(norm, at=[x]).raise_for_verdict()"),
        ("def cost(x):\n    return x\n\n\ndef grads(d):\n    return d * 2\n", "grads",
         "trivium.assert_gradient(cost, grads, at=...)"),
        ("class Layer:\n    def backward(self, d):\n        return d * 2\n", "Layer.backward",
         "trivium.assert_gradient(forward, backward, at=...)"),
    ],
)  # fmt: skip
def test_the_advice_is_at_the_names_of_the_file(layer: str, name: str, line: str, folder: Path) -> None:
    _ = (folder / "layer.py").write_text(layer, encoding="utf-8")
    assert advice(read(f"layer.py::{name}")) == line


def test_where_no_number_changes_nothing_is_known_and_it_exits_3(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ones = SHAPES.replace("stream.normal(size=out.shape)", "np.ones_like(out)")
    assert main(["mutate", TARGET, "--tests", written(folder, ones), "--only", "cotangent-squared"]) == 3
    assert "No mistake changed a number: of these tests nothing is known." in capsys.readouterr().out
