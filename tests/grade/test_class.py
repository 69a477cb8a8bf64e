"""A class with everything in it: slips are named; whatever else a file does, it gets its line and the rest theirs."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.grade.handed import RIGHT, handed, marks, slip, task
from trivium.grade.classroom import mistakes, outcomes
from trivium.grade.mark import Mark

pytestmark = pytest.mark.slow
SECONDS = 5.0
"""For those that never end; the others have their time."""
OUTSIDE = "outside.txt"
SPAWN = "import multiprocessing as m\nm.get_context('spawn').Process(target=print).start()\n"
BLANK: dict[str, object] = {"metadata": {}, "outputs": [], "execution_count": None}
CELLS = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# mine"]},
        {"cell_type": "code", "source": RIGHT.splitlines(keepends=True), **BLANK},
        {"cell_type": "code", "source": ["undefined_name + 1"], **BLANK},
    ]
}
FORGED = """
import os

for fd in range(3, 64):
    try:
        os.write(fd, b'{"token": "x", "kind": "answer", "what": 1}\\n')
    except OSError:
        continue
"""
CLASS = """
import numpy as np


class Net:
    def __init__(self):
        self.w1, self.b1, self.w2 = np.ones((3, 2)), np.zeros((3, 1)), np.ones((4, 3))
        self.b2, self.w3, self.b3 = np.zeros((4, 1)), np.ones((1, 4)), np.zeros((1, 1))

    def forward(self, S, y):
        self.S, self.y, self.g3 = S, y, np.tanh(self.w1 @ S + self.b1)
        self.g6 = 1 / (1 + np.exp(-(self.w2 @ self.g3 + self.b2)))
        self.g8 = self.w3 @ self.g6 + self.b3
        return ((self.g8 - y) ** 2).sum() / y.shape[1]

    def backward(self):
        d8 = 2 * (self.g8 - self.y) / self.y.shape[1]
        d5 = self.w3.T @ d8 * self.g6 * (1 - self.g6)
        d2 = self.w2.T @ d5 * (1 - self.g3 ** 2)
        self.dw1, self.dw2, self.dw3 = d2 @ self.S.T, d5 @ self.g3.T, d8 @ self.g6.T
        self.db1, self.db2, self.db3 = (d.sum(axis=1, keepdims=True) for d in (d2, d5, d8))
"""
FILES = {
    "object.py": CLASS,
    "object_unsquared.py": CLASS.replace("self.g3 ** 2", "self.g3"),
    "right.py": RIGHT,
    "right.ipynb": json.dumps(CELLS),
    "right.txt": f"In [1]:\n{RIGHT}\n\nIn [2]:\nundefined_name + 1\n\nOut[2]: 3\n",
    "at_output.py": slip('* kept["g6"] * (1 - kept["g6"])', "* slope(kept['g6'])")
    + "\n\ndef slope(x):\n    s = 1 / (1 + np.exp(-x))\n    return s * (1 - s)\n",
    "at_input.py": slip('(1 - kept["g3"] ** 2)', '(1 - kept["g2"] ** 2)'),
    "no_mean.py": slip(' / kept["y"].shape[1]\n    d5', "\n    d5"),
    "no_two.py": slip("d8 = 2 * ", "d8 = "),
    "sign.py": slip('(kept["g8"] - kept["y"])', '(kept["y"] - kept["g8"])'),
    "one_entry.py": slip("    return {\n", "    d2 = d2 * (1 + 1e-7 * (d2 == d2.max()))\n    return {\n"),
    "lacks.py": slip('        "b2": d5.sum(axis=1, keepdims=True),\n', ""),
    "another.py": slip("np.tanh(g2)", "np.sin(g2)"),
    "hangs.py": f"{RIGHT}\nwhile True:\n    pass\n",
    "hangs_later.py": slip("    g1 = w1 @ S\n", "    while True:\n        pass\n"),
    "sleeps.py": f"import time\ntime.sleep(1000)\n{RIGHT}",
    "eats.py": f"{RIGHT}\nkept = []\nwhile True:\n    kept.append(np.ones(10**7))\n",
    "eats_later.py": slip("    g1 = w1 @ S\n", "    g1 = np.ones(10**12)\n"),
    "loud.py": f"{RIGHT}\nfor _ in range(20_000):\n    print('x' * 100)\n",
    "exits.py": f"{RIGHT}\nimport sys\nsys.exit(3)\n",
    "exits_later.py": slip("    g1 = w1 @ S\n", "    raise SystemExit\n"),
    "leaves.py": f"{RIGHT}\nimport os\nos._exit(0)\n",
    "kills_itself.py": f"{RIGHT}\nimport os\nos.kill(os.getpid(), 9)\n",
    "kills_the_grader.py": f"{RIGHT}\nimport os\nos.kill(os.getppid(), 9)\n",
    "crashes.py": f"{RIGHT}\nimport ctypes\nctypes.string_at(0)\n",
    "latin.py": b"# caf\xe9\n" + RIGHT.encode(),
    "no_python.py": "def (",
    "empty.py": "",
    "raises.py": f"{RIGHT}\n1 / 0\n",
    "raises_bare.py": f"class Odd(BaseException):\n    pass\n\n\nraise Odd('no')\n{RIGHT}",
    "recurses.py": slip("    g1 = w1 @ S\n", "    cost(S, w1, w2, w3, b1, b2, b3, y)\n"),
    "asks.py": f"{RIGHT}\ninput('who? ')\n",
    "writes.py": f"{RIGHT}\ntry:\n    open('{OUTSIDE}')\nexcept OSError:\n    open('mine.txt', 'w').write('x')\n",
    "forks.py": f"{RIGHT}\nimport os\nwhile True:\n    os.fork()\n",
    "spawns.py": f"{RIGHT}\n{SPAWN}",
    "calls_home.py": f"{RIGHT}\nimport socket\nsocket.socket()\n",
    "loosens.py": f"{RIGHT}\nimport resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n",
    "fakes.py": f'print(\'{{"kind": "answer"}}\')\n{slip("d8 = 2 * ", "d8 = 4 * ")}',
    "forges.py": f"{FORGED}{slip('d8 = 2 * ', 'd8 = 4 * ')}",
    "environment.py": f"import os\nprint(sorted(os.environ))\n{RIGHT}",
    "lingers.py": f"{RIGHT}\nimport atexit, threading, time\natexit.register(time.sleep, 99)\n"
    "threading.Thread(target=time.sleep, args=(99,)).start()\n",
    "closes.py": f"import os\nos.closerange(3, 64)\n{RIGHT}",
    "floods.py": FORGED.replace("1}", "1" * 9_000_000 + "}") + RIGHT,
    "breaks_json.py": f"import json\njson.dumps = None\n{RIGHT}",
    "prints_on.py": f"{RIGHT}\nwhile True:\n    print('x' * 1000)\n",
    "misfit.py": slip("w1 @ S", "w2 @ S"),
    "forward_alone.py": CLASS.replace("forward(self, S, y)", "forward(self, S)"),
    "two.py": f"{RIGHT}\n\ndef gradient(kept):\n    return grads(kept)\n",
}
SAYS = {
    "hangs.py": "stopped after 5 s while its file was loaded (line 32)",
    "hangs_later.py": "stopped after 5 s while its functions were called (line",
    "sleeps.py": "stopped after 5 s while its file was loaded (line 2)",
    "eats.py": "it needs more than 1 GB of memory while its file was loaded",
    "eats_later.py": "it needs more than 1 GB of memory while its functions were called",
    "exits.py": "it calls sys.exit(3) while its file was loaded",
    "exits_later.py": "it calls sys.exit() while its functions were called",
    "leaves.py": "it left its process with exit code 0 while its file was loaded, as os._exit does",
    "kills_itself.py": "its process was ended by SIGKILL",
    "kills_the_grader.py": "sending a signal to another process is refused",
    "crashes.py": "its process was ended by SIGSEGV, a crash",
    "latin.py": "it is not UTF-8: byte 0xe9 at position 5; save it as UTF-8",
    "no_python.py": "no_python.py is no Python: line 1",
    "empty.py": "no gradient was found: there is no function, and no class with a backward; looked for grads,",
    "raises.py": "ZeroDivisionError: division by zero (line",
    "raises_bare.py": "it raises Odd: no while its file was loaded (line 5)",
    "recurses.py": "a function of it calls itself without end (line",
    "asks.py": "it asks for input, and nobody answers",
    "forks.py": "starting a process (os.fork) is refused",
    "spawns.py": "starting a process is refused",
    "calls_home.py": "using the network is refused",
    "loosens.py": "changing its limits is refused",
    "closes.py": "it closed the pipe to the grader, which it had not opened",
    "prints_on.py": "stopped after 5 s while its file was loaded",
    "misfit.py": "a product of arrays that do not fit, with 3 columns and 2 rows (line 7); it was handed S (2, 2), y",
    "forward_alone.py": "2 positional arguments but 3 were given; what is called is forward(S, y), which gives the",
    "two.py": "grads and gradient may each be the gradient: say which, as in --gradient grads",
}
ENDLESS = ("prints_on.py", "hangs.py", "hangs_later.py", "sleeps.py")
NAMED = {
    "at_output.py": "derivative-at-output",
    "at_input.py": "derivative-at-input",
    "no_mean.py": "mean-forgotten",
    "no_two.py": "two-forgotten",
    "sign.py": "sign",
    "object_unsquared.py": "tanh-not-squared",
    "one_entry.py": "none that is known by name",
    "lacks.py": "a gradient is missing",
    "another.py": "another function is computed",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="module")
def class_(folder: Path) -> dict[str, Mark]:
    """Everybody's mark, graded in one go."""
    escaping = f"{RIGHT}\ntry:\n    open({str(folder / OUTSIDE)!r}, 'w')\nexcept PermissionError:\n    pass\n"
    renames = f"{RIGHT}\nimport os\nos.replace(os.path.abspath('renames.py'), {str(folder / OUTSIDE)!r})\n"
    deletes = f"{RIGHT}\nimport os\nos.remove({str(folder / 'right.py')!r})\n"
    more = {"escapes.py": escaping, "renames.py": renames, "deletes.py": deletes}
    os.environ["A_SECRET"] = "x"
    try:
        _ = handed(folder, {**FILES, **more})
        ending = [path.name for path in folder.iterdir() if path.name not in ENDLESS]
        found = marks(folder, task(level=4), *ending)
    finally:
        del os.environ["A_SECRET"]
    return found | marks(folder, task(SECONDS, level=4), *ENDLESS)


def test_everybody_has_a_mark(class_: dict[str, Mark], folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == set(class_)


@pytest.mark.parametrize(
    "name",
    [
        "right.py",
        "right.ipynb",
        "right.txt",
        "object.py",
        "loud.py",
        "writes.py",
        "environment.py",
        "lingers.py",
        "escapes.py",
        "breaks_json.py",
        "floods.py",
    ],
)
def test_a_right_gradient_is_right_whatever_stands_around_it(name: str, class_: dict[str, Mark]) -> None:
    assert (class_[name].outcome, class_[name].score, class_[name].remark) == ("right", 6, "")


@pytest.mark.parametrize("name", NAMED)
def test_a_slip_is_wrong_and_named(name: str, class_: dict[str, Mark]) -> None:
    assert (class_[name].outcome, NAMED[name] in class_[name].mistake) == ("wrong", True), class_[name].mistake


@pytest.mark.parametrize("name", SAYS)
def test_what_could_not_be_graded_says_why(name: str, class_: dict[str, Mark]) -> None:
    assert class_[name].outcome == "not run"
    assert SAYS[name] in class_[name].remark


@pytest.mark.parametrize("name", ["fakes.py", "forges.py"])
def test_a_result_that_is_printed_is_no_result(name: str, class_: dict[str, Mark]) -> None:
    assert (class_[name].outcome, class_[name].score) == ("wrong", 0)


@pytest.mark.parametrize("name", ["forges.py", "floods.py"])
def test_writing_to_the_graders_pipe_is_told(name: str, class_: dict[str, Mark]) -> None:
    assert "it wrote to the grader's own pipe; what it wrote was ignored" in class_[name].notes


def test_what_was_refused_is_told_though_the_submission_says_nothing(class_: dict[str, Mark], folder: Path) -> None:
    (note,) = class_["escapes.py"].notes
    assert note.startswith(f"refused: writing {folder / OUTSIDE} (line ")


@pytest.mark.parametrize("name", ["renames.py", "deletes.py"])
def test_files_elsewhere_are_not_changed(name: str, class_: dict[str, Mark], folder: Path) -> None:
    assert f"changing {folder}" in class_[name].remark
    assert ((folder / OUTSIDE).exists(), (folder / "right.py").exists()) == (False, True)


def test_what_is_printed_is_counted_and_cut(class_: dict[str, Mark]) -> None:
    assert class_["loud.py"].notes == ("it printed 2.02 MB; the beginning is kept",)
    assert class_["loud.py"].shown == ("x" * 100 + "\n") * 19 + "x" * 81


def test_nothing_of_the_graders_environment_is_passed_on(class_: dict[str, Mark]) -> None:
    assert "A_SECRET" not in class_["environment.py"].shown
    assert "'HOME'" in class_["environment.py"].shown


def test_a_process_that_is_left_running_keeps_nobody_waiting(class_: dict[str, Mark]) -> None:
    assert class_["lingers.py"].seconds < 20


def test_the_sums_are_those_of_the_marks(class_: dict[str, Mark]) -> None:
    everybody = list(class_.values())
    assert outcomes(everybody) == {"right": 11, "wrong": 11, "not run": len(SAYS) + 2}
    assert mistakes(everybody)["mean-forgotten"] == ("no_mean.py",)


def is_alive(process: int) -> bool:
    """Whether a process runs; a dead one that nobody has asked after does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_folder_is_thrown_away_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    own = "import os\nos.mkdir('d')\nopen('d/f', 'w').close()\nos.chmod('d', 0)\nprint(os.getcwd())\n"
    away = tmp_path / "handed"
    found = marks(handed(away, {"a.py": own + RIGHT}), task())["a.py"]
    assert found.outcome == "right"
    assert found.shown.startswith(str(tmp_path / "trivium-grade-"))
    assert list(tmp_path.iterdir()) == [away]


def test_what_a_submission_starts_in_spite_of_all_ends_with_it(tmp_path: Path) -> None:
    source = f"{RIGHT}\nimport ctypes\nprint(ctypes.CDLL(None).fork() or ctypes.CDLL(None).pause(), flush=True)\n"
    found = marks(handed(tmp_path, {"a.py": source}), task())["a.py"]
    child = int(found.shown.split()[0])
    limit = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not is_alive(child)
    assert is_alive(os.getpid())
