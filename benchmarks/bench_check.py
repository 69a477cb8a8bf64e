"""What a check costs beside the gradient that it checks: 20,000 parameters, every entry, three roads.

Knows nothing of how a road is verified.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Ready
from trivium.backend import Backend, parameter_gradients
from trivium.bench.verified import refuse_unless_agreed
from trivium.compare.agreement import Point, compare
from trivium.compare.comparison import Comparison, Cost
from trivium.compare.run import Run
from trivium.probe import Probe, draw
from trivium.target import handwritten
from trivium.zoo import mlp

DTYPES = ("float64", "float32")
pytestmark = pytest.mark.benchmark(disable_gc=True, warmup=True, warmup_iterations=3, min_rounds=10, group="check")


@pytest.fixture(scope="module")
def probe() -> Probe:
    """100-128-50-10 with tanh, a batch of 32."""
    spec = mlp(b=32, widths=(100, 128, 50, 10))
    return Probe("as written", spec, draw(spec))


@pytest.fixture(scope="module")
def point(probe: Probe, roads: dict[str, Backend]) -> Point:
    """All that every road has recorded, in both precisions."""
    runs = []
    for name, backend in roads.items():
        for dtype in DTYPES:
            training = backend.compile(probe.spec, dtype=dtype, want=parameter_gradients(probe.spec))
            recorded = backend.compile(probe.spec, dtype=dtype)(probe.given)
            runs.append(Run(probe.name, name, dtype, probe.spec, recorded, training(probe.given).gradients))
    return Point(probe.name, probe.spec, probe.given, tuple(runs))


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax"])
@pytest.mark.parametrize("dtype", DTYPES)
def bench_one_gradient(benchmark: BenchmarkFixture, ready: Ready, probe: Probe, dtype: str, backend: str) -> None:
    """The gradient that is checked."""
    verified = ready(backend, probe, dtype)
    benchmark.extra_info.update(verified.facts(verified.gradient), parameters=parameters(probe))
    _ = benchmark(verified.gradient.program.run, verified.placed)


def bench_one_check(benchmark: BenchmarkFixture, roads: dict[str, Backend], probe: Probe, point: Point) -> None:
    """Every step of three roads in two precisions, replayed and judged, with the noise runs; nothing is compiled."""

    def check() -> Comparison:
        return compare(probe.spec, [point], roads, handwritten(), cost=Cost())

    found = check()
    refuse_unless_agreed(found)
    benchmark.extra_info.update(
        parameters=parameters(probe),
        steps=len(found.steps),
        replay_seconds=found.cost.replay,
        noise_seconds=found.cost.noise,
    )
    _ = benchmark(check)


def parameters(probe: Probe) -> int:
    """Numbers in all parameters together."""
    return sum(int(probe.given[name].size) for name, _ in probe.spec.parameters)
