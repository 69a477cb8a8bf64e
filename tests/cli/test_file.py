"""Files that a command writes: whole or not at all, and never over what exists unasked."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import typer

from trivium.cli import main
from trivium.cli.file import claim, reserve, write
from trivium.cli.stream import OutputError

QUICK = "--backends=numpy,torch"


def test_a_web_page_is_written(net: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", net, QUICK, "--html", "report.html"]) == 0
    assert (here / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "wrote report.html" in capsys.readouterr().err


def test_a_web_page_takes_one_network(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "zoo:diamond", "zoo:mlp", "--html", "report.html"]) == 2


def test_a_file_is_written_whole_or_not_at_all(here: Path) -> None:
    write(here / "a", "first")
    with pytest.raises(UnicodeEncodeError):
        write(here / "a", "second, and then a letter that UTF-8 has not: \ud800")
    assert ((here / "a").read_text(), os.listdir(here)) == ("first", ["a"])


@pytest.mark.parametrize("page", ["nowhere/report.html", "folder.html"])
def test_a_page_that_cannot_be_written_is_refused_before_any_work(
    page: str, net: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _ = capsys.readouterr()
    (here / "folder.html").mkdir()
    assert main(["check", net, QUICK, "--html", page]) == 2
    captured = capsys.readouterr()
    assert (captured.out, f"'--html': cannot write {page}: " in captured.err) == ("", True)


def test_a_page_that_turns_out_not_to_fit_has_an_exit_code_of_its_own(
    net: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path, text: str) -> None:
        raise OutputError(f"cannot write {path}: No space left on device")

    monkeypatch.setattr("trivium.cli.check.write", full)
    assert main(["check", net, QUICK, "--html", "report.html"]) == 74
    assert capsys.readouterr().err == "cannot write report.html: No space left on device\n"


def test_a_file_that_cannot_be_written_says_why(here: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write .*: No such file or directory"):
        write(here / "nowhere" / "a", "text")


def test_a_link_stays_and_what_it_leads_to_is_replaced(here: Path) -> None:
    (here / "a").write_text("before")
    (here / "link").symlink_to("a")
    write(here / "link", "after")
    assert ((here / "link").is_symlink(), (here / "a").read_text()) == (True, "after")


def test_a_pipe_is_written_to_and_stays(here: Path) -> None:
    os.mkfifo(here / "pipe")
    reader = os.open(here / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    reserve(here / "pipe", "--html")
    write(here / "pipe", "text")
    assert (os.read(reader, 10), (here / "pipe").is_fifo()) == (b"text", True)
    os.close(reader)


def test_a_file_gets_the_permissions_of_any_other(here: Path) -> None:
    (here / "a").touch()
    write(here / "b", "text")
    modes = [stat.S_IMODE((here / name).stat().st_mode) for name in "ab"]
    assert modes[0] == modes[1]


def test_what_exists_is_never_overwritten(here: Path) -> None:
    (here / "a").write_text("mine")
    with pytest.raises(typer.BadParameter, match="exists, and is not overwritten"):
        claim(here / "a")
    assert (here / "a").read_text() == "mine"


def test_a_new_network_is_one_that_agrees(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "mine"]) == 0
    assert capsys.readouterr().out == "wrote mine.net.toml; now check it:\ntrivium check mine.net.toml\n"
    assert main(["check", "mine.net.toml", QUICK]) == 0


def test_new_leaves_what_exists_alone(net: str, here: Path) -> None:
    before = (here / net).read_bytes()
    assert main(["new", net]) == 2
    assert (here / net).read_bytes() == before


@pytest.mark.parametrize("name", ["", "1.net.toml", "nowhere/mine.net.toml"])
def test_new_refuses_a_name_that_is_none(name: str, here: Path) -> None:
    assert main(["new", name]) == 2
    assert os.listdir(here) == []
