"""What the harness costs: a check beside the gradients that it checks, from 1e3 to 1e7 parameters; start-up; a report.

Within a group pytest-benchmark prints each time as a multiple of the least, which is the gradients'. Knows nothing of
how a road is verified.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Ready
from trivium.backend import Backend, parameter_gradients
from trivium.bench.source import probe as at_real_size
from trivium.bench.verified import refuse_unless_agreed
from trivium.compare.agreement import Point, compare
from trivium.compare.comparison import Comparison, Cost
from trivium.compare.run import Run
from trivium.probe import Probe, draw
from trivium.target import handwritten
from trivium.verbs import check
from trivium.zoo import mlp

DTYPES = ("float64", "float32")
PERCEPTRONS: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "1e3": (8, (16, 32, 8)),
    "1e4": (32, (64, 100, 50, 10)),
    "1e5": (64, (256, 256, 128, 10)),
    "1e6": (128, (784, 1024, 256, 10)),
    "1e7": (128, (1024, 3000, 2048, 512)),
}
"""Rows of the batch, and the widths of the layers: with tanh, squared error at the end."""
START: Mapping[str, tuple[str, ...]] = {
    "import trivium": ("-c", "import trivium"),
    "trivium --version": ("-m", "trivium.cli", "--version"),
    "trivium check notebook": ("-m", "trivium.cli", "check", "zoo:notebook"),
}
pytestmark = pytest.mark.benchmark(max_time=3.0)


@cache
def probe(size: str) -> Probe:
    """A perceptron with about as many parameters."""
    rows, widths = PERCEPTRONS[size]
    spec = mlp(b=rows, widths=widths)
    return Probe("as written", spec, draw(spec))


def recorded(probe: Probe, roads: Mapping[str, Backend]) -> Point:
    """All that every road records, in both precisions."""
    runs = []
    for name, backend in roads.items():
        for dtype in DTYPES:
            training = backend.compile(probe.spec, dtype=dtype, want=parameter_gradients(probe.spec))
            tapped = backend.compile(probe.spec, dtype=dtype)(probe.given)
            runs.append(Run(probe.name, name, dtype, probe.spec, tapped, training(probe.given).gradients))
    return Point(probe.name, probe.spec, probe.given, tuple(runs))


def told(benchmark: BenchmarkFixture, size: str) -> None:
    benchmark.group = f"{size} parameters"
    benchmark.extra_info["parameters"] = sum(
        int(probe(size).given[name].size) for name, _ in probe(size).spec.parameters
    )


@pytest.mark.parametrize("size", PERCEPTRONS)
def bench_gradients(benchmark: BenchmarkFixture, ready: Ready, roads: Mapping[str, Backend], size: str) -> None:
    """The gradients that are checked: three roads, each in both precisions, one after the other."""
    verified = [ready(name, probe(size), dtype) for name in roads for dtype in DTYPES]

    def gradients() -> None:
        for v in verified:
            _ = v.gradient.program.run(v.placed)

    told(benchmark, size)
    benchmark(gradients)


@pytest.mark.parametrize("size", PERCEPTRONS)
def bench_check(benchmark: BenchmarkFixture, roads: Mapping[str, Backend], size: str) -> None:
    """Every step of three roads in two precisions, replayed and judged, with the noise runs; nothing is compiled."""
    point = recorded(probe(size), roads)

    def judge() -> Comparison:
        return compare(point.spec, [point], roads, handwritten(), cost=Cost())

    found = judge()
    refuse_unless_agreed(found)
    told(benchmark, size)
    benchmark.extra_info.update(
        steps=len(found.steps), replay_seconds=found.cost.replay, noise_seconds=found.cost.noise
    )
    _ = benchmark(judge)


@pytest.mark.parametrize("what", START)
def bench_start(benchmark: BenchmarkFixture, what: str) -> None:
    """A process of its own, from its start to its end."""
    benchmark.group = "start-up"
    _ = benchmark(subprocess.run, [sys.executable, *START[what]], check=True, capture_output=True)


@pytest.mark.parametrize("form", ["text", "to_html", "to_json"])
def bench_report(benchmark: BenchmarkFixture, form: str) -> None:
    """The report of a check of lenet, written."""
    report = check(at_real_size("zoo:lenet", {"b": 2}).spec)
    benchmark.group = "report"
    _ = benchmark(getattr(report, form))
