"""`trivium export`, and what is said of many networks at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from trivium.cli import main
from trivium.verbs import load
from trivium.zoo import ZOO, network


@pytest.mark.parametrize("name", ZOO)
def test_a_network_of_the_zoo_is_written_and_read_back(name: str, here: Path) -> None:
    assert main(["export", f"zoo:{name}", "-o", "net.net.toml"]) == 0
    assert load(here / "net.net.toml") == network(name)


def test_its_sizes_may_be_others(here: Path) -> None:
    assert main(["export", "zoo:classifier", "--size", "b=2", "-o", "net.json"]) == 0
    assert load(here / "net.json") == network("classifier", b=2)


def test_without_a_file_it_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "zoo:classifier"]) == 0
    assert capsys.readouterr().out.startswith('name = "classifier"\nloss = "loss"\n\n[inputs]\n')


def test_a_file_that_nothing_would_read_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "zoo:classifier", "-o", "net.txt"]) == 2
    assert "net.txt: a network's file is called NAME.net.toml or NAME.json" in capsys.readouterr().err
    assert not (here / "net.txt").exists()


def test_a_network_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "zoo:clasifier"]) == 2
    assert "did you mean 'classifier'?" in capsys.readouterr().err


def test_in_brief_a_network_that_agrees_is_a_line(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--brief", net]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("agree      mine.net.toml")
    assert " of 256 " in line
    assert len(line) <= 80


@pytest.mark.usefixtures("wrong")
def test_in_brief_a_network_that_does_not_agree_is_a_whole_report(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--brief", net, "zoo:classifier"]) == 1
    out = capsys.readouterr().out
    assert "numpy" in out
    assert len(out.splitlines()) > 10
    assert out.splitlines()[-1].startswith("agree      zoo:classifier")
