"""What goes to stdout, what to stderr, and color and progress where somebody looks."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from trivium.cli import main
from trivium.cli.stream import colorful, waiting
from trivium.report import report_schema

QUICK = "--backends=numpy,torch"


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "trivium.cli", *arguments], capture_output=True, text=True, **options)


def in_terminal(*arguments: str, **environment: str) -> str:
    """What a person at a terminal sees of Python run with these arguments, stdout and stderr together."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"} | environment,
    )
    os.close(theirs)
    seen = _drain(ours)
    assert child.wait() == 0
    return seen


def _drain(descriptor: int) -> str:
    parts = []
    try:
        while part := os.read(descriptor, 65536):
            parts.append(part)
    except OSError:  # how Linux says that the other end of a terminal is closed
        os.close(descriptor)
    return b"".join(parts).decode()


def test_json_is_alone_on_stdout_and_as_its_schema_says(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", net, QUICK, "--json"]) == 0
    captured = capsys.readouterr()
    jsonschema.validate(json.loads(captured.out), report_schema())
    assert captured.err == ""


def test_several_networks_are_an_array_in_which_an_error_has_its_place(
    net: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", net, "nowhere.net.toml", QUICK, "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert [d["format"] for d in found] == ["trivium.report", "trivium.error"]


def test_an_error_alone_is_json_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere.net.toml", "--json"]) == 2
    captured = capsys.readouterr()
    assert (json.loads(captured.out)["kind"], "nowhere.net.toml" in captured.err) == ("SpecError", True)


def test_nothing_is_colored_where_nobody_looks(net: str) -> None:
    ended = run("check", net, QUICK)
    assert (ended.returncode, "\x1b" in ended.stdout + ended.stderr) == (0, False)


WAIT = """
import time
from trivium.cli import stream
stream.PATIENCE = {patience}
with stream.waiting("counting"):
    time.sleep(0.5)
"""


def test_a_terminal_is_told_what_takes_long() -> None:
    assert "counting" in in_terminal("-c", WAIT.format(patience=0.01))


def test_a_terminal_is_told_nothing_of_what_is_quick() -> None:
    assert in_terminal("-c", WAIT.format(patience=30)) == ""


def test_a_terminal_gets_color(net: str) -> None:
    seen = in_terminal("-m", "trivium.cli", "check", net, QUICK)
    assert "\x1b[1;32mnumpy and torch derive the same gradient" in seen


def test_no_color_is_respected(net: str) -> None:
    seen = in_terminal("-m", "trivium.cli", "check", net, QUICK, NO_COLOR="1")
    assert re.findall(r"\x1b\[[\d;]*m", seen[seen.index("numpy and torch derive") :]) == []


def test_a_stream_that_is_no_terminal_has_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    assert not colorful()


def test_a_terminal_that_is_dumb_has_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert not colorful()
    monkeypatch.setenv("TERM", "xterm")
    assert colorful()


def test_waiting_says_nothing_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("counting"):
        pass
    assert capsys.readouterr().err == ""


def test_no_file_speaks_to_the_terminal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "evil.net.toml").write_text('name = "evil"\nloss = \x1b[2J\n')
    assert main(["check", "evil.net.toml"]) == 2
    captured = capsys.readouterr()
    assert ("\x1b" in captured.out + captured.err, "\\x1b[2J" in captured.err) == (False, True)


def test_a_terminal_without_unicode_is_no_reason_to_fail() -> None:
    ended = run("ops", "squared_error", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert (ended.returncode, "? (prediction - target)?" in ended.stdout) == (0, True)
