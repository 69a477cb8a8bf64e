"""The words of a command line: sizes, memory, names, and that each reaches the check."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer

from trivium.cli import main
from trivium.cli.target import parse_bytes, parse_names, parse_sizes

QUICK = "--backends=numpy,torch"


def test_sizes_seed_values_and_precision_reach_the_check(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--size", "N=6", "--size=hidden_units=2", "--seed", "9", "--dtypes", "float64"]
    assert main(["check", net, QUICK, *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["points"][0]["sizes"], found["seed"], found["dtypes"]) == (
        {"N": 6, "hidden_units": 2},
        9,
        ["float64"],
    )


def test_the_line_at_the_end_does_it_again(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", net, QUICK, "--size", "N=6", "--seed", "9"]) == 0
    first = capsys.readouterr().out
    words = first.splitlines()[-1].removeprefix("again").split()
    assert main(words[1:]) == 0
    assert capsys.readouterr().out.splitlines()[:20] == first.splitlines()[:20]


def test_values_are_read_from_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "line.net.toml").write_text(
        'name = "line"\nloss = "total"\n[parameters]\nw = "N"\n[nodes]\nd = "square(w)"\ntotal = "sum(d)"\n'
    )
    np.savez(here / "line.npz", w=np.array([1.0, -2.0, 4.0]))
    assert main(["check", "line.net.toml", QUICK, "--values", "line.npz", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["points"][0], found["gradients"][0]["largest"]) == ({"name": "own values", "sizes": {"N": 3}}, 8.0)


@pytest.mark.parametrize("text", ["7", "N=", "N=x", "=7", "N=1.5", "N==7", "1N=2"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="such as --size N=7"):
        _ = parse_sizes([text])


def test_sizes_are_read() -> None:
    assert parse_sizes(["N=7", " hidden = 3 "]) == {"N": 7, "hidden": 3}


def test_a_size_given_twice_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="N is given twice: 7 and 8"):
        _ = parse_sizes(["N=7", "N=8"])


def test_memory_is_read_with_its_unit() -> None:
    assert [parse_bytes(t) for t in ("1000", "500MB", "1.5 GiB", "2k", None)] == [1e3, 5e8, 1.5 * 2**30, 2e3, None]


@pytest.mark.parametrize("text", ["", "much", "-1", "1XB", "1e9", "nan"])
def test_memory_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="such as 500MB or 2GiB"):
        _ = parse_bytes(text)


def test_a_budget_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "zoo:diamond", "--budget", "1kB"]) == 2
    assert "BudgetError: checking diamond would take" in capsys.readouterr().err


def test_names_are_split_at_commas() -> None:
    assert [parse_names(t) for t in ("numpy, torch", "numpy,", "", None)] == [("numpy", "torch"), ("numpy",), (), None]
