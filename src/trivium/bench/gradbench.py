"""Times from and for GradBench: a log of JSON lines, in which an eval asks one tool and judges what it answers.

A log is a line for each message, and one for each answer:

    {"elapsed": {"nanoseconds": n}, "message": {"id": 2, "kind": "evaluate", "module": m, "function": f, "input": x}}
    {"elapsed": {"nanoseconds": n}, "response": {"id": 2, "success": true, "timings": [{"name": "evaluate", ...}]}}

It starts with a message of kind "start", whose answer may name the tool; "define" loads a module, which is a network
here; "analysis" says whether the answer to an earlier message was valid. Knows nothing of how times are shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trivium.bench.record import FORWARD, GRADIENT, Record, Row
from trivium.errors import ValuesError

EVALUATE, ANALYSIS = "evaluate", "analysis"
FUNCTIONS = {FORWARD: "objective", GRADIENT: "jacobian"}
"""What GradBench's own evals call the two."""
WHAT = {"objective": FORWARD, "primal": FORWARD, "cost": FORWARD, "jacobian": GRADIENT, "gradient": GRADIENT}
NANO = 1e9
CHOSEN = ("dtype",)
"""What of an input is no size."""


def written(record: Record, backend: str) -> Iterator[str]:
    """A record's rows of one backend as the log of an eval called trivium, line by line."""
    rows, number = record.of(backend=backend), 0
    spent = 0.0

    def pair(message: Mapping[str, Any], response: Mapping[str, Any], seconds: float = 0.0) -> Iterator[str]:
        nonlocal number, spent
        yield _line(spent, message={"id": number, **message})
        spent += seconds
        yield _line(spent, response={"id": number, **response})
        number += 1

    yield from pair({"kind": "start", "eval": "trivium"}, {"tool": backend})
    for module in dict.fromkeys(map(_module, rows)):
        yield from pair({"kind": "define", "module": module}, {"success": True})
        for row in (r for r in rows if _module(r) == module):
            of = number
            asked = {"module": module, "function": FUNCTIONS[row.what], "input": {"dtype": row.dtype, **row.sizes}}
            timings = [{"name": EVALUATE, "nanoseconds": round(t * NANO)} for t in row.times]
            answer = {"success": bool(timings), "timings": timings, **({"error": row.error} if row.error else {})}
            yield from pair({"kind": EVALUATE, **asked}, answer, sum(row.times))
            verdict = {"valid": True} if timings else {"valid": False, "error": row.error}
            yield from pair({"kind": ANALYSIS, "of": of, **verdict}, {})


def _module(row: Row) -> str:
    """What a log calls a network: a small one of the zoo is another than the real one."""
    return row.network if row.real else f"{row.network} small"


def _line(elapsed: float, **what: Any) -> str:
    return json.dumps({"elapsed": {"nanoseconds": round(elapsed * NANO)}, **what})


@dataclass
class Log:
    """What has been read of a log: the tool, what was asked, and a row for each answer that is a time."""

    tool: str
    rows: dict[int, Row] = field(default_factory=dict)
    asked: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    judged: set[int] = field(default_factory=set)

    def message(self, message: Mapping[str, Any]) -> None:
        """What the eval says: a question, or whether an answer is valid."""
        self.asked[message["id"]] = message
        if message["kind"] == ANALYSIS and message["of"] in self.rows:
            self.judged.add(message["of"])
            if not message["valid"]:
                self.rows[message["of"]] = _invalid(self.rows[message["of"]], message.get("error", "it is invalid"))

    def response(self, response: Mapping[str, Any]) -> None:
        """What the tool answers."""
        message = self.asked[response["id"]]
        if message["kind"] == "start":
            self.tool = response.get("tool") or self.tool
        elif message["kind"] == EVALUATE and message["function"] in WHAT:
            self.rows[response["id"]] = _row(self.tool, message, response)

    def found(self) -> Iterator[Row]:
        """Each row; one that was not judged has no time."""
        for number, row in self.rows.items():
            unknown = number not in self.judged and row.times
            yield _invalid(row, "not verified: the eval did not judge it") if unknown else row


def taken(path: Path) -> Record:
    """A log's evaluations as a record: one row each, without a time where the eval did not find the answer valid.

    ValuesError, with the line, where it is no such log.
    """
    log = Log(path.stem)
    for number, line in enumerate(_lines(path), start=1):
        try:
            entry = json.loads(line)
            if "message" in entry:
                log.message(entry["message"])
            elif "response" in entry:
                log.response(entry["response"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValuesError(f"{path}, line {number}: no line of a GradBench log: {_reason(error)}") from error
    if not log.rows:
        known = ", ".join(WHAT)
        raise ValuesError(f"{path} has no evaluation of {known}: nothing to take over")
    return Record(tuple(log.found()), {}, {"source": f"GradBench log {path.name}"})


def _reason(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from (line for line in file if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ValuesError(f"{path} cannot be read: {error}") from error


def _row(tool: str, message: Mapping[str, Any], response: Mapping[str, Any]) -> Row:
    given = message.get("input")
    inputs = given if isinstance(given, Mapping) else {}
    sizes = {n: x for n, x in inputs.items() if type(x) is int and n not in CHOSEN}
    network = message["module"]
    if not sizes and message.get("description"):  # what tells two workloads of one module apart
        network = f"{network}: {message['description']}"
    times = tuple(t["nanoseconds"] / NANO for t in response.get("timings", ()) if t["name"] == EVALUATE)
    if not all(t > 0 for t in times):
        raise ValueError("a timing is no positive number of nanoseconds")
    row = Row(
        network, sizes, tool, inputs.get("dtype", "float64"), WHAT[message["function"]], (times,) if times else ()
    )
    return row if response["success"] else _invalid(row, response.get("error", "the tool failed"))


def _invalid(row: Row, why: str) -> Row:
    """A wrong answer has no time."""
    return Row(row.network, row.sizes, row.backend, row.dtype, row.what, error=why)
