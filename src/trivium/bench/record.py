"""What was measured, as frozen data, and as the JSON that pytest-benchmark's own tools read.

Knows nothing of how it was measured.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trivium.bench.setting import differences, settings
from trivium.errors import ValuesError

FORWARD, GRADIENT = "forward", "gradient"
WHATS = (FORWARD, GRADIENT)
VERSION = "5.3.1"
"""Of pytest-benchmark, whose format this is."""
DIGITS, FEWER = 6, 3
"""Digits of a time in a file, and of one in a page: rounds differ in the second."""


@dataclass(frozen=True)
class Row:
    """One program of one road at one network.

    rounds  the median time of a call in each round, in seconds, by process
    facts   residual, compile times, memory, parameters: of the process that verified it
    error   why there is no time, where there is none
    real    whether a network of the zoo has a size at which time says something, or its small one
    """

    network: str
    sizes: Mapping[str, int]
    backend: str
    dtype: str
    what: str
    rounds: tuple[tuple[float, ...], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    real: bool = True

    @property
    def times(self) -> list[float]:
        """Every round's median, of all processes."""
        return [t for process in self.rounds for t in process]

    @property
    def median(self) -> float:
        """Seconds of a call; NaN where it was not measured."""
        return statistics.median(self.times) if self.times else math.nan

    @property
    def key(self) -> tuple[str, tuple[tuple[str, int], ...], bool, str, str, str]:
        """What it is a time of."""
        return self.network, tuple(sorted(self.sizes.items())), self.real, self.backend, self.dtype, self.what

    @property
    def verified(self) -> bool:
        """Whether whoever timed it says that the gradient was verified there."""
        return not {"worst_residual", "verdict"}.isdisjoint(self.facts)

    @property
    def name(self) -> str:
        """As pytest-benchmark calls it."""
        sized = "".join(f",{n}={k}" for n, k in self.sizes.items())
        return f"{self.network}{'' if self.real else ',small'}{sized}[{self.backend}-{self.dtype}-{self.what}]"


@dataclass(frozen=True)
class Record:
    """All rows of a run, and what they hang on: the machine, each road's versions and kernels, the protocol.

    mixed   of rows of several runs, how these differ in what times hang on
    halted  of every run that somebody stopped, how many of its programs were measured to the end
    """

    rows: tuple[Row, ...]
    machine: Mapping[str, Any]
    protocol: Mapping[str, Any]
    when: str = ""
    mixed: tuple[str, ...] = ()
    halted: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, str]:
        """What its times hang on, as text."""
        return settings(self.machine, self.protocol)

    def of(self, **wanted: object) -> list[Row]:
        """The rows whose fields are these."""
        return [r for r in self.rows if all(getattr(r, n) == x for n, x in wanted.items())]

    def row(self, **wanted: object) -> Row | None:
        """The one that was measured, or None."""
        return next((r for r in self.of(**wanted) if r.times), None)

    def to_json(self) -> dict[str, Any]:
        """A document of pytest-benchmark; what failed stands beside it."""
        return {
            "machine_info": dict(self.machine),
            "commit_info": {},
            "benchmarks": [_entry(r) for r in self.rows if r.times],
            "datetime": self.when,
            "version": VERSION,
            "trivium": {
                "protocol": dict(self.protocol),
                "failed": [_failed(r) for r in self.rows if not r.times],
                "halted": list(self.halted),
            },
        }

    def compact(self) -> dict[str, Any]:
        """Every row once, nothing that follows from another number: what a page carries."""
        columns = ("network", "sizes", "real", "backend", "dtype", "what", "rounds", "error")
        facts = tuple(dict.fromkeys(n for r in self.rows for n in r.facts))
        rows = [[_small(x) for x in (*(getattr(r, n) for n in columns), *map(r.facts.get, facts))] for r in self.rows]
        about = {"machine": _small(self.machine), "protocol": self.protocol, "when": self.when}
        return {**about, "columns": (*columns, *(f"facts.{n}" for n in facts)), "rows": rows}


def _small(x: Any) -> Any:
    """With as many digits as mean something, and without what says nothing."""
    if isinstance(x, Mapping):
        return {n: _small(y) for n, y in x.items() if y is not None and y != {}}
    if isinstance(x, tuple | list):
        return [_small(y) for y in x]
    return short(x, FEWER) if isinstance(x, float) else x


def read(path: Path) -> Record:
    """A record from a file of `trivium bench` or pytest-benchmark; ValuesError where it is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValuesError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValuesError(f"{path} is no JSON: {error}") from error
    try:
        own = document.get("trivium", {})
        rows = [_row(e) for e in document["benchmarks"] if "backend" in e.get("extra_info", {})]
        failed = [Row(**f) for f in own.get("failed", [])]
        about = document["machine_info"], own.get("protocol", {}), document.get("datetime", "")
        found = Record((*rows, *failed), *about, halted=tuple(map(str, own.get("halted", ()))))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValuesError(
            f"{path} is no result of `trivium bench` or of pytest-benchmark: it is not built like one"
        ) from error
    if not found.rows:
        raise ValuesError(
            f"{path} holds no time of any backend: run `trivium bench run`, or a benchmark whose extra_info names one"
        )
    for row in found.rows:
        if not all(0 < t < math.inf for t in row.times):
            raise ValuesError(f"{path}: a time of {row.name} is no positive number of seconds")
    return found


def merged(records: Sequence[Record]) -> Record:
    """One record of several files: of what several measured, the last's result is taken, be it none; see `halted`."""
    rows = {r.key: r for record in records for r in record.rows}
    last = records[-1]
    apart = dict.fromkeys(d for record in records[:-1] for d in differences(record.settings, last.settings))
    halted = tuple(text for record in records for text in record.halted)
    return Record(tuple(rows.values()), last.machine, last.protocol, last.when, tuple(apart), halted)


def _entry(row: Row) -> dict[str, Any]:
    times = sorted(row.times)
    q1, median, q3 = quartiles(times)
    mean = statistics.fmean(times)
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    deviation = statistics.stdev(times) if len(times) > 1 else 0.0
    strange = [t for t in times if not low <= t <= high]
    far = [t for t in times if abs(t - mean) > deviation]
    stats = {
        "min": times[0],
        "max": times[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": len(times),
        "median": median,
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": len(strange),
        "stddev_outliers": len(far),
        "outliers": f"{len(far)};{len(strange)}",
        "ld15iqr": min((t for t in times if t >= low), default=times[0]),
        "hd15iqr": max((t for t in times if t <= high), default=times[-1]),
        "ops": 1 / mean,
        "total": math.fsum(times),
        "iterations": int(row.facts.get("batch", 1)),
    }
    params = {"backend": row.backend, "dtype": row.dtype, "what": row.what}
    return {
        "group": f"{row.network} {row.dtype} {row.what}",
        "name": row.name,
        "fullname": f"trivium bench::{row.name}",
        "params": params,
        "param": "-".join(params.values()),
        "extra_info": {
            **params,
            "network": row.network,
            "sizes": dict(row.sizes),
            "real": row.real,
            "rounds": [[short(t) for t in process] for process in row.rounds],
            **{n: short(x) if isinstance(x, float) else x for n, x in row.facts.items()},
        },
        "options": {"disable_gc": True, "timer": "perf_counter", "warmup": True},
        "stats": {n: short(x) if isinstance(x, float) else x for n, x in stats.items()},
    }


def _row(entry: Mapping[str, Any]) -> Row:
    """A row, also of a benchmark that pytest-benchmark ran itself, whose quartiles stand for its rounds."""
    info = dict(entry["extra_info"])
    network, sizes = info.pop("network", entry["group"]), info.pop("sizes", {})
    backend, dtype, what = info.pop("backend"), info.pop("dtype"), info.pop("what", GRADIENT)
    stats = entry["stats"]
    rounds = info.pop("rounds", None) or [[stats["q1"], stats["median"], stats["q3"]]]
    real = info.pop("real", True)
    return Row(network, sizes, backend, dtype, what, tuple(tuple(map(float, p)) for p in rounds), info, real=real)


def _failed(row: Row) -> dict[str, Any]:
    return {
        "network": row.network,
        "sizes": dict(row.sizes),
        "backend": row.backend,
        "dtype": row.dtype,
        "what": row.what,
        "error": row.error,
        "real": row.real,
    }


def quartiles(times: Iterable[float]) -> tuple[float, float, float]:
    """The first, the median and the third, by linear interpolation."""
    found = sorted(times)

    def at(share: float) -> float:
        place = share * (len(found) - 1)
        low = math.floor(place)
        high = min(low + 1, len(found) - 1)
        return found[low] + (found[high] - found[low]) * (place - low)

    return at(0.25), at(0.5), at(0.75)


def short(x: float, digits: int = DIGITS) -> float:
    """With as many digits as mean something."""
    return float(f"{x:.{digits}g}")
