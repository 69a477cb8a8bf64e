"""A class: every submission graded, several at a time, and what came of all of them.

Knows nothing of how a mark is shown.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from trivium.errors import OracleError
from trivium.grade.answer import LAST
from trivium.grade.mark import ANOTHER, LACKING, NOT_RUN, OUTCOMES, UNNAMED, Mark, mark, unread
from trivium.grade.sandbox import Limits, ran
from trivium.grade.submission import Submission
from trivium.spec.graph import Spec

MOST_JOBS = 4
TICK = 0.2


@dataclass(frozen=True)
class Task:
    """What everybody is graded by.

    against  the network's file, or "zoo:NAME", as it was given
    """

    spec: Spec
    against: str
    values: Path | None
    limits: Limits
    level: int = 0
    gradient: tuple[str, ...] = ()
    cost: tuple[str, ...] = ()

    def job(self, submission: Submission) -> dict[str, Any]:
        """What a submission's process is told; its paths are absolute, for it runs elsewhere."""
        zoo = self.against.startswith("zoo:")
        again = ["--against", self.against, *(["--values", str(self.values)] if self.values else [])]
        return {
            "against": self.against if zoo else os.path.abspath(self.against),
            "values": None if self.values is None else os.path.abspath(self.values),
            "gradient": self.gradient,
            "cost": self.cost,
            "shown": str(submission.path),
            "beside": os.path.abspath(submission.path.parent),
            "again": again,
        }


def graded(
    submissions: Sequence[Submission], task: Task, *, jobs: int, tick: Callable[[int], None] = lambda done: None
) -> Generator[Mark]:
    """The mark of each, in their order, as soon as it and all before it are there; `tick` hears how many are done."""
    if os.name != "posix":
        raise OracleError("grading needs the processes of Linux or macOS, with their limits")
    stop = Event()
    with ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
        futures = [pool.submit(_one, s, task, stop) for s in submissions]
        try:
            yield from _in_order(futures, tick)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def _in_order(futures: Sequence[Future[Mark]], tick: Callable[[int], None]) -> Iterator[Mark]:
    for future in futures:
        while not future.done():
            tick(sum(f.done() for f in futures))
            _ = wait([future], timeout=TICK, return_when=FIRST_COMPLETED)
        yield future.result()


def _one(submission: Submission, task: Task, stop: Event) -> Mark:
    if submission.hindrance:
        return unread(submission, task.spec)
    run = ran(submission.path, task.job(submission), task.limits, stop, LAST)
    return mark(submission, run, task.spec, task.limits, task.level)


def outcomes(marks: Sequence[Mark]) -> Mapping[str, int]:
    """How many are right, wrong, undecided, not run; none of which there is none."""
    count = Counter(m.outcome for m in marks)
    return {outcome: count[outcome] for outcome in OUTCOMES if count[outcome]}


def mistakes(marks: Sequence[Mark]) -> Mapping[str, tuple[str, ...]]:
    """Who made which mistake, the commonest first; what has no name last."""
    found: dict[str, list[str]] = {}
    for m in marks:
        if m.mistake:
            found.setdefault(m.mistake, []).append(m.submission.name)
    unnamed = (LACKING, ANOTHER, UNNAMED)
    order = sorted(found.items(), key=lambda item: (item[0] in unnamed, -len(item[1])))
    return {name: tuple(who) for name, who in order}


def ungraded(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Those for which there is no mark but why."""
    return tuple(m for m in marks if m.outcome == NOT_RUN)
