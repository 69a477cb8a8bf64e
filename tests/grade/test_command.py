"""`trivium grade`: exit codes, what goes to stdout and to files, errors of whoever grades, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.grade.handed import NET, RIGHT, handed, slip
from trivium.cli import main

WRONG = slip('(1 - kept["g3"] ** 2)', '(1 - kept["g2"] ** 2)')
AGAINST = ["--against", str(NET)]


def started(folder: Path, scratch: Path, *options: str) -> subprocess.Popen[str]:
    """A command of its own, one submission at a time."""
    return subprocess.Popen(
        [sys.executable, "-m", "trivium.cli", "grade", str(folder), *AGAINST, "--jobs", "1", *options],
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_class_that_is_graded_exits_0_right_or_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = handed(tmp_path, {"right.py": RIGHT, "wrong.py": WRONG})
    assert main(["grade", str(folder), *AGAINST, "--hints", "2"]) == 0
    assert capsys.readouterr().out == (
        "right.py    right      6 of 6 right\n"
        "wrong.py    wrong      4 of 6 right  derivative-at-input at g3\n"
        "    hint: The gradients of w2, b2, w3 and b3 are right.\n"
        "    hint: Look at the way back through g3, the tanh.\n"
        "\n"
        "2 submissions: 1 right, 1 wrong.\n"
        "\n"
        "mistakes, and how many made them:\n"
        "   1  derivative-at-input: the formula for the output is fed with the input\n"
        "      wrong.py\n"
    )


def test_one_that_cannot_be_graded_exits_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder.py").mkdir()
    assert main(["grade", str(handed(tmp_path, {"empty.py": ""})), *AGAINST]) == 3
    assert "2 submissions: 2 not run." in capsys.readouterr().out


def test_every_face_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = handed(tmp_path, {"wrong.py": WRONG}) / "wrong.py"
    out = ["--json", "--html", str(tmp_path / "class.html"), "--gradescope", str(tmp_path / "results")]
    assert main(["grade", str(file), *AGAINST, "--hints", "4", *out]) == 0
    shown = capsys.readouterr()
    (found,) = json.loads(shown.out)["submissions"]
    assert (found["outcome"], found["score"], found["mistakes"]) == ("wrong", 4, ["derivative-at-input"])
    assert f"again      trivium check {file}::grads --cost cost --against {NET}" in found["report"]
    given = json.loads((tmp_path / "results/results.json").read_text())
    assert (given["score"], given["output"].splitlines()[1:]) == (4.0, found["hints"])
    assert "derivative-at-input" in (tmp_path / "class.html").read_text()
    assert shown.err == f"wrote {tmp_path}/results/results.json\nwrote {tmp_path}/class.html\n"


def test_names_that_are_told_are_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = RIGHT.replace("def grads", "def slope").replace("def cost", "def energy")
    folder = handed(tmp_path, {"odd.py": odd})
    assert main(["grade", str(folder), *AGAINST, "--gradient", "slope", "--cost", "energy"]) == 0
    assert "1 right" in capsys.readouterr().out


def test_a_module_beside_a_submission_can_be_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    split = {"given/tools.py": "def two():\n    return 2\n", "given/a.py": "from tools import two\n" + RIGHT}
    split["given/a.py"] = split["given/a.py"].replace("d8 = 2 *", "d8 = two() *")
    assert main(["grade", str(handed(tmp_path, split) / "given/a.py"), *AGAINST]) == 0
    assert "6 of 6 right" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a.py"], "error: Missing option '--against'.\ntrivium grade --help\n"),
        (["no.py", *AGAINST], f"OracleError: no.py does not exist\ntrivium grade submissions/*.py --against {NET}\n"),
        (AGAINST, "OracleError: no submission is named: give files, or folders that hold them\n"),
        (["a.py", "--against", "zoo:notebok"], "SpecError: no network 'notebok' in the zoo (it has: notebook, "),
        (
            ["a.py", *AGAINST, "--hints", "5"],
            "error: Invalid value for '--hints': Input should be less than or equal to 4",
        ),
        (
            ["a.py", *AGAINST, "--memory", "10MB"],
            "error: Invalid value for '--memory': 10MB: Python, NumPy and trivium",
        ),
        (
            ["a.py", *AGAINST, "--memory", "much"],
            "error: Invalid value for '--memory': 'much': write a number of bytes",
        ),
        (
            ["a.py", *AGAINST, "--timeout", "nan"],
            "error: Invalid value for '--timeout': Input should be greater than or equal to 1",
        ),
        (
            ["a.py", *AGAINST, "--timeout", "inf"],
            "error: Invalid value for '--timeout': inf s is no time that ends",
        ),
        (
            ["a.py", *AGAINST, "--html", "no/x.html"],
            "error: Invalid value for '--html': cannot write no/x.html: No such",
        ),
        (
            ["a.py", *AGAINST, "--gradescope", "/proc/x"],
            "error: Invalid value for '--gradescope': cannot write /proc/x: No such",
        ),
        (
            ["a.py", *AGAINST, "--gradescope", "a.py"],
            "error: Invalid value for '--gradescope': cannot write a.py: Not a directory",
        ),
        (
            ["a.py", *AGAINST, "--values", "few.json"],
            "ValuesError: few.json has no numbers for y, w1, b1, w2, b2, w3, b3",
        ),
    ],
)
def test_what_the_grader_got_wrong_is_said_before_anything_is_run(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(handed(tmp_path, {"a.py": RIGHT, "few.json": '{"S": [[1.0, 2.0], [3.0, 4.0]]}'}))
    assert main(["grade", *arguments]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err[: len(says)]) == ("", says)


def test_a_reader_that_goes_away_ends_every_submission(tmp_path: Path) -> None:
    sleeps = "import time\ntime.sleep(99)\n"
    folder = handed(tmp_path, {"a.py": "", "b.py": "", "c.py": sleeps, "d.py": sleeps})
    with started(folder, tmp_path, "--timeout", "60") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "a.py        not run\n"
        process.stdout.close()
        assert process.wait(timeout=30) == 141


def test_ctrl_c_ends_every_submission_and_says_how_far_it_was(tmp_path: Path) -> None:
    hangs = "import os, time\nprint(os.getpid(), flush=True)\nopen('started', 'w').close()\ntime.sleep(99)\n"
    folder = handed(tmp_path / "handed", {"a.py": RIGHT, "b.py": hangs})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = started(folder, scratch)
    limit = time.monotonic() + 60
    while not list(scratch.glob("*/started")) and time.monotonic() < limit:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out == "a.py        right      6 of 6 right\n"
    assert err == "interrupted: 1 of 2 submissions were graded, and nothing was written\n"
    assert list(scratch.iterdir()) == []
