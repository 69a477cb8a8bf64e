"""Where a measurement runs: which cores, how many threads, which BLAS kernel, and on what machine.

Knows nothing of what is measured.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from trivium.doctor import faster_kernel, processor
from trivium.errors import BackendError

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
BEST, DEFAULT = "best", "default"
"""Of OpenBLAS's kernels: the fastest that the processor can run, or the one that it picks."""
PACKAGES = ("trivium", "numpy", "scipy", "torch", "jax", "jaxlib")


def cores(count: int) -> list[int]:
    """So many of the cores that this process may use, the last ones first: the system's own work sits on the first."""
    there = sorted(os.sched_getaffinity(0), reverse=True) if hasattr(os, "sched_getaffinity") else []
    if there and count > len(there):
        raise BackendError(f"{count} cores are asked for, and this process may use {len(there)}")
    return there[:count]


def pin(wanted: Sequence[int]) -> list[int]:
    """Every thread that there is, to these cores, where the system can; the cores that this process is on then."""
    if not wanted or not hasattr(os, "sched_setaffinity"):
        return []
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), wanted)
    return sorted(os.sched_getaffinity(0))


KEPT = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296"
"""Memory that is freed stays with the process: else each call gives megabytes back to the system and asks for them
again, and what is timed, of every road, is how fast the system clears pages."""


def environment(count: int, kernel: str) -> dict[str, str]:
    """What a worker's process is started with: as many threads as cores, NumPy's BLAS kernel, and freed memory kept."""
    found = {"GLIBC_TUNABLES": KEPT, **os.environ, **dict.fromkeys(THREADS, str(count))}
    chosen = best_kernel() if kernel == BEST else "" if kernel == DEFAULT else kernel
    return found | {"OPENBLAS_CORETYPE": chosen} if chosen else found


def check_kernel(name: str) -> None:
    """BackendError where NumPy's OpenBLAS, asked for this kernel, takes another."""
    look = "import numpy, threadpoolctl; print(*(p.get('architecture') for p in threadpoolctl.threadpool_info()))"
    found = subprocess.run(
        [sys.executable, "-c", look], env=environment(1, name), check=True, capture_output=True, text=True
    ).stdout.split()
    if name not in found:
        error = BackendError(f"no BLAS kernel {name!r} here: asked for it, NumPy's library takes {', '.join(found)}")
        error.add_note("trivium doctor   # the kernel that NumPy picks; others are Haswell, Zen and SkylakeX")
        raise error


def best_kernel() -> str:
    """The name of the OpenBLAS kernel that is faster here than the one that is picked, or nothing."""
    picked = [p.get("architecture") or "" for p in threadpool_info() if p["internal_api"] == "openblas"]
    return next((k for k in (faster_kernel(name, processor().vectors) for name in picked) if k), "")


def kernels() -> dict[str, str]:
    """The version, the BLAS kernel and the threads of every native library in this process."""
    return {
        p["filepath"].rpartition("/")[2]: (
            ", ".join(
                [
                    p["version"] or "version unknown",
                    *([f"kernel {p['architecture']}"] if "architecture" in p else []),
                    f"threads {p['num_threads']}",
                ]
            )
        )
        for p in threadpool_info()
    }


def machine() -> dict[str, Any]:
    """What the numbers hang on: processor, governor, load, system, versions; no name of a host or a user."""
    cpu = processor()
    return {
        "processor": platform.machine(),
        "machine": platform.machine(),
        "system": platform.system(),
        "release": platform.release(),
        "python_implementation": platform.python_implementation(),
        "python_version": platform.python_version(),
        "cpu": {"brand_raw": cpu.model, "count": cpu.cores, "vectors": list(cpu.vectors)},
        "governor": _governor(),
        "load": [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else [],
        "memory": _memory(),
        "packages": dict(_versions(PACKAGES)),
    }


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()


def _versions(names: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # it is not installed, and nothing was measured of it
    return found


def _governor() -> str:
    path = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return "unknown"


def _memory() -> int:
    """Bytes of the machine; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
