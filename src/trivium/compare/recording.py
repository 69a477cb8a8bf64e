"""What every road makes of one set of numbers: each fed copies of its own, timed, and named where it fails.

Knows nothing of verdicts.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from trivium.backend import Array, Backend, Program, Tamper, Want, everything, parameter_gradients
from trivium.compare import presence
from trivium.compare.agreement import Point
from trivium.compare.comparison import Finding
from trivium.compare.run import Run
from trivium.errors import BackendError, TriviumError, did_you_mean
from trivium.probe import Probe
from trivium.spec.graph import Spec

Planted = Mapping[str, Mapping[str, Tamper]]
"""Mistakes planted on purpose: per backend, per node, a function around that node's vjp."""


@dataclass(frozen=True)
class Meter:
    """Seconds per backend."""

    compile: dict[str, float] = field(default_factory=dict)
    run: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Recording:
    """One point with all its runs, and what there is to say of how they were made."""

    point: Point
    findings: tuple[Finding, ...]


def record(
    probe: Probe, roads: Mapping[str, Backend], dtypes: Sequence[str], tamper: Planted, meter: Meter
) -> Recording:
    """Run every road in every precision that it has."""
    able = [(b, d, tamper.get(name, {})) for name, b in roads.items() for d in dtypes if d in b.dtypes]
    made = [_one(probe, backend, dtype, mistakes, meter) for backend, dtype, mistakes in able]
    runs = tuple(run for run, _ in made)
    return Recording(Point(probe.name, probe.spec, probe.given, runs), tuple(f for _, found in made for f in found))


def _one(
    probe: Probe, backend: Backend, dtype: str, tamper: Mapping[str, Tamper], meter: Meter
) -> tuple[Run, list[Finding]]:
    """The program whose every step is recorded, and, where there is something to train, the one that training runs."""
    recorded, fed = _answer(probe, backend, dtype, everything(probe.spec), tamper, meter)
    if not probe.spec.parameters:
        run = Run(probe.name, backend.name, dtype, probe.spec, presence.received(probe.spec, recorded), {})
        return run, list(presence.overwritten(run, probe.given, fed))
    plain, fed_again = _answer(probe, backend, dtype, parameter_gradients(probe.spec), tamper, meter)
    evaluation, untapped = presence.received(probe.spec, recorded), presence.received(probe.spec, plain)
    trained = {name: untapped.gradients[name] for name, _ in probe.spec.parameters if name in untapped.gradients}
    run = Run(probe.name, backend.name, dtype, probe.spec, evaluation, trained)
    return run, [f for after in (fed, fed_again) for f in presence.overwritten(run, probe.given, after)]


def _answer(
    probe: Probe, backend: Backend, dtype: str, want: Want, tamper: Mapping[str, Tamper], meter: Meter
) -> tuple[object, dict[str, Array]]:
    """What a road returns, and what it leaves of the copies that it was fed."""
    fed = {name: np.array(x) for name, x in probe.given.items()}
    start = time.perf_counter()
    program = _compiled(probe.spec, backend, dtype, want, tamper)
    compiled = time.perf_counter()
    answer: object = _called(probe.spec, backend, dtype, program, dict(fed))
    ran = time.perf_counter()
    meter.compile[backend.name] = meter.compile.get(backend.name, 0.0) + compiled - start
    meter.run[backend.name] = meter.run.get(backend.name, 0.0) + ran - compiled
    return answer, fed


def _compiled(spec: Spec, backend: Backend, dtype: str, want: Want, tamper: Mapping[str, Tamper]) -> Program:
    try:
        return backend.compile(spec, dtype=dtype, want=want, tamper=tamper or None)
    except TriviumError:
        raise
    except Exception as error:
        raise _failed("compile", spec, backend, dtype, error) from error


def _called(spec: Spec, backend: Backend, dtype: str, program: Program, given: dict[str, Array]) -> object:
    try:
        return program(given)
    except TriviumError:
        raise
    except Exception as error:
        raise _failed("run", spec, backend, dtype, error) from error


def _failed(what: str, spec: Spec, backend: Backend, dtype: str, error: Exception) -> BackendError:
    """The error with its place: a traceback is not shown to who checks a backend, and its author needs the line."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return BackendError(
        f"{backend.name} cannot {what} {spec.name} in {dtype}: {type(error).__name__}: {error} ({place})"
    )


def unusable(roads: Mapping[str, Backend], dtypes: Sequence[str], tamper: Planted) -> Iterator[str]:
    """What keeps these roads from being checked: one that has no precision asked for, a mistake planted in none."""
    for name, backend in roads.items():
        if not set(dtypes) & set(backend.dtypes):
            has = ", ".join(sorted(backend.dtypes)) or "nothing"
            yield f"backend {name!r} computes in {has}, not in {' or '.join(dtypes)}: leave it out, or name a precision"
    for name in tamper:
        if name not in roads:
            near = did_you_mean(str(name), roads)
            yield f"a mistake is planted in {name!r}, which is not checked (backends: {', '.join(roads)}){near}"
