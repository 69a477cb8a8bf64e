"""The checks of a test, phase by phase: noted as they are made, and put into pytest's own report at the phase's end.

Everything goes into the report as plain data, so that it survives workers. Knows nothing of how it is printed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from _trivium_pytest import options
from _trivium_pytest.case import Case, Digest, digest, gravest
from _trivium_pytest.stash import BOOK

MOST = 3
"""Checks of a test that did not fail of which what was remarked is kept in a section."""
SECTION = "stdout of trivium"
"""Under a name that begins with `stdout`, pytest's JUnit XML has it too."""


@dataclass(frozen=True)
class Entry:
    """Checks of a test that differ in nothing but their numbers (hypothesis makes hundreds): how many, and the last."""

    count: int
    worst: float | None
    case: Case
    digest: Digest


@dataclass(frozen=True)
class Book:
    """What a test has checked in its present phase; `tally` is kept to its end."""

    entries: dict[tuple[str, str, str], Entry] = field(default_factory=dict)
    tally: list[Mapping[str, object]] = field(default_factory=list)


def note(item: pytest.Item | None, case: Case) -> None:
    """Keep what a check found; outside of every test there is no report that it could go into."""
    if item is None:
        return
    book = item.stash.setdefault(BOOK, Book())
    said = digest(case.report)
    key = said.what, case.verdict, str(getattr(case.report, "command", ""))
    known = book.entries.pop(key, None)
    worst = largest(known.worst if known else None, said.worst)
    book.entries[key] = Entry(known.count + 1 if known else 1, worst, case, said)


def close(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Put into a phase's report what was checked in it, and begin the next phase."""
    book = item.stash[BOOK]
    entries = list(book.entries.values())
    book.entries.clear()
    if not entries:
        return
    failed = [e for e in entries if e.case is culprit(call, entries)] if report.failed else []
    repro = saved(item, failed[0].case) if failed else ""
    for entry in failed or [e for e in entries if e.digest.detail][-MOST:]:
        untold = [entry.case.report.text()] if failed and not raised(call) else []
        section(
            item, report, "\n".join([*untold, *entry.digest.detail, *([f"without pytest: {repro}"] if repro else [])])
        )
    book.tally.extend(map(counted, entries))
    item.user_properties[:] = [p for p in item.user_properties if not p[0].startswith("trivium_")]
    item.user_properties += properties(book.tally)
    report.user_properties = list(item.user_properties)
    target = options.report(item.config)
    report.trivium = {  # type: ignore[attr-defined]  # pytest and xdist carry a report's plain attributes along
        "checks": [{**counted(e), **shown(e, target.suffix if target else "", whole=e in failed)} for e in entries],
        "gradients": {g.name: g.text for e in failed for g in e.digest.wrong},
        "failure": {**counted(failed[0]), "repro": repro, "line": line_of(item, call)} if failed else None,
        "phase": call.when,
    }


def culprit(call: pytest.CallInfo[None], entries: list[Entry]) -> Case | None:
    """The check that a failure is about: the one that raised it, or else, of an assertion, the last one that failed."""
    mine: list[Case] = [case for leaf in raised(call) if (case := getattr(leaf, "case", None))]
    if mine:
        return mine[-1]
    asserted = any(isinstance(leaf, AssertionError) for leaf in leaves(call.excinfo))
    return next((e.case for e in reversed(entries) if asserted and e.case.failing), None)


def raised(call: pytest.CallInfo[None]) -> list[BaseException]:
    """The reports that a phase has raised, whose text is shown already."""
    from trivium.errors import GradientMismatch

    return [leaf for leaf in leaves(call.excinfo) if isinstance(leaf, GradientMismatch)]


def leaves(raised: pytest.ExceptionInfo[BaseException] | None) -> list[BaseException]:
    """What a phase raised: one exception, or those that a group of them holds."""
    return [] if raised is None else list(ungrouped(raised.value))


def ungrouped(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from ungrouped(inner)
    else:
        yield error


def section(item: pytest.Item, report: pytest.TestReport, text: str) -> None:
    """A section of this report, and of the test's later ones, from which JUnit XML is written."""
    item.add_report_section(report.when, SECTION, text)
    report.sections.append((f"Captured {SECTION} {report.when}", text))


def saved(item: pytest.Item, case: Case) -> str:
    """The command that fails as the test did, or why there is none."""
    from _trivium_pytest.repro import write

    return write(item, case)


def counted(entry: Entry) -> dict[str, object]:
    """An entry in words and numbers."""
    said = asdict(entry.digest)
    for name in ("detail", "wrong"):
        _ = said.pop(name)
    command = str(getattr(entry.case.report, "command", ""))
    head = {"verb": entry.case.verb, "verdict": entry.case.verdict, "count": entry.count, "command": command}
    return {
        **head,
        **{n: list(v) if isinstance(v, tuple) else v for n, v in said.items()},
        "worst": entry.worst,
        "floor": largest(entry.digest.floor),
    }


def shown(entry: Entry, suffix: str, *, whole: bool) -> dict[str, str]:
    """The report in the form in which the run's file wants it: on a page, what is right is told in brief."""
    report = entry.case.report
    if suffix == ".json":
        return {"document": json.dumps(report.to_json(), allow_nan=False)}
    if suffix == ".html":
        return {"text": report.text(width=100), "page": report._repr_html_() if whole else ""}
    return {}


def line_of(item: pytest.Item, call: pytest.CallInfo[None]) -> int | None:
    """The line of the test's own file at which it failed, counted from 1."""
    traceback = call.excinfo.traceback if call.excinfo else ()
    lines = [entry.lineno + 1 for entry in traceback if str(entry.path) == str(item.path)]
    return lines[-1] if lines else None


def properties(tally: list[Mapping[str, Any]]) -> list[tuple[str, object]]:
    """What a machine reads of a test: its gravest verdict, its largest residual, the largest error that could hide."""
    return [
        ("trivium_verdict", gravest(c["verdict"] for c in tally)),
        ("trivium_checks", sum(c["count"] for c in tally)),
        ("trivium_gradients", sum(c["count"] * c["gradients"] for c in tally)),
        ("trivium_worst_residual", largest(*(c["worst"] for c in tally))),
        ("trivium_floor", largest(*(c["floor"] for c in tally))),
        ("trivium_backends", joined(tally, "backends")),
        ("trivium_findings", joined(tally, "codes")),
    ]


def joined(tally: list[Mapping[str, Any]], name: str) -> str:
    return ",".join(dict.fromkeys(word for c in tally for word in c[name]))


def largest(*numbers: float | None) -> float | None:
    """The largest of the numbers that there are; not a number is larger than any."""
    there = [float(x) for x in numbers if x is not None]
    return next((x for x in there if math.isnan(x)), max(there, default=None))
