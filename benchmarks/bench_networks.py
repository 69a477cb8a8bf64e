"""Every network of the zoo at its real size, on every road: forward, and with the parameters' gradients.

Knows nothing of how a road is verified.
"""

from __future__ import annotations

from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Ready
from trivium.bench.source import probe as at_real_size
from trivium.probe import Probe
from trivium.zoo import ZOO

pytestmark = [
    pytest.mark.benchmark(max_time=0.5),
    pytest.mark.parametrize("backend", ["numpy", "torch", "jax"]),
    pytest.mark.parametrize("dtype", ["float32", "float64"]),
    pytest.mark.parametrize("what", ["forward", "gradient"]),
    pytest.mark.parametrize("network", ZOO),
]


@cache
def probe(network: str) -> Probe:
    """The network at drawn numbers."""
    return at_real_size(f"zoo:{network}", {})


def bench_network(
    benchmark: BenchmarkFixture, ready: Ready, one_core: int, network: str, what: str, dtype: str, backend: str
) -> None:
    """`run` alone, on arrays in place, the result waited for; compilation apart, in `compile_seconds`."""
    verified = ready(backend, probe(network), dtype)
    timed = verified.forward if what == "forward" else verified.gradient
    benchmark.group = f"{network}, {what}, {dtype}"
    benchmark.extra_info.update(backend=backend, dtype=dtype, what=what, network=f"zoo:{network}")
    benchmark.extra_info.update(verified.facts(timed), core=one_core)
    _ = benchmark(timed.program.run, verified.placed)
