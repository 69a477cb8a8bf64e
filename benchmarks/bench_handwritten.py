"""The price of a spec: straight-line NumPy, torch and JAX, written for one perceptron, beside the same through a spec.

Knows nothing of how a road is verified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Ready
from trivium.bench.source import probe as at_real_size
from trivium.probe import Probe

Arrays = Mapping[str, Any]
SIZES = {"notebook's size": {"b": 2, "n0": 2, "n1": 3, "n2": 4, "n3": 1}, "real size": {}}
LAYERS = (1, 2, 3)

pytestmark = [
    pytest.mark.benchmark(max_time=2.0),
    pytest.mark.parametrize("backend", ["numpy", "torch", "jax"]),
    pytest.mark.parametrize("dtype", ["float32", "float64"]),
    pytest.mark.parametrize("size", SIZES),
]


@cache
def probe(size: str) -> Probe:
    """The zoo's perceptron: three layers, tanh, squared error over the rows of a batch."""
    return at_real_size("zoo:mlp", SIZES[size])


def by_hand(given: Arrays) -> dict[str, Any]:
    """Forward and backward, written out in NumPy."""
    h0, w1, w2, w3 = given["x"], given["w1"], given["w2"], given["w3"]
    h1 = np.tanh(h0 @ w1.T + given["c1"])
    h2 = np.tanh(h1 @ w2.T + given["c2"])
    d3 = (h2 @ w3.T + given["c3"] - given["y"]) * (2 / len(h0))
    d2 = (d3 @ w3) * (1 - h2 * h2)
    d1 = (d2 @ w2) * (1 - h1 * h1)
    found = {"w1": d1.T @ h0, "w2": d2.T @ h1, "w3": d3.T @ h2}
    return {**found, "c1": d1.sum(axis=0), "c2": d2.sum(axis=0), "c3": d3.sum(axis=0)}


def loss(tanh: Callable[[Any], Any], given: Arrays) -> Any:
    """The same forward pass for whoever differentiates it."""
    h1 = tanh(given["x"] @ given["w1"].T + given["c1"])
    h2 = tanh(h1 @ given["w2"].T + given["c2"])
    return ((h2 @ given["w3"].T + given["c3"] - given["y"]) ** 2).sum() / len(h1)


PARAMETERS = tuple(f"{letter}{i}" for letter in "wc" for i in LAYERS)


def by_tape(given: Arrays) -> dict[str, Any]:
    """torch, as it is written in a training loop."""
    moving = {n: given[n].detach().requires_grad_() for n in PARAMETERS}
    value = loss(torch.tanh, {**given, **moving})
    return dict(zip(PARAMETERS, torch.autograd.grad(value, list(moving.values())), strict=True))


def by_transformation(given: Arrays) -> Any:
    """JAX, jitted once, its result waited for."""
    return jax.block_until_ready(compiled()({n: given[n] for n in PARAMETERS}, given))


@cache
def compiled() -> Any:
    return jax.jit(jax.grad(lambda moving, given: loss(jnp.tanh, {**given, **moving})))


STRAIGHT: Mapping[str, Callable[[Arrays], Any]] = {"numpy": by_hand, "torch": by_tape, "jax": by_transformation}
PLACED: Mapping[str, Callable[[Any], Any]] = {"numpy": np.array, "torch": torch.tensor, "jax": jnp.array}


def named(benchmark: BenchmarkFixture, how: str, backend: str, dtype: str, size: str) -> None:
    benchmark.group = f"{backend} {dtype}, {size}"
    benchmark.extra_info.update(backend=f"{backend} {how}", dtype=dtype, what="gradient", network=f"mlp, {size}")


def bench_straight_line(benchmark: BenchmarkFixture, ready: Ready, backend: str, dtype: str, size: str) -> None:
    """Written for this network alone; its gradient is the verified one's, to rounding."""
    verified = ready(backend, probe(size), dtype)
    with jax.enable_x64(dtype == "float64"):
        given = {n: PLACED[backend](np.asarray(x, dtype)) for n, x in probe(size).given.items()}
        refuse_unless_same(STRAIGHT[backend](given), verified.gradient.program, probe(size), dtype)
        named(benchmark, "straight-line", backend, dtype, size)
        _ = benchmark(STRAIGHT[backend], given)


def bench_through_a_spec(benchmark: BenchmarkFixture, ready: Ready, backend: str, dtype: str, size: str) -> None:
    """The same by the road's own program."""
    verified = ready(backend, probe(size), dtype)
    named(benchmark, "through a spec", backend, dtype, size)
    _ = benchmark(verified.gradient.program.run, verified.placed)


def refuse_unless_same(found: Arrays, program: Any, point: Probe, dtype: str) -> None:
    """AssertionError where a straight-line gradient is not the program's, by the larger part of its digits."""
    right = program(point.given).gradients
    for name, g in right.items():
        apart = float(np.abs(np.asarray(found[name]) - g).max())
        assert apart <= float(np.sqrt(np.finfo(dtype).eps)) * float(np.abs(g).max()), (name, apart)
