"""The protocol: a fresh process for each road, every network verified in it before it is timed, several times over.

`interleaved`, the roads take turns, round by round. A process that dies is a failed row, and the rest is measured.
Knows nothing of how a call is timed, or of how results are shown.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from trivium.bench.crew import DeadWorkerError, Hand, Post, hired
from trivium.bench.place import BEST, cores, machine, now
from trivium.bench.record import WHATS, Record, Row

KEPT = (
    *("worst_residual", "compile_seconds", "compile_forward_seconds", "first", "memory", "parameters", "parts"),
    *("batch", "spec"),
)
"""What is told of a road at a network beside its times."""
SIDE = ("versions", "kernels", "cores")
"""What is the same for all of a road's rows."""


@dataclass(frozen=True)
class Task:
    """A network, at sizes, in a precision."""

    network: str
    dtype: str
    sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What is measured, and how.

    processes   how often everything is measured anew, in a new process
    rounds      how many rounds in each, of `seconds` together for each program
    kernel      OpenBLAS's for NumPy: the best, the default, or one by name
    real        networks of the zoo at sizes at which time says something
    """

    tasks: tuple[Task, ...]
    backends: tuple[str, ...]
    cores: int = 1
    kernel: str = BEST
    processes: int = 3
    rounds: int = 5
    seconds: float = 0.5
    interleaved: bool = False
    real: bool = True

    @property
    def steps(self) -> int:
        """How many times a worker is asked to measure a network."""
        return self.processes * len(self.tasks) * len(self.backends)


@dataclass
class Ledger:
    """What has been measured so far."""

    plan: Plan
    rows: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    digests: dict[tuple[Any, ...], str] = field(default_factory=dict)
    roads: dict[str, dict[str, Any]] = field(default_factory=dict)
    interrupted: bool = False
    peaks: dict[str, Any] = field(default_factory=dict)

    def record(self) -> Record:
        """All of it, as it stands."""
        protocol = {n: x for n, x in asdict(self.plan).items() if n != "tasks"}
        rows, about = tuple(self.rows.values()), {**machine(), "peaks": self.peaks}
        whole = sum(len(r.rounds) == self.plan.processes for r in rows)
        halted = (f"{whole} of {len(WHATS) * self.plan.steps // self.plan.processes}",) if self.interrupted else ()
        return Record(rows, about, {**protocol, "roads": self.roads}, now(), halted=halted)

    def put(self, task: Task, backend: str, what: str, times: Sequence[float], facts: Mapping[str, Any]) -> None:
        """Another process's rounds of a program."""
        row = self.blank(task, backend, what)
        have = self.rows.get(row.key, row)
        self.rows[row.key] = replace(have, rounds=(*have.rounds, tuple(times)), facts={**facts, **have.facts}, error="")

    def fail(self, task: Task, backend: str, why: str) -> None:
        """No time, and why; what an earlier process has measured is withdrawn."""
        for what in WHATS:
            row = replace(self.blank(task, backend, what), error=why)
            self.rows[row.key] = row

    def blank(self, task: Task, backend: str, what: str) -> Row:
        """What nothing is known of yet."""
        real = self.plan.real or not task.network.startswith("zoo:")
        return Row(task.network, task.sizes, backend, task.dtype, what, real=real)

    def failed(self, task: Task, backend: str) -> bool:
        """Whether there is no use in trying it again."""
        row = self.rows.get(self.blank(task, backend, WHATS[0]).key)
        return row is not None and bool(row.error)


def run(ledger: Ledger) -> Iterator[tuple[Task, str]]:
    """Measure, telling before each step what is measured; whatever stops it, the ledger keeps what there is."""
    plan = ledger.plan
    groups = [plan.backends] if plan.interleaved else [(b,) for b in plan.backends]
    for _, group in itertools.product(range(plan.processes), groups):
        with ExitStack() as stack:
            crew = Crew(ledger, group, stack)
            for task in plan.tasks:
                yield from crew.measure(task)


@dataclass
class Crew:
    """The workers that are alive at a time, one for each road."""

    ledger: Ledger
    backends: Sequence[str]
    stack: ExitStack
    hands: dict[str, Hand] = field(default_factory=dict)

    def measure(self, task: Task) -> Iterator[tuple[Task, str]]:
        """One network by every road: verified, and then timed in turns."""
        ready: dict[str, Mapping[str, Any]] = {}
        for backend in self.backends:
            yield task, backend
            if not self.ledger.failed(task, backend):
                answer = self._asked(task, backend, {"do": "ready", **self._message(task, backend)})
                if answer is not None:
                    ready[backend] = answer
                    self.ledger.digests[task.network, task.dtype, str(task.sizes), backend] = answer["digest"]
        plan = self.ledger.plan
        times: dict[tuple[str, str], list[float]] = {}
        for turn in range(plan.rounds):
            order = [*ready][turn % max(1, len(ready)) :] + [*ready][: turn % max(1, len(ready))]
            for backend, what in itertools.product(order, WHATS):
                message = {"do": "time", "what": what, "seconds": plan.seconds / plan.rounds}
                answer = self._asked(task, backend, message) if backend in ready else None
                if answer is None:
                    _ = ready.pop(backend, None)
                    continue
                times.setdefault((backend, what), []).append(statistics.median(answer["seconds"]))
                ready[backend] = {**ready[backend], "batch": answer["batch"]}
        for (backend, what), found in times.items():
            if backend in ready:
                self.ledger.put(task, backend, what, found, {n: ready[backend].get(n) for n in KEPT})

    def _message(self, task: Task, backend: str) -> dict[str, Any]:
        digest = self.ledger.digests.get((task.network, task.dtype, str(task.sizes), backend))
        known = {} if digest is None else {"digest": digest}
        return {
            "network": task.network,
            "sizes": dict(task.sizes),
            "dtype": task.dtype,
            "real": self.ledger.plan.real,
            **known,
        }

    def _asked(self, task: Task, backend: str, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer; None, and a failed row, where there is none."""
        try:
            answer = self._hand(backend).ask(message)
        except DeadWorkerError as error:
            _ = self.hands.pop(backend, None)
            answer = {"error": str(error)}
        if "error" in answer:
            self.ledger.fail(task, backend, answer["error"])
            return None
        return answer

    def _hand(self, backend: str) -> Hand:
        """The road's worker; a new one where there is none, or where it has died."""
        if backend not in self.hands:
            plan = self.ledger.plan
            hand = hired(Post(backend, cores(plan.cores), plan.kernel))
            _ = self.stack.callback(hand.end)
            self.hands[backend] = hand
            self.ledger.roads[backend] = {n: hand.facts[n] for n in SIDE}
            if not self.ledger.peaks and backend == "numpy":
                found = hand.ask({"do": "peaks"})
                self.ledger.peaks = {n: x for n, x in found.items() if n != "error"}
        return self.hands[backend]
