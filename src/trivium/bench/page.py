"""The report: one page that stands alone, a text for a pull request, and what both show as data.

Knows nothing of HTML but the template beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trivium.bench.figure import bars, gradient_per_forward, roofline, scaling
from trivium.bench.record import Record
from trivium.bench.story import (
    ROAD,
    Cell,
    Line,
    backends,
    dtypes,
    grid,
    mean_ratio,
    payoffs,
    sentences,
)
from trivium.errors import counted, first_line
from trivium.report.number import seconds
from trivium.report.web import rendered

KIB, MIB = 2**10, 2**20
BEST, GOOD, SLOW = 1.05, 1.5, 3.0
"""Multiples of the best road's time at which a cell changes its color."""


def page(record: Record, command: str) -> str:
    """The whole page."""
    return rendered("bench", "page.html.j2", view(record, command))


def view(record: Record, command: str) -> dict[str, Any]:
    """What the template shows, every number as text."""
    precisions = dtypes(record)
    return {
        "whole": True,
        "name": "trivium bench",
        "title": _title(record),
        "command": command,
        "best": BEST,
        "good": GOOD,
        "slow": SLOW,
        "sentences": sentences(record),
        "roads": [ROAD.get(b, b) for b in backends(record)],
        "grids": [(d, [_shown(x) for x in grid(record, d)], _mean(grid(record, d))) for d in precisions],
        "scaling": scaling(record),
        "cheap": [(d, svg) for d in precisions if (svg := gradient_per_forward(record, d))],
        "payoffs": [(d, rows) for d in precisions if (rows := [_payoff(p) for p in payoffs(record, d)])],
        "roofs": [(d, svg) for d in precisions if (svg := roofline(record, d))],
        "memory": [(d, svg) for d in precisions if (svg := _memory(record, d))],
        "errors": [
            (d, svg)
            for d in precisions
            if (svg := bars(record, d, "worst_residual", "worst residual, in units of rounding (the line is 256)", 1))
        ],
        "facts": list(facts(record)),
        "raw": json.dumps(record.compact(), separators=(",", ":")).replace("</", "<\\/"),
    }


def _title(record: Record) -> str:
    """What the times are of: here nothing is timed that is not verified, elsewhere somebody else judged, or nobody."""
    if record.protocol.get("source"):
        return "Time of gradients, judged elsewhere"
    return f"Time of {'verified ' if all(r.verified for r in record.rows if r.times) else ''}gradients"


def facts(record: Record) -> Iterator[tuple[str, str]]:
    """The machine and the protocol."""
    m, p = record.machine, record.protocol
    if p.get("source"):
        yield "source", str(p["source"])
        return
    cpu = m.get("cpu") or {}
    yield (
        "processor",
        f"{cpu.get('brand_raw', 'unknown')}, {cpu.get('count', '?')} cores, {', '.join(cpu.get('vectors', []))}",
    )
    peaks = m.get("peaks") or {}
    if peaks:
        yield (
            "at most",
            ", ".join(
                [f"{peaks[f'matmul_{d}'] / 1e9:.0f} GFLOP/s in {d}" for d in dtypes(record) if f"matmul_{d}" in peaks]
                + [f"{peaks['copy'] / 1e9:.1f} GB/s copied"]
            ),
        )
    yield "governor, load", f"{m.get('governor', 'unknown')}, {', '.join(map(str, m.get('load', [])))}"
    yield "versions", ", ".join(f"{n} {v}" for n, v in (m.get("packages") or {}).items())
    for road, side in (p.get("roads") or {}).items():
        yield road, f"cores {side.get('cores')}; {'; '.join(f'{n}: {k}' for n, k in side.get('kernels', {}).items())}"
    if "processes" in p:
        order = "round by round in turns" if p.get("interleaved") else "one after the other"
        yield (
            "protocol",
            f"a fresh process for each road, {counted(p['processes'], 'time')} over, {order}, pinned to "
            f"{counted(p.get('cores', 0), 'core')}; in each {p.get('rounds')} rounds of {p.get('seconds')} s together, "
            "after warming up, without the garbage collector; medians of rounds; "
            f"NumPy's BLAS kernel: {p.get('kernel')}; freed memory stays with the process",
        )
    else:
        yield "protocol", "pytest-benchmark's own, in the process of the tests"
    yield "when", f"{record.when} UTC"


def markdown(record: Record) -> str:
    """The sentences and the grids, for a pull request."""
    roads = backends(record)
    lines = [f"### {_title(record)}", "", *sentences(record)]
    for d in dtypes(record):
        lines += ["", f"| {d} | {' | '.join(ROAD.get(b, b) for b in roads)} |", f"|---|{'---:|' * len(roads)}"]
        lines += [f"| {x.name} | {' | '.join(_text(c) for c in x.cells)} |" for x in grid(record, d)]
        reasons = [why for x in grid(record, d) for why in _why(x)]
        lines += ["", *(f"- {why}" for why in reasons)] if reasons else []
    return "\n".join(lines) + "\n"


def _mean(lines: Sequence[Line]) -> str:
    """What NumPy takes of the better of the others; nothing where they were not measured together."""
    mean = mean_ratio(lines)
    return "" if math.isnan(mean) else f"{mean:.2f}"


def _memory(record: Record, dtype: str) -> str:
    most = max((r.facts.get("memory") or 0 for r in record.of(dtype=dtype)), default=0)
    name, unit = ("MiB", MIB) if most >= MIB else ("KiB", KIB)
    return bars(record, dtype, "memory", f"{name} at the peak", unit)


def _shown(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "cells": [{"text": _text(c), "kind": _kind(c)} for c in line.cells],
        "why": [*_why(line)],
    }


def _why(line: Line) -> Iterator[str]:
    """A sentence for each road that has failed, or for several of one reason."""
    errors = {c.backend: first_line(c.error) for c in line.cells if c.row is None and c.error}
    for error in dict.fromkeys(errors.values()):
        whose = ", ".join(ROAD.get(b, b) for b, e in errors.items() if e == error)
        yield f"{line.name}, {whose}: {error}"


def _text(cell: Cell) -> str:
    return cell.state if cell.row is None else f"{seconds(cell.row.median)} ({cell.times:.2f}×)"


def _kind(cell: Cell) -> str:
    if cell.row is None:
        return "none" if cell.error is not None else "soft"
    return (
        "best" if cell.times <= BEST else "good" if cell.times <= GOOD else "slow" if cell.times <= SLOW else "slowest"
    )


def _payoff(p: Any) -> Mapping[str, str]:
    steps = "never" if math.isinf(p.steps) else f"{p.steps:,.0f}"
    return {
        "name": p.name,
        "trace": seconds(p.trace),
        "compile": seconds(p.compile),
        "first": seconds(p.first),
        "steady": seconds(p.steady),
        "other": seconds(p.other),
        "steps": steps,
    }
