"""What a person asks for: check a spec, on every road there is, and get a report.

Knows nothing of command lines or of how a report looks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trivium.backend import Backend, Tamper, installed, load_backend, parameter_gradients
from trivium.compare.acceptance import accept
from trivium.compare.agreement import Point, compare
from trivium.compare.bound import Scaler
from trivium.compare.comparison import Cost, Finding
from trivium.compare.replay import Run
from trivium.errors import BackendError, BudgetError, did_you_mean
from trivium.given import read_values, shapes_of
from trivium.ops import OPS
from trivium.probe import Probe, Probes, probes
from trivium.report import Report
from trivium.spec.file import bind_sizes, load as load_document
from trivium.spec.graph import Spec
from trivium.spec.sheet import Accept
from trivium.spec.trace import trace as trace_with
from trivium.zoo import network

DTYPES = ("float64", "float32")
Planted = Mapping[str, Mapping[str, Tamper]]
"""Mistakes planted on purpose: per backend, per node, a function around that node's vjp."""
COPIES = 40
"""Arrays of the size of all tensors together that a check holds at its peak: runs, replays, noise."""


@dataclass(frozen=True)
class Source:
    """A spec with the numbers that stand beside it, and the words that name it on a command line."""

    spec: Spec
    values: Mapping[str, Any] | None = None
    target: str = ""
    known: tuple[Accept, ...] = ()


def check(
    spec: Spec | str | os.PathLike[str],
    *,
    backends: Iterable[str | Backend] | None = None,
    dtypes: Sequence[str] = DTYPES,
    values: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    seed: int = 0,
    sizes: Mapping[str, int] | None = None,
    tamper: Planted | None = None,
    budget: float | None = None,
) -> Report:
    """Derive the gradient of a spec on every road and say whether they agree; no tolerance is chosen.

    spec      a Spec, a path to a .net.toml or .json file, or "zoo:NAME"
    backends  names, or Backend values; all that are installed where None
    values    numbers for every input and parameter (shapes as in the spec), or a .json or .npz file that holds them;
              without any, numbers are drawn from `seed`
    sizes     new sizes for the spec's letters
    tamper    mistakes planted on purpose: {"torch": {"g9": f}}
    budget    bytes that the check may take; half of the machine's memory where None

    Raises SpecError, ValuesError, BackendError or BudgetError for bad input; a wrong gradient is no error but a Report.
    """
    source = find(spec, values=values, sizes=sizes)
    roads = select(backends)
    _check_dtypes(dtypes)
    _afford(source.spec, budget)
    points = probes(source.spec, seed=seed, values=source.values)
    for probe in points.points:
        _afford(probe.spec, budget)
    meter = _Meter()
    ran = [_run(probe, roads, dtypes, tamper or {}, meter) for probe in points.points]
    cost = Cost(compile=meter.compile, run=meter.run)
    comparison = compare(source.spec, ran, roads, handwritten(), cost=cost, seed=seed, notes=_left_out(points))
    return Report(
        accept(comparison, source.known), command=_command(source, roads, backends, dtypes, seed, sizes, values)
    )


def assert_gradient(spec: Spec | str | os.PathLike[str], **options: Any) -> None:
    """As `check`, but silent where the roads agree, and GradientMismatch with the whole report where they do not."""
    check(spec, **options).raise_for_verdict()


def trace(
    function: Callable[..., Any],
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, str],
    sizes: Mapping[str, int] | None = None,
    name: str | None = None,
) -> Spec:
    """The spec that a Python function computes: called once, with symbolic values under its parameters' names.

    `inputs` and `parameters` map names to written shapes ("h i"), `sizes` binds their letters. The function returns the
    loss, or a dict that names nodes and ends with the loss.
    """
    return trace_with(function, inputs=inputs, parameters=parameters, sizes=sizes or {}, name=name, vocabulary=OPS)


def load(path: str | os.PathLike[str], *, sizes: Mapping[str, int] | None = None) -> Spec:
    """The spec that a .net.toml or .json file holds; SpecError lists everything that is wrong with it."""
    return load_document(Path(path), vocabulary=OPS, sizes=sizes).spec


def find(
    spec: Spec | str | os.PathLike[str],
    *,
    values: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Source:
    """The spec that is meant, at the sizes asked for, with its numbers; a file's own numbers go with its own sizes."""
    read = read_values(Path(values)) if isinstance(values, str | os.PathLike) else values
    if isinstance(spec, Spec):
        return Source(_fitted(spec, read, sizes), read)
    text = os.fspath(spec)
    if text.startswith("zoo:"):
        return Source(_fitted(network(text.removeprefix("zoo:")), read, sizes), read, text)
    document = load_document(
        Path(text), vocabulary=OPS, sizes=sizes, shapes=None if read is None else shapes_of(read), beside=_shapes_in
    )
    if read is None and document.values is not None and not sizes:
        own = read_values(Path(text).parent / document.values)
        return Source(document.spec, own, text, document.accept)
    return Source(_fitted(document.spec, read, sizes), read, text, document.accept)


def select(backends: Iterable[str | Backend] | None) -> dict[str, Backend]:
    """The roads asked for, by name, handwritten first; all that are installed where None."""
    if backends is None:
        return installed()
    named = list(dict.fromkeys(backends)) if all(isinstance(b, str) for b in backends) else list(backends)
    if not named:
        raise BackendError("no backend named: nothing would be compared")
    roads = [load_backend(b) if isinstance(b, str) else b for b in named]
    if len({b.name for b in roads}) < len(roads):
        raise BackendError(f"two backends have one name: {', '.join(b.name for b in roads)}")
    return {b.name: b for b in roads}


def handwritten() -> Scaler:
    """The handwritten road, which measures rounding for all of them."""
    return load_backend("numpy")  # type: ignore[return-value]


def _check_dtypes(dtypes: Sequence[str]) -> None:
    """BackendError unless every precision is one that a check knows a bound for, and there is one."""
    for dtype in dtypes:
        if dtype not in DTYPES:
            raise BackendError(f"no check in {dtype!r} ({', '.join(DTYPES)}){did_you_mean(dtype, DTYPES)}")
    if not dtypes:
        raise BackendError(f"no precision named: nothing would be compared; name one of {', '.join(DTYPES)}")


@dataclass(frozen=True)
class _Meter:
    """Seconds per backend."""

    compile: dict[str, float] = field(default_factory=dict)
    run: dict[str, float] = field(default_factory=dict)


def _run(probe: Probe, roads: Mapping[str, Backend], dtypes: Sequence[str], tamper: Planted, meter: _Meter) -> Point:
    runs = [
        _one(probe, backend, dtype, tamper.get(name, {}), meter)
        for name, backend in roads.items()
        for dtype in dtypes
        if dtype in backend.dtypes
    ]
    return Point(probe.name, probe.spec, probe.given, tuple(runs))


def _one(probe: Probe, backend: Backend, dtype: str, tamper: Mapping[str, Tamper], meter: _Meter) -> Run:
    start = time.perf_counter()
    recorded = backend.compile(probe.spec, dtype=dtype, tamper=tamper or None)
    plain = backend.compile(probe.spec, dtype=dtype, want=parameter_gradients(probe.spec), tamper=tamper or None)
    compiled = time.perf_counter()
    evaluation, untapped = recorded(probe.given), plain(probe.given)
    ran = time.perf_counter()
    meter.compile[backend.name] = meter.compile.get(backend.name, 0.0) + compiled - start
    meter.run[backend.name] = meter.run.get(backend.name, 0.0) + ran - compiled
    return Run(probe.name, backend.name, dtype, probe.spec, evaluation, untapped.gradients)


def _afford(spec: Spec, budget: float | None) -> None:
    need = 8.0 * spec.entries() * COPIES
    have = _memory() / 2 if budget is None else budget
    if need > have:
        limit = "half of this machine's memory" if budget is None else "the budget"
        raise BudgetError(
            f"checking {spec.name} would take about {need:.3g} bytes, and {limit} is {have:.3g}; "
            "give smaller sizes (--size), or a larger --budget"
        )


def _memory() -> float:
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def _left_out(points: Probes) -> tuple[Finding, ...]:
    return tuple(Finding("TV203", "note", f"a probe was left out: {reason}") for reason in points.left_out)


def _fitted(spec: Spec, values: Mapping[str, Any] | None, sizes: Mapping[str, int] | None) -> Spec:
    """The spec at the sizes asked for, and otherwise at those that a person's values have."""
    read = bind_sizes((*spec.inputs, *spec.parameters), shapes_of(values), known=sizes or ()) if values else {}
    return spec.resized(**read | dict(sizes or {})) if read or sizes else spec


def _shapes_in(path: Path) -> dict[str, tuple[int, ...]]:
    return shapes_of(read_values(path))


def _command(
    source: Source,
    roads: Mapping[str, Backend],
    backends: object,
    dtypes: Sequence[str],
    seed: int,
    sizes: Mapping[str, int] | None,
    values: object,
) -> str:
    """The line that reproduces a check: a shell's, or, for a spec that no file holds, Python's."""
    if not source.target:
        more = f", backends={list(roads)!r}" if backends is not None else ""
        return f"python: trivium.check(spec{more}, seed={seed})"
    words = ["trivium", "check", source.target]
    words += [f"--size {k}={v}" for k, v in (sizes or {}).items()]
    words += [f"--values {values}"] if isinstance(values, str | os.PathLike) else []
    words += [f"--backends {','.join(roads)}"] if backends is not None else []
    words += [f"--dtypes {','.join(dtypes)}"] if tuple(dtypes) != DTYPES else []
    return " ".join([*words, f"--seed {seed}"])
