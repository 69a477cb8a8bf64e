"""What stands behind the numbers here: versions, precisions, threads, BLAS kernels, and what is missing or slow.

Knows backends by their protocol alone; changes nothing.
"""

from __future__ import annotations

import importlib
import os
import platform
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from trivium.backend import DTYPES, load_backend, registered
from trivium.errors import BackendError

WIDTH = 80
SETTINGS = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "JAX_ENABLE_X64",
    "JAX_PLATFORMS",
    "XLA_FLAGS",
    "CUDA_VISIBLE_DEVICES",
)
"""Environment variables that change how fast, how precisely or where a backend computes."""

VECTORS: Mapping[str, frozenset[str]] = {
    "AVX": frozenset({"avx"}),
    "AVX2": frozenset({"avx2", "fma"}),
    "AVX-512": frozenset({"avx512f", "avx512cd", "avx512dq", "avx512bw", "avx512vl"}),
}
"""Vector instructions, slowest first, and the processor flags that a kernel written for them needs."""
KERNELS: Mapping[str, tuple[str, ...]] = {
    "AVX": ("Sandybridge", "Bulldozer", "Piledriver", "Steamroller", "Excavator"),
    "AVX2": ("Haswell", "Zen"),
    "AVX-512": ("SkylakeX", "Cooperlake", "SapphireRapids"),
}
"""OpenBLAS's kernels by the vector instructions they use; the first is the one to ask for."""
OLD_KERNELS = ("Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Athlon", "Opteron", "Barcelona", "Bobcat")
"""Those that use none of these."""


@dataclass(frozen=True)
class BackendFacts:
    """One backend: what it computes in and says of itself, or why it cannot be loaded."""

    name: str
    dtypes: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Library:
    """One native library that computes with threads: whose it is, its version, the kernel it runs, its threads."""

    name: str
    owner: str
    version: str
    kernel: str
    threads: int


@dataclass(frozen=True)
class Cpu:
    """The processor: its name, its cores that this process may use, and the vector instructions it has."""

    model: str
    cores: int
    vectors: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Everything that `trivium doctor` says; `warnings` are sentences that name a cure."""

    python: str
    system: str
    packages: tuple[tuple[str, str], ...]
    cpu: Cpu
    backends: tuple[BackendFacts, ...]
    libraries: tuple[Library, ...]
    settings: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def facts(names: Iterable[str] | None = None) -> Facts:
    """Look at the backends named, or at every one that an installed distribution declares."""
    backends = tuple(_backend_facts(name) for name in (registered() if names is None else names))
    _ = importlib.import_module("scipy.linalg")  # brings SciPy's own BLAS into the process, so that it is seen
    libraries = tuple(_library(info) for info in threadpool_info())
    cpu = processor()
    return Facts(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        packages=tuple((name, version(name)) for name in ("trivium", "numpy", "scipy")),
        cpu=cpu,
        backends=backends,
        libraries=libraries,
        settings=tuple((name, os.environ[name]) for name in SETTINGS if name in os.environ),
        warnings=tuple(_warnings(backends, libraries, cpu)),
    )


def show(found: Facts) -> str:
    """The facts as text of at most 80 columns."""
    cores = "1 core" if found.cpu.cores == 1 else f"{found.cpu.cores} cores"
    versions = ", ".join(f"{name} {number}" for name, number in found.packages)
    sections = {
        "": [
            f"{versions}, Python {found.python}, {found.system}",
            ", ".join([found.cpu.model, cores, *found.cpu.vectors]),
        ],
        "backends": [line for backend in found.backends for line in _backend_lines(backend)],
        "libraries that compute with threads": [_library_line(library) for library in found.libraries],
        "set in the environment": [f"{name}={value}" for name, value in found.settings],
        "to mend" if found.warnings else "nothing to mend": list(found.warnings),
    }
    wanted = [(title, lines) for title, lines in sections.items() if lines or title.startswith("nothing")]
    return "\n".join(line for title, lines in wanted for line in _section(title, lines)).strip() + "\n"


def processor() -> Cpu:
    """The processor of this machine."""
    return read_cpu(_cpuinfo())


def read_cpu(text: str) -> Cpu:
    """The processor, from what Linux says in /proc/cpuinfo; elsewhere (an empty text) its name and cores alone."""
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
    flags = set(fields.get("flags", "").split())
    model = fields.get("model name") or platform.processor() or platform.machine()
    return Cpu(model, _cores(), tuple(name for name, needs in VECTORS.items() if needs <= flags))


def faster_kernel(kernel: str, vectors: Collection[str]) -> str:
    """The OpenBLAS kernel to ask for where `kernel` leaves vector instructions unused, or nothing."""
    if not any(kernel in kernels for kernels in (*KERNELS.values(), OLD_KERNELS)):
        return ""
    order = list(VECTORS)
    best = max((order.index(v) for v in vectors), default=-1)
    runs = next((order.index(v) for v, kernels in KERNELS.items() if kernel in kernels), -1)
    return KERNELS[order[best]][0] if best > runs else ""


def _backend_facts(name: str) -> BackendFacts:
    try:
        backend = load_backend(name)
    except (BackendError, ImportError, OSError) as error:
        return BackendFacts(name, missing=str(error))
    dtypes = tuple(dtype for dtype in DTYPES if dtype in backend.dtypes)
    return BackendFacts(name, dtypes, tuple(sorted(backend.lacks)), tuple(backend.facts().items()))


def _library(info: Mapping[str, Any]) -> Library:
    names = {"openblas": "OpenBLAS", "openmp": "OpenMP", "mkl": "MKL", "blis": "BLIS", "flexiblas": "FlexiBLAS"}
    name = names.get(info["internal_api"], info["internal_api"])
    return Library(
        name, _owner(info["filepath"]), info["version"] or "", info.get("architecture", ""), info["num_threads"]
    )


def _owner(filepath: str) -> str:
    """The package that brought a library: the folder below site-packages, or the system."""
    parts = Path(filepath).parts
    if "site-packages" not in parts:
        return "the system"
    return parts[parts.index("site-packages") + 1].removesuffix(".libs")


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _cores() -> int:
    """The cores that this process may use; a container or taskset may leave it fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _warnings(backends: Iterable[BackendFacts], libraries: Iterable[Library], cpu: Cpu) -> Iterator[str]:
    for backend in backends:
        if backend.missing:
            yield backend.missing
    for library in libraries:
        if library.name == "OpenBLAS" and (faster := faster_kernel(library.kernel, cpu.vectors)):
            yield (
                f"{library.owner}'s OpenBLAS runs its {library.kernel} kernel, but this processor has "
                f"{cpu.vectors[-1]}: matrix products may be faster with OPENBLAS_CORETYPE={faster} in the environment"
            )


def _backend_lines(backend: BackendFacts) -> Iterator[str]:
    if backend.missing:
        yield f"{backend.name:8}cannot be used here"
        return
    yield f"{backend.name:8}{', '.join(backend.dtypes)}"
    yield from (f"{'':8}{name}: {value}" for name, value in backend.facts)
    if backend.lacks:
        yield f"{'':8}lacks {', '.join(backend.lacks)}"


def _library_line(library: Library) -> str:
    threads = "1 thread" if library.threads == 1 else f"{library.threads} threads"
    kernel = f"kernel {library.kernel}" if library.kernel else ""
    whose = f"{library.name} of {library.owner}"
    return f"{whose:24}" + ", ".join(filter(None, (library.version, kernel, threads)))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", title) if title else ()
    for line in lines:
        margin = "  " if title else ""
        yield from textwrap.wrap(line, WIDTH, initial_indent=margin, subsequent_indent=margin + " " * 8) or [""]
