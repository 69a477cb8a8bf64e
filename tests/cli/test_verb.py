"""The verbs besides `check`: ops, doctor, explain, demo, and what stands without any."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from trivium.cli import main
from trivium.ops import FAMILIES, OPS
from trivium.report import CODES

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_ops_lists_every_operation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [name for name in OPS if not any(line.startswith(f"  {name}(") for line in lines)] == []
    assert [family for family in FAMILIES if family not in lines] == []


@pytest.mark.parametrize("name", list(OPS))
def test_every_operation_is_shown_within_the_page(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops", name]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_ops_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops", "--json"]) == 0
    assert [o["name"] for o in json.loads(capsys.readouterr().out)] == list(OPS)


def test_one_operation_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops", "squared_error", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["attributes"][0]["choices"] == ["sum", "mean", "batchmean"]


def test_doctor_says_what_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "backends" in capsys.readouterr().out


def test_doctor_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["backends"][0]["name"] == "numpy"


@pytest.mark.parametrize("name", list(CODES))
def test_every_code_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name.lower()]) == 0
    assert capsys.readouterr().out.startswith(f"{name}: ")


def test_a_step_is_explained_in_every_style(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "hidden", "--in", net]) == 0
    found = capsys.readouterr().out
    assert [
        word for word in ("hidden = tanh(z)", "NumPy, by hand", "torch, a tape", "JAX, a") if word not in found
    ] == []


def test_what_is_fed_in_is_no_step(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "w1", "--in", net]) == 2
    assert "'w1' is a parameter of mine, not a step; the steps that read it: z" in capsys.readouterr().err


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert re.fullmatch(r"trivium \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_without_a_word_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_the_demonstration_finds_what_it_plants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    found = capsys.readouterr().out
    assert "Every entry lies inside its error bar." in found
    assert "derive the same gradient of notebook" in found
    assert "One mistake: numpy is wrong in the backward step of g9" in found


@pytest.mark.parametrize("verb", ["ops", "explain"])
def test_another_library_s_name_is_answered_with_ours(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "gather"]) == 2
    assert "it is called 'take_along_axis'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([""], "nothing is named: name a network, an operation"),
        (["zoo:"], "'zoo:' names no network: write one of the zoo's behind it (notebook, mlp"),
        (["labels", "--in", "zoo:mlp"], "mlp has no node 'labels' (it has: z1, h1, z2, h2, prediction and loss)"),
        (["zoo:mpl"], "did you mean 'mlp'?\ntrivium explain zoo:notebook"),
        (["tanh", "--html", "page.txt"], "page.txt is no name for a page: end it in .html"),
    ],
)
def test_what_cannot_be_explained_is_answered_with_what_can(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", *words]) == 2
    assert says in capsys.readouterr().err


def test_a_lesson_is_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", "zoo:mlp", "-o", "lesson.txt"]) == 2
    assert "lesson.txt is no name for a page: end it in .html" in capsys.readouterr().err


def test_numbers_that_a_size_leaves_out_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = str(EXAMPLES / "nets/notebook.net.toml")
    assert main(["lesson", net, "--size", "N=3", "-o", str(tmp_path / "page.html")]) == 0
    said = "the numbers of notebook.values.json go with the file's own sizes: at N=3 others are drawn"
    assert said in capsys.readouterr().err
