"""How time grows: a perceptron's width, depth and batch, and an LSTM's steps, on every road.

Knows nothing of how a road is verified.
"""

from __future__ import annotations

from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Ready
from trivium.bench.source import probe as at_real_size
from trivium.probe import Probe, draw
from trivium.zoo import mlp

SCALES = {
    "batch": (16, 64, 256),
    "width": (32, 128, 512),
    "depth": (2, 8, 32),
    "steps": (8, 32, 128),
}

pytestmark = [
    pytest.mark.benchmark(max_time=0.5),
    pytest.mark.parametrize("backend", ["numpy", "torch", "jax"]),
    pytest.mark.parametrize(("what", "size"), [(what, size) for what, sizes in SCALES.items() for size in sizes]),
]


@cache
def probe(what: str, size: int) -> Probe:
    """A perceptron, or an LSTM, of which one size is this."""
    if what == "steps":
        return at_real_size("zoo:lstm_tagger", {"t": size})
    b, n, depth = (size if what == name else usual for name, usual in (("batch", 64), ("width", 128), ("depth", 3)))
    spec = mlp(b=b, widths=(n,) * (depth + 1))
    return Probe(what, spec, draw(spec))


def bench_scaling(benchmark: BenchmarkFixture, ready: Ready, what: str, size: int, backend: str) -> None:
    """The gradient, in float32."""
    verified = ready(backend, probe(what, size), "float32")
    benchmark.group = what
    benchmark.extra_info.update(
        backend=backend, dtype="float32", what="gradient", network=f"growing {what}", sizes={what: size}
    )
    benchmark.extra_info.update(verified.facts(verified.gradient))
    _ = benchmark(verified.gradient.program.run, verified.placed)
