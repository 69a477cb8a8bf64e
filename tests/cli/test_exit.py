"""Exit codes: 0 agree, 1 disagree, 2 bad input, 3 undecided; and how it ends when it is cut short."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trivium.cli import main
from trivium.cli.check import code
from trivium.errors import InternalError, ValuesError

QUICK = "--backends=numpy,torch"
OUTSIDE = """
name = "outside"
loss = "total"
[inputs]
x = "2"
[nodes]
y = "log(sub(x, 100))"
total = "sum(y)"
"""


def test_a_network_that_agrees_exits_with_0(net: str) -> None:
    assert main(["check", net, QUICK]) == 0


def test_a_mistake_exits_with_1(net: str, wrong: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", net, QUICK]) == 1
    assert "numpy is wrong in the backward step of hidden = tanh(z)" in capsys.readouterr().out


def test_bad_input_exits_with_2(here: Path) -> None:
    assert main(["check", "nowhere.net.toml"]) == 2


def test_undecided_exits_with_3(here: Path) -> None:
    (here / "outside.net.toml").write_text(OUTSIDE)
    assert main(["check", "outside.net.toml", QUICK]) == 3


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["zoo:diamond", "zoo:diamond"], 0),
        (["zoo:diamond", "outside.net.toml"], 3),
        (["outside.net.toml", "mine.net.toml"], 1),
        (["mine.net.toml", "nowhere.net.toml", "outside.net.toml"], 2),
    ],
)
def test_of_several_networks_the_gravest_decides(
    targets: list[str], expected: int, net: str, wrong: None, here: Path
) -> None:
    (here / "outside.net.toml").write_text(OUTSIDE)
    assert main(["check", *targets, QUICK]) == expected


def test_an_error_in_one_network_keeps_none_waiting(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    _ = main(["check", "nowhere.net.toml", net, QUICK])
    captured = capsys.readouterr()
    assert ("derive the same gradient of mine" in captured.out, "nowhere.net.toml" in captured.err) == (True, True)


@pytest.mark.parametrize(
    "arguments", [["--frob"], ["check"], ["check", "x", "--seed", "one"], ["frob"], ["explain", "frob"]]
)
def test_a_slip_of_the_fingers_exits_with_2_and_a_line_to_run(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[-1].startswith("trivium ")


def test_every_verdict_has_an_exit_code(here: Path) -> None:
    assert (code(ValuesError("no")), code(InternalError("a residual is not a number"))) == (2, 70)


def test_a_crash_does_not_look_like_a_wrong_gradient(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("trivium.verbs.check", lambda target, **asked: 1 / 0)
    assert main(["check", "zoo:diamond"]) == 70
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_control_c_exits_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(target: str, **asked: Any) -> None:
        raise KeyboardInterrupt  # what SIGINT becomes, also where a shell has it ignored

    monkeypatch.setattr("trivium.verbs.check", interrupted)
    assert main(["check", "zoo:diamond"]) == 130
    assert capsys.readouterr().err == "interrupted: nothing was decided\n"


def ended(shell: str) -> subprocess.CompletedProcess[str]:
    """`trivium ops`, its streams as a shell sets them up."""
    line = f'"{sys.executable}" -m trivium.cli {shell}'
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("shell", "message"),
    [
        ("ops >&-", "stdout is closed: nothing was done\n"),
        ("ops >/dev/full", "cannot write to stdout: No space left on device\n"),
        ("ops 1</dev/null", "cannot write to stdout: Bad file descriptor\n"),
        ("--help >/dev/full", "cannot write to stdout: No space left on device\n"),
        ("ops >&- 2>&-", ""),
        ("ops >/dev/full 2>/dev/full", ""),
    ],
)
def test_an_output_that_cannot_be_written_has_an_exit_code_of_its_own(shell: str, message: str) -> None:
    found = ended(shell)
    assert (found.returncode, found.stdout, found.stderr) == (74, "", message)


@pytest.mark.parametrize(("shell", "code"), [("ops 2>&-", 0), ("ops tanhh 2>&-", 2), ("ops tanhh 2>/dev/full", 2)])
def test_messages_that_nobody_can_read_change_no_exit_code(shell: str, code: int) -> None:
    assert ended(shell).returncode == code


def test_too_little_memory_is_no_bug(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def greedy(target: str, **asked: object) -> None:
        raise MemoryError("Unable to allocate 74.5 GiB")

    monkeypatch.setattr("trivium.verbs.check", greedy)
    assert main(["check", "zoo:diamond"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("this machine's memory does not suffice: Unable to allocate 74.5 GiB\nchoose smaller sizes")


def test_an_error_of_the_system_that_is_not_about_writing_is_a_crash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("trivium.verbs.check", lambda target, **asked: os.stat("/nonexistent"))
    assert main(["check", "zoo:diamond"]) == 70
    assert "this is a bug in trivium" in capsys.readouterr().err


def test_a_pipe_that_is_broken_from_the_start_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "trivium.cli", "ops"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, b"")
