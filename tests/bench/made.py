"""A record as a run makes it, of made-up times: for what is shown, not for what is measured."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from trivium.bench.place import machine
from trivium.bench.record import WHATS, Record, Row

ROADS = ("numpy", "torch", "jax")
PEAKS = {"matmul_float64": 9e10, "matmul_float32": 1.8e11, "copy": 2e10}


def made(networks: Sequence[str], *, sizes: Sequence[Mapping[str, int]] = ({},)) -> Record:
    """Every network on every road in both precisions, and one that has failed."""
    stream = np.random.default_rng(0)
    rows = []
    for network, size, backend, dtype, what in itertools.product(networks, sizes, ROADS, ("float64", "float32"), WHATS):
        base = 1e-3 * (1 + len(network)) * (1 if what == "forward" else 3) * np.prod([float(k) for k in size.values()])
        rounds = tuple(tuple(float(base) * stream.uniform(0.9, 1.2, 5)) for _ in range(3))
        facts = {
            "worst_residual": float(stream.uniform(2, 12)),
            "memory": int(stream.uniform(1e6, 1e8)),
            "parts": {"trace_seconds": 0.02, "compile_seconds": 0.5} if backend == "jax" else {},
            "first": 0.05,
            "batch": 1,
        }
        rows.append(Row(network, size, backend, dtype, what, rounds, facts))
    failed = [Row(networks[0], {"b": 3}, b, "float64", w, error="it <died>") for b in ROADS for w in WHATS]
    side = {b: {"cores": [1], "kernels": {"openblas": "kernel X"}, "versions": {}} for b in ROADS}
    protocol = {"processes": 3, "rounds": 5, "seconds": 0.5, "cores": 1, "kernel": "best", "real": True, "roads": side}
    return Record((*rows, *failed), {**machine(), "peaks": PEAKS}, protocol, "2026-01-01T00:00:00")
