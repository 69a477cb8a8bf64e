"""The notebook's network and a perceptron of real size on every road: forward, and with the parameters' gradients.

Knows nothing of how a road is verified.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Ready
from trivium.ops import OPS
from trivium.probe import Probe, draw, probes
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium.target import find

NOTEBOOK = Path(__file__).parents[1] / "examples" / "nets" / "notebook.net.toml"
WIDTHS, BATCH = (784, 512, 512, 10), 128

pytestmark = [
    pytest.mark.benchmark(disable_gc=True, warmup=True, warmup_iterations=20, min_rounds=20, max_time=2.0),
    pytest.mark.parametrize("backend", ["numpy", "torch", "jax"]),
    pytest.mark.parametrize("dtype", ["float32", "float64"]),
    pytest.mark.parametrize("what", ["forward", "gradient"]),
    pytest.mark.parametrize("network", ["notebook", "mlp"]),
]


@cache
def probe(network: str) -> Probe:
    """The notebook at its own numbers; the perceptron at drawn ones."""
    if network == "notebook":
        source = find(NOTEBOOK)
        return probes(source.spec, values=source.values).points[0]
    spec = perceptron()
    return Probe("as written", spec, draw(spec))


def perceptron() -> Spec:
    """784-512-512-10, a data point in each row, relu between the layers, cross entropy at the end."""
    nodes, below = [], "x"
    for i in range(1, len(WIDTHS)):
        nodes.append(Node((f"z{i}",), OPS["linear"], (below, f"w{i}", f"c{i}")))
        below = f"h{i}"
        nodes.append(Node((below,), OPS["relu"], (f"z{i}",)))
    attrs = OPS["cross_entropy"].complete({"class_axis": 1, "reduction": "mean"})
    nodes[-1] = Node(("loss",), OPS["cross_entropy"], (f"z{len(WIDTHS) - 1}", "labels"), attrs)
    layers = [(i, WIDTHS[i], WIDTHS[i - 1]) for i in range(1, len(WIDTHS))]
    parameters = {k: v for i, m, n in layers for k, v in ((f"w{i}", f"{m} {n}"), (f"c{i}", f"{m}"))}
    inputs = {"x": f"{BATCH} {WIDTHS[0]}", "labels": f"{BATCH}"}
    return Spec("perceptron", written(inputs), written(parameters), tuple(nodes), "loss")


def bench_network(
    benchmark: BenchmarkFixture, ready: Ready, one_core: int, network: str, what: str, dtype: str, backend: str
) -> None:
    """`run` alone, on arrays in place, the result waited for; compilation apart, in `compile_seconds`."""
    verified = ready(backend, probe(network), dtype)
    timed = verified.forward if what == "forward" else verified.gradient
    benchmark.group = f"{network}, {what}, {dtype}"
    benchmark.extra_info.update(verified.facts(timed), core=one_core)
    _ = benchmark(timed.program.run, verified.placed)
