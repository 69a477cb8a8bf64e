"""Every op of the vocabulary alone, at the first of its cases, on every road: what a step costs beside its numbers.

Knows nothing of how a road is verified.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Ready
from trivium.ops import OPS
from trivium.probe import Probe, draw
from trivium.testing.trial import weighted

pytestmark = [
    pytest.mark.benchmark(max_time=0.1),
    pytest.mark.parametrize("backend", ["numpy", "torch", "jax"]),
    pytest.mark.parametrize("op", [op.name for op in OPS.values() if op.cases]),
]


@cache
def probe(op: str) -> Probe:
    """The op, its outputs weighted and summed to a loss; all that it can be differentiated by are parameters."""
    spec = weighted(OPS[op], OPS[op].cases[0])
    moving = [(n, shape) for n, shape in spec.inputs if n in spec.differentiable and n in spec.nodes[0].inputs]
    still = [(n, shape) for n, shape in spec.inputs if (n, shape) not in moving]
    spec = replace(spec, inputs=tuple(still), parameters=tuple(moving))
    return Probe(op, spec, draw(spec))


def bench_op(benchmark: BenchmarkFixture, ready: Ready, op: str, backend: str) -> None:
    """The loss and the gradients of everything that the op reads, in float64."""
    verified = ready(backend, probe(op), "float64")
    benchmark.group = op
    benchmark.extra_info.update(backend=backend, dtype="float64", what="gradient", network=op)
    benchmark.extra_info.update(verified.facts(verified.gradient))
    _ = benchmark(verified.gradient.program.run, verified.placed)
