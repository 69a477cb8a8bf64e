"""Nothing is timed that is not verified: a wrong backend gets no time, a right one beside it does."""

from __future__ import annotations

import json
from typing import Any

import pytest

TIMES = "times.json"
BENCH = """
import os
from dataclasses import replace

import numpy as np
import pytest

from trivium.backend import Evaluation
from trivium.probe import Probe, draw
from trivium.zoo import mlp
from trivium_numpy import BACKEND

def halved(saved, y_bar):
    return (BACKEND.rules["tanh"].vjp(saved, y_bar)[0] / 2,)

class Changed:
    def __init__(self, name, gradients, losses):
        self.name, self.gradients, self.losses = name, gradients, losses

    def __getattr__(self, name):
        return getattr(BACKEND, name)

    def compile(self, spec, *, want=None, **options):
        program = BACKEND.compile(spec, want=want, **options)
        training = want is not None and bool(want.gradients)
        alone = want is not None and not want.gradients
        return ChangedProgram(program, self.gradients if training else 1, self.losses if alone else 1)

class ChangedProgram:
    def __init__(self, program, gradients, losses):
        self.program, self.gradients, self.losses = program, gradients, losses

    def __call__(self, given, cotangent=None):
        return self.read(self.run(self.place(given)))

    def __getattr__(self, name):
        return getattr(self.program, name)

    def read(self, result):
        values = {{n: x * self.losses if n == "loss" else x for n, x in result.values.items()}}
        return Evaluation(values, {{n: x * self.gradients for n, x in result.gradients.items()}})

ROADS = {{
    "numpy": BACKEND,
    "twin": Changed("twin", 1, 1),
    "a wrong rule": replace(BACKEND, name="a wrong rule", rules={{
        **BACKEND.rules, "tanh": replace(BACKEND.rules["tanh"], vjp=halved)
    }}),
    "a wrong program for training": Changed("a wrong program for training", 1.001, 1),
    "a wrong loss": Changed("a wrong loss", 1, 1.001),
}}

@pytest.fixture(scope="session")
def roads():
    return ROADS

def bench_it(benchmark, ready):
    spec = mlp()
    verified = ready({backend!r}, Probe("as written", spec, draw(spec)), {dtype!r})
    benchmark.extra_info.update(verified.facts(verified.gradient), cores=len(os.sched_getaffinity(0)))
    benchmark.pedantic(verified.gradient.program.run, (verified.placed,), rounds=3)
"""
WRONG = {
    "a wrong rule": "a wrong rule is wrong in the backward step of h",
    "a wrong program for training": "a wrong program for training: training would get another gradient of",
    "a wrong loss": "not verified: a wrong loss float",
}


def bench(folder: pytest.Pytester, backend: str, dtype: str) -> pytest.RunResult:
    source = BENCH.format(backend=backend, dtype=dtype)
    _ = (folder.path / "benchmarks" / "bench_it.py").write_text(source, encoding="utf-8")
    return folder.runpytest_subprocess("benchmarks", "--benchmark-only", f"--benchmark-json={TIMES}")


def said(result: pytest.RunResult) -> str:
    """The text of the error, its lines joined."""
    lines = (line.removeprefix("E").strip() for line in result.outlines if line.startswith("E "))
    return " ".join(lines)


def timed(folder: pytest.Pytester) -> list[dict[str, Any]]:
    return json.loads((folder.path / TIMES).read_text(encoding="utf-8"))["benchmarks"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_right_backend_is_timed_and_says_on_what_grounds(folder: pytest.Pytester, dtype: str) -> None:
    bench(folder, "twin", dtype).assert_outcomes(passed=1)
    (times,) = timed(folder)
    grounds = times["extra_info"]
    assert grounds["cores"] == 1
    assert grounds["verdict"] == "agree"
    assert grounds["worst_residual"] < 256
    assert grounds["compile_seconds"] > 0
    assert grounds["versions"].keys() == {"numpy"}
    assert any("openblas" in library for library in grounds["kernels"])


@pytest.mark.parametrize("dtype", ["float64", pytest.param("float32", marks=pytest.mark.slow)])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_backend_is_refused(folder: pytest.Pytester, wrong: str, dtype: str) -> None:
    result = bench(folder, wrong, dtype)
    result.assert_outcomes(failed=1)
    assert WRONG[wrong] in said(result)
    assert not (folder.path / TIMES).exists()
