"""What the doctor says: what is here, what is missing and how to get it, and which kernels leave the processor idle."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from trivium.doctor import Cpu, Facts, Library, facts, faster_kernel, read_cpu, show

AVX512 = "avx512f avx512cd avx512dq avx512bw avx512vl"
HERE = facts(["numpy"])


def test_numpy_is_here_with_its_version_and_precisions() -> None:
    assert HERE.backends[0].dtypes == ("float64", "float32", "complex128")
    assert ("numpy", np.__version__) in HERE.packages


def test_the_blas_of_numpy_is_found() -> None:
    assert "numpy" in {library.owner for library in HERE.libraries}


def test_every_declared_backend_is_looked_at() -> None:
    assert [backend.name for backend in facts().backends][:3] == ["numpy", "torch", "jax"]


def test_a_backend_that_is_not_installed_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = EntryPoint("jax", "a_module_that_nobody_has:BACKEND", "trivium.backends")
    monkeypatch.setattr("trivium.backend.declared", lambda group: (absent,))
    cure = "backend 'jax' is not installed: it needs the module 'a_module_that_nobody_has'; pip install 'trivium[jax]'"
    assert [w for w in facts().warnings if w.startswith("backend")] == [cure]


def test_a_setting_of_the_environment_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert ("OMP_NUM_THREADS", "1") in facts(["numpy"]).settings


def test_the_processor_is_read() -> None:
    cpu = read_cpu(f"processor : 0\nmodel name\t: A Processor\nflags\t\t: fpu avx avx2 fma {AVX512}\n")
    assert (cpu.model, cpu.vectors) == ("A Processor", ("AVX", "AVX2", "AVX-512"))


def test_a_part_of_avx_512_is_not_enough() -> None:
    assert read_cpu("flags : avx avx2 fma avx512f avx512cd").vectors == ("AVX", "AVX2")


def test_a_processor_that_says_nothing_has_a_name_and_cores() -> None:
    cpu = read_cpu("")
    assert cpu.model
    assert cpu.cores >= 1


@pytest.mark.parametrize(
    ("kernel", "vectors", "faster"),
    [
        ("Haswell", ("AVX", "AVX2", "AVX-512"), "SkylakeX"),
        ("Zen", ("AVX", "AVX2", "AVX-512"), "SkylakeX"),
        ("Prescott", ("AVX", "AVX2"), "Haswell"),
        ("Nehalem", ("AVX",), "Sandybridge"),
        ("Haswell", ("AVX", "AVX2"), ""),
        ("SkylakeX", ("AVX", "AVX2", "AVX-512"), ""),
        ("neoversen1", (), ""),
        ("a kernel of the future", ("AVX", "AVX2", "AVX-512"), ""),
        ("Prescott", (), ""),
    ],
)
def test_a_kernel_below_what_the_processor_has_is_seen(kernel: str, vectors: tuple[str, ...], faster: str) -> None:
    assert faster_kernel(kernel, vectors) == faster


def made_up(**changes: object) -> Facts:
    cpu = Cpu("A Processor", 1, ("AVX", "AVX2"))
    library = Library("OpenBLAS", "numpy", "0.3", "Haswell", 1)
    plain = replace(
        HERE, python="3.11.0", system="Linux x86_64", cpu=cpu, libraries=(library,), settings=(), warnings=()
    )
    return replace(plain, packages=(("trivium", "1.0"),), **changes)


def test_facts_are_shown() -> None:
    assert show(made_up()).splitlines() == [
        "trivium 1.0, Python 3.11.0, Linux x86_64",
        "A Processor, 1 core, AVX, AVX2",
        "",
        "backends",
        "  numpy   float64, float32, complex128",
        f"          numpy: {np.__version__}",
        "",
        "libraries that compute with threads",
        "  OpenBLAS of numpy       0.3, kernel Haswell, 1 thread",
        "",
        "nothing to mend",
    ]


def test_a_warning_and_a_setting_are_shown() -> None:
    text = show(made_up(warnings=("mend it",), settings=(("OMP_NUM_THREADS", "1"),)))
    assert text.endswith("\nset in the environment\n  OMP_NUM_THREADS=1\n\nto mend\n  mend it\n")


def test_no_line_is_wider_than_80_columns() -> None:
    assert max(map(len, show(made_up(warnings=("a word and " * 40,))).splitlines())) <= 80
