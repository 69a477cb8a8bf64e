"""How benchmarks are run: one pinned core, one thread, every road loaded first; `bench_*.py` holds them.

Knows nothing of what is timed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from threadpoolctl import threadpool_limits

from trivium.backend import Backend, installed
from trivium.bench.place import pin
from trivium.bench.verified import Verified, verify
from trivium.probe import Probe

Ready = Callable[[str, Probe, str], Verified]


PROTOCOL = {"benchmark_disable_gc": True, "benchmark_warmup": True, "benchmark_warmup_iterations": 5}
"""Options of pytest-benchmark, where the command line chooses no other.

Marks say only what CodSpeed's plugin, which may stand in its place, understands too.
"""


def pytest_configure(config: pytest.Config) -> None:
    chosen = {word.partition("=")[0] for word in config.invocation_params.args}
    for option, value in PROTOCOL.items():
        if f"--{option.replace('_', '-')}" not in chosen:
            setattr(config.option, option, value)
    config.addinivalue_line("python_files", "bench_*.py")
    config.addinivalue_line("python_functions", "bench_*")


@pytest.fixture(scope="session", autouse=True)
def one_core() -> Iterator[int]:
    """The core on which everything runs; threads that a library starts later inherit it."""
    before = sorted(os.sched_getaffinity(0))
    (core,) = pin([before[-1]])
    yield core
    _ = pin(before)


@pytest.fixture(scope="session")
def roads(one_core: int) -> Iterator[dict[str, Backend]]:
    """Every road that is installed, JAX with its compiler at its best, each library on one thread."""
    found = {name: getattr(backend, "fastest", backend) for name, backend in installed().items()}
    with threadpool_limits(1):
        threads = limit_torch(1) if "torch" in found else 1
        yield found
        _ = limit_torch(threads) if "torch" in found else 1


def limit_torch(threads: int) -> int:
    """Give torch so many threads; how many it had."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    return before


@pytest.fixture(scope="session")
def ready(roads: dict[str, Backend]) -> Ready:
    """What may be timed of a road at a probe: verified once a session, beside another road; refused if it is wrong."""

    @cache
    def verified(name: str, probe: Probe, dtype: str) -> Verified:
        beside = next(road for other, road in roads.items() if other != name)
        return verify(roads[name], beside, probe, dtype=dtype)

    return verified
