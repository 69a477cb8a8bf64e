"""The protocol, on real processes: pinned, verified, and what fails is a row of its own."""

from __future__ import annotations

import itertools
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from trivium.bench.course import Ledger, Plan, Task, run
from trivium.bench.crew import DeadWorkerError, Post, hired
from trivium.bench.place import cores, environment
from trivium.bench.record import read
from trivium.cli import main
from trivium.errors import BackendError

STRANGERS = """
import os, threading
from dataclasses import replace
from trivium_numpy import BACKEND

TANH = BACKEND.rules["tanh"]
WRONG = replace(BACKEND, name="wrong", rules={
    **BACKEND.rules, "tanh": replace(TANH, vjp=lambda saved, y_bar: (TANH.vjp(saved, y_bar)[0] / 2,))
})

class Other:
    def __init__(self, name):
        self.name = name
    def __getattr__(self, name):
        return getattr(BACKEND, name)

class Dying(Other):
    def compile(self, spec, **options):
        if any(node.op.name == "tanh" for node in spec.nodes):
            os._exit(7)
        return BACKEND.compile(spec, **options)

class Result:
    def __init__(self, work):
        self.thread = threading.Thread(target=self.fill, args=(work,))
        self.thread.start()
    def fill(self, work):
        import time
        time.sleep(0.02)
        self.value = work()

class Program:
    def __init__(self, program):
        self.program = program
    def __getattr__(self, name):
        return getattr(self.program, name)
    def __call__(self, *given):
        return self.program(*given)
    def run(self, placed):
        return Result(lambda: self.program.run(placed))
    def read(self, result):
        result.thread.join()
        return self.program.read(result.value)

class Hasty(Other):
    def compile(self, spec, **options):
        return Program(BACKEND.compile(spec, **options))

DYING, HASTY = Dying("dying"), Hasty("hasty")
"""
QUICK = {"processes": 1, "rounds": 2, "seconds": 0.02, "real": False}


@pytest.fixture
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Backends of somebody else's, for workers to find as they find any."""
    _ = (tmp_path / "somebodys.py").write_text(STRANGERS)
    info = tmp_path / "somebodys-1.0.dist-info"
    info.mkdir()
    _ = (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys\nVersion: 1.0\n")
    points = "".join(f"{n} = somebodys:{n.upper()}\n" for n in ("wrong", "dying", "hasty"))
    _ = (info / "entry_points.txt").write_text(f"[trivium.backends]\n{points}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH")))))


def measured(*backends: str, networks: tuple[str, ...] = ("zoo:mlp",), **options: object) -> Ledger:
    tasks = tuple(Task(network, "float64") for network in networks)
    ledger = Ledger(Plan(tasks, backends, **{**QUICK, **options}))  # type: ignore[arg-type]
    for _ in run(ledger):
        pass
    return ledger


def test_a_worker_runs_on_the_cores_that_it_was_given_with_as_many_threads() -> None:
    (core,) = cores(1)
    with ExitStack() as stack:
        hand = hired(Post("numpy", [core], "default", verify=False))
        _ = stack.callback(hand.end)
        assert hand.facts["cores"] == [core]
        assert all(kernel.endswith("threads 1") for kernel in hand.facts["kernels"].values())


def test_more_cores_than_there_are_is_refused() -> None:
    with pytest.raises(BackendError, match="10000 cores are asked for, and this process may use"):
        _ = cores(10_000)


def test_a_kernel_that_is_named_is_asked_for() -> None:
    assert environment(1, "Haswell")["OPENBLAS_CORETYPE"] == "Haswell"
    assert environment(2, "default")["OMP_NUM_THREADS"] == "2"


@pytest.mark.slow
@pytest.mark.parametrize("interleaved", [False, True])
def test_two_roads_are_measured_in_every_process(interleaved: bool) -> None:
    record = measured("numpy", "torch", processes=2, interleaved=interleaved).record()
    assert [len(r.rounds) for r in record.rows] == [2, 2, 2, 2]
    assert all(len(p) == 2 and min(p) > 0 for r in record.rows for p in r.rounds)
    assert all(r.facts["worst_residual"] < 256 for r in record.rows)
    assert record.machine["peaks"]["copy"] > 0


@pytest.mark.usefixtures("strangers")
def test_a_wrong_gradient_has_no_time_and_says_why() -> None:
    record = measured("wrong", "numpy").record()
    wrong, right = record.of(backend="wrong", what="gradient"), record.of(backend="numpy", what="gradient")
    assert [(r.times, "not verified: wrong is wrong in the backward step" in r.error) for r in wrong] == [([], True)]
    assert all(r.times for r in right)


@pytest.mark.usefixtures("strangers")
def test_a_program_that_does_not_wait_has_no_time() -> None:
    (row,) = measured("hasty").record().of(what="gradient")
    assert (row.times, "hasty's gradient returns before it is done" in row.error) == ([], True)


@pytest.mark.usefixtures("strangers")
def test_a_process_that_dies_is_a_failed_row_and_the_rest_is_measured() -> None:
    record = measured("dying", "numpy", networks=("zoo:mlp", "zoo:classifier")).record()
    died = {r.network: (bool(r.times), r.error) for r in record.of(backend="dying", what="gradient")}
    assert died == {"zoo:mlp": (False, "its process ended with exit code 7"), "zoo:classifier": (True, "")}
    assert all(r.times for r in record.of(backend="numpy"))


def test_a_road_that_cannot_be_loaded_is_a_failed_row() -> None:
    with pytest.raises(DeadWorkerError, match="no backend 'nobody'"):
        _ = hired(Post("nobody", cores(1), "default"))
    (row,) = measured("nobody").record().of(what="gradient")
    assert "no backend 'nobody'" in row.error


def ctrl_c() -> None:
    raise KeyboardInterrupt


def time_limit() -> None:
    signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("stop", [ctrl_c, time_limit])
def test_an_interrupted_run_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stop: Callable[[], None]
) -> None:
    def interrupted(ledger: Ledger) -> Iterator[tuple[Task, str]]:
        yield from itertools.islice(run(ledger), 2)
        stop()

    monkeypatch.setattr("trivium.bench.course.run", interrupted)
    out = tmp_path / "b.json"
    words = ["bench", "run", "zoo:mlp", "zoo:classifier", "--small", "--backends", "numpy", "--dtype", "float64"]
    assert main([*words, "--processes", "1", "--seconds", "0.02", "-o", str(out)]) == 130
    names = [b["extra_info"]["network"] for b in json.loads(out.read_text())["benchmarks"]]
    assert names == ["zoo:mlp", "zoo:mlp"]
    assert read(out).halted == ("2 of 4",)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert "interrupted: what was measured until then is kept" in capsys.readouterr().err


def test_a_run_and_its_report_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, page = tmp_path / "b.json", tmp_path / "b.html"
    words = [
        "bench",
        "race",
        "zoo:mlp",
        "--small",
        "--backends",
        "numpy,torch",
        "--processes",
        "1",
        "--seconds",
        "0.05",
    ]
    assert main([*words, "-o", str(out)]) == 0
    assert "mlp small         float32" in capsys.readouterr().out
    assert main(["bench", "report", str(out), "-o", str(page), "--markdown"]) == 0
    assert "### Time of verified gradients" in capsys.readouterr().out
    assert "Roofline" in page.read_text()
    assert main(["bench", "compare", str(out), str(out)]) == 0
    assert "one process each: nothing tells" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "zoo:nothing"], "no network 'nothing' in the zoo"),
        (["run", "--backends", "nump"], "it is numpy or torch or jax\ntrivium bench race --help"),
        (["run", "--dtype", "float16"], "dtype='float16'"),
        (["run", "--cores", "1000"], "1000 cores are asked for"),
        (["run", "--size", "b"], "--size"),
        (
            ["report", "none.json", "-o", "x.html"],
            "cannot be read: No such file or directory\ntrivium bench report --help",
        ),
        (["report", "none.json", "--markdown", "--json"], "both would go to stdout"),
        (["run", "--scale", "b=1,x"], "'--scale': 'b=1,x'"),
        (["run", "--scale", "b=1,2", "--size", "b=3"], "which one holds?"),
        (["run", "--blas-kernel", "Foo"], "no BLAS kernel 'Foo' here"),
        (["report", "none.json"], "say where the page goes"),
        (["compare", "none.json", "none.json"], "none.json cannot be read"),
    ],
)
def test_bad_input_is_one_message(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *words]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.slow
def test_what_a_compiler_fuses_is_verified_by_the_steps_of_the_plain_road() -> None:
    """At this size XLA computes a normalization twice, and what it records is not what the next step has read."""
    ledger = Ledger(Plan((Task("zoo:separable_block", "float64"),), ("jax",), **{**QUICK, "real": True}))  # type: ignore[arg-type]
    assert len(list(run(ledger))) == 1
    assert [r.error for r in ledger.record().rows] == ["", ""]
