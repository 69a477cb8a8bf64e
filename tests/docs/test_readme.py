"""What README shows is run: its Python, its commands, its make targets."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

import trivium as tv
from trivium.cli import main
from trivium.probe import draw

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = [c for c in re.findall(r"`(?:\.venv/bin/)?(trivium [^`]+)`", README) if c != "trivium new"]

ALL_OF_IT = (
    "trivium self-test",
    "trivium self-test --mistakes notebook",
    "trivium check zoo:all",
    "trivium bench race zoo:mlp --small --processes 1 --seconds 0.05",
)
"""What takes long: run by the sweep, and in its parts by every run."""


def fenced(language: str, *, number: int = 1) -> str:
    """A block of this language, the first unless another is meant."""
    return README.split(f"```{language}\n")[number].split("```", 1)[0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as README's reader has it: the examples, and a network and numbers of their own."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    assert main(["new", "mynet.net.toml"]) == 0
    np.savez(tmp_path / "mynet.npz", **draw(tv.load("mynet.net.toml", sizes={"N": 7})))
    return tmp_path


def test_the_python_of_readme_prints_agreement(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(fenced("python"), "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("numpy, torch and jax derive the same gradient of one_layer")


def test_the_mistake_of_readme_is_named_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(fenced("python", number=2), "README.md", "exec"), {})
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.startswith("The gradient is wrong: w.")
    assert "tanh-not-squared, at README.md, line " in shown


def test_the_verdict_of_readme_is_what_the_command_prints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command, *shown = fenced("text").removesuffix("...\n").splitlines()
    assert main(shlex.split(command)[2:]) == 0
    printed = capsys.readouterr().out.splitlines()[: len(shown)]
    assert len(shown) > 6
    assert list(map(unrounded, printed)) == list(map(unrounded, shown))


def unrounded(line: str) -> str:
    """A line without what another processor rounds otherwise: digits and residuals."""
    return re.sub(r"[ (]+\d+\.\d\b", " #", line)


def test_readme_shows_commands() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize(
    "command", [pytest.param(c, marks=pytest.mark.slow) if c in ALL_OF_IT else c for c in COMMANDS]
)
def test_a_command_of_readme_succeeds(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(shlex.split(command)[1:]), any(capsys.readouterr())) == (0, True)


def test_what_takes_long_is_still_in_readme() -> None:
    assert set(ALL_OF_IT) <= set(COMMANDS)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", README))))
def test_a_make_target_of_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


def test_a_make_target_that_does_not_exist_would_be_seen() -> None:
    assert not re.search(r"^no_such_target:", MAKEFILE, re.MULTILINE)
