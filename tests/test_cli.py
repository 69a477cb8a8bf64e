"""The command line: exit codes, what goes to stdout and what to stderr, files, and how it ends when it is cut short."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from trivium.cli import main
from trivium.cli.check import code
from trivium.cli.file import claim, write
from trivium.cli.stream import colorful, waiting
from trivium.cli.target import parse_bytes, parse_names, parse_sizes
from trivium.compare.comparison import Comparison
from trivium.errors import SpecError, ValuesError
from trivium.ops import FAMILIES, OPS
from trivium.report import CODES, report_schema
from trivium.verbs import check

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
Read = Callable[[], Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def net(here: Path) -> str:
    """A network that works, as `trivium new` writes it."""
    assert main(["new", "mine"]) == 0
    return "mine.net.toml"


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake planted in every check of the network `mine`."""

    def planted(target: str, **asked: Any) -> Any:
        slip = {"numpy": {"hidden": lambda inputs, outputs, y_bars, x_bars: (y_bars[0] * 1.0,)}}
        return check(target, **asked, tamper=slip if "mine" in target else None)

    monkeypatch.setattr("trivium.verbs.check", planted)


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "trivium.cli", *arguments], capture_output=True, text=True, **options)


def in_terminal(*arguments: str, **environment: str) -> str:
    """What a person at a terminal sees, stdout and stderr together."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "trivium.cli", *arguments],
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


# exit codes


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
        (["zoo:logistic", "zoo:logistic"], 0),
        (["zoo:logistic", "outside.net.toml"], 3),
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
    assert code(ValuesError("no")) == 2


def test_a_crash_does_not_look_like_a_wrong_gradient(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("trivium.verbs.check", lambda target, **asked: 1 / 0)
    assert main(["check", "zoo:logistic"]) == 70
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_control_c_exits_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(target: str, **asked: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("trivium.verbs.check", interrupted)
    assert main(["check", "zoo:logistic"]) == 130
    assert capsys.readouterr().err == "interrupted: nothing was decided\n"


def test_a_broken_pipe_is_quiet() -> None:
    script = f"{sys.executable} -m trivium.cli ops | {sys.executable} -c 'import sys; sys.stdin.close()'; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert ended.returncode in (0, 141)  # 0 where everything was written before the reader had gone


def test_a_pipe_that_is_broken_from_the_start_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "trivium.cli", "ops"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, b"")


# what goes where


def test_json_is_alone_on_stdout_and_as_its_schema_says(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    _ = capsys.readouterr()
    assert main(["check", net, QUICK, "--json"]) == 0
    captured = capsys.readouterr()
    jsonschema.validate(json.loads(captured.out), report_schema())
    assert captured.err == ""


def test_several_networks_are_an_array_in_which_an_error_has_its_place(
    net: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _ = capsys.readouterr()
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


def test_a_terminal_gets_color_and_progress(net: str) -> None:
    seen = in_terminal("check", net, QUICK)
    assert "\x1b[1;32mnumpy and torch derive the same gradient" in seen


def test_no_color_is_respected(net: str) -> None:
    seen = in_terminal("check", net, QUICK, NO_COLOR="1")
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


def test_a_terminal_without_unicode_is_no_reason_to_fail() -> None:
    ended = run("ops", "squared_error", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert (ended.returncode, "? (prediction - target)?" in ended.stdout) == (0, True)


# the words of a command line


def test_sizes_seed_values_and_precision_reach_the_check(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    _ = capsys.readouterr()
    words = ["--size", "N=6", "--size=hidden_units=2", "--seed", "9", "--dtypes", "float64"]
    assert main(["check", net, QUICK, *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["points"][0]["sizes"], found["seed"], found["dtypes"]) == (
        {"N": 6, "hidden_units": 2},
        9,
        ["float64"],
    )


def test_the_line_at_the_end_does_it_again(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    _ = capsys.readouterr()
    assert main(["check", net, QUICK, "--size", "N=6", "--seed", "9"]) == 0
    first = capsys.readouterr().out
    words = first.splitlines()[-1].removeprefix("again").split()
    assert main(words[1:]) == 0
    assert capsys.readouterr().out.splitlines()[:20] == first.splitlines()[:20]


def test_values_are_read_from_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "line.net.toml").write_text(
        'name = "line"\nloss = "total"\n[parameters]\nw = "N"\n[nodes]\nd = "square(w)"\ntotal = "sum(d)"\n[sizes]\nN = 2\n'
    )
    np.savez(here / "line.npz", w=np.array([1.0, -2.0, 4.0]))
    assert main(["check", "line.net.toml", QUICK, "--values", "line.npz", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["points"][0], found["gradients"][0]["largest"]) == ({"name": "own values", "sizes": {"N": 3}}, 8.0)


@pytest.mark.parametrize("text", ["7", "N=", "N=x", "=7", "N=1.5", "N==7", "1N=2"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="such as --size N=7"):
        _ = parse_sizes([text])


def test_sizes_are_read() -> None:
    assert parse_sizes(["N=7", " hidden = 3 "]) == {"N": 7, "hidden": 3}


def test_a_size_given_twice_is_refused() -> None:
    with pytest.raises(SpecError, match="--size N is given twice: 7 and 8"):
        _ = parse_sizes(["N=7", "N=8"])


def test_memory_is_read_with_its_unit() -> None:
    assert [parse_bytes(t) for t in ("1000", "500MB", "1.5 GiB", "2k", None)] == [1e3, 5e8, 1.5 * 2**30, 2e3, None]


@pytest.mark.parametrize("text", ["", "much", "-1", "1XB", "1e9", "nan"])
def test_memory_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="such as 500MB or 2GiB"):
        _ = parse_bytes(text)


def test_a_budget_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "zoo:logistic", "--budget", "1kB"]) == 2
    assert "BudgetError: checking logistic would take" in capsys.readouterr().err


def test_names_are_split_at_commas() -> None:
    assert [parse_names(t) for t in ("numpy, torch", "numpy,", "", None)] == [("numpy", "torch"), ("numpy",), (), None]


# files


def test_a_web_page_is_written(net: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", net, QUICK, "--html", "report.html"]) == 0
    assert (here / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "wrote report.html" in capsys.readouterr().err


def test_a_web_page_takes_one_network(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "zoo:logistic", "zoo:mlp", "--html", "report.html"]) == 2


def test_a_file_is_written_whole_or_not_at_all(here: Path) -> None:
    write(here / "a", "first")
    with pytest.raises(UnicodeEncodeError):
        write(here / "a", "second, and then a letter that UTF-8 has not: \ud800")
    assert ((here / "a").read_text(), os.listdir(here)) == ("first", ["a"])


def test_a_file_that_cannot_be_written_is_bad_input(here: Path) -> None:
    with pytest.raises(ValuesError, match="cannot write .*: No such file or directory"):
        write(here / "nowhere" / "a", "text")


def test_a_file_gets_the_permissions_of_any_other(here: Path) -> None:
    (here / "a").touch()
    write(here / "b", "text")
    modes = [stat.S_IMODE((here / name).stat().st_mode) for name in "ab"]
    assert modes[0] == modes[1]


def test_what_exists_is_never_overwritten(here: Path) -> None:
    (here / "a").write_text("mine")
    with pytest.raises(ValuesError, match="exists, and is not overwritten"):
        claim(here / "a")
    assert (here / "a").read_text() == "mine"


def test_a_new_network_is_one_that_agrees(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert capsys.readouterr().out == "wrote mine.net.toml; now check it:\ntrivium check mine.net.toml\n"
    assert main(["check", net, QUICK]) == 0


def test_new_leaves_what_exists_alone(net: str, here: Path) -> None:
    before = (here / net).read_bytes()
    assert main(["new", net]) == 2
    assert (here / net).read_bytes() == before


@pytest.mark.parametrize("name", ["", "1.net.toml", "nowhere/mine.net.toml"])
def test_new_refuses_a_name_that_is_none(name: str, here: Path) -> None:
    assert main(["new", name]) == 2
    assert os.listdir(here) == []


# the other verbs


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
    _ = capsys.readouterr()
    assert main(["explain", "hidden", "--in", net]) == 0
    found = capsys.readouterr().out
    assert [
        word for word in ("hidden = tanh(z)", "numpy, by hand", "torch, a tape", "jax, a") if word not in found
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


# the demonstration


def test_the_demonstration_finds_what_it_plants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    found = capsys.readouterr().out
    assert "Every entry lies inside its error bar." in found
    assert "derive the same gradient of mlp_columns" in found
    assert "One mistake: numpy is wrong in the backward step of g9" in found
