"""The course of mutation: the tests untouched, then once for each mistake; what became of each.

Knows nothing of how a mistake gets into the file, or of how it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from trivium.errors import OracleError, Problem
from trivium.mutate.own import Own
from trivium.mutate.plant import Plant
from trivium.mutate.trial import Trial, tried

CAUGHT, THROUGH, UNCHANGED, RAISES, HANGS = "caught", "let through", "no number changed", "raises", "hangs"
SLOWER, LEAST = 10, 20.0
"""A planted run may take so many times the untouched one, and at least so many seconds."""


@dataclass(frozen=True)
class Untouched:
    """The tests as they are.

    loaded, called   whether they read the file at all, and call the function
    watched          whether the function can be watched without their noticing
    steady           whether the function gives the same numbers when it is called again
    """

    seconds: float
    loaded: bool
    called: bool
    watched: bool
    steady: bool

    @property
    def limit(self) -> float:
        return max(SLOWER * self.seconds, LEAST)


@dataclass(frozen=True)
class Outcome:
    """What became of one mistake.

    change   by how much the function's results changed, as a share of their largest entry; None where unknown
    tail     the last lines that the tests printed
    """

    plant: Plant
    state: str
    seconds: float
    change: float | None
    tail: tuple[str, ...]


def untouched(command: str, own: Own) -> Untouched:
    """Run the tests with nothing planted; OracleError where they fail."""
    watched = tried(command, own, own.text, seconds=None)
    plain = watched if watched.passed else tried(command, own, own.text, seconds=None, watched=False)
    if not plain.passed:
        last = "\n".join(f"  {line}" for line in plain.tail)
        raise OracleError(Problem(f"the tests fail before anything is planted: {command} exits {plain.code}\n{last}"))
    return Untouched(
        plain.seconds,
        "loaded" in plain.marks,
        "called" in plain.marks or not watched.passed,
        watched.passed,
        not watched.change,
    )


def course(
    command: str, own: Own, plants: Sequence[Plant], before: Untouched, *, seconds: float, jobs: int
) -> Iterator[Outcome]:
    """Each mistake's outcome, in their order."""

    stop = Event()

    def one(plant: Plant) -> Outcome:
        trial = tried(command, own, plant.text, seconds=seconds, watched=before.watched, stop=stop)
        change = trial.change if before.steady else None
        return Outcome(plant, state(trial, before), trial.seconds, change, trial.tail)

    if jobs == 1:
        yield from map(one, plants)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        yield from pool.map(one, plants)
    finally:  # a person who interrupts waits for none of those that are still to come
        stop.set()
        pool.shutdown(cancel_futures=True)


def state(trial: Trial, before: Untouched) -> str:
    """What a run says of the tests."""
    if trial.code is None:
        return HANGS
    if not trial.passed:
        # A function that raises, or a file that no longer gets as far, is caught by whoever calls it.
        fails = before.watched and ("raised" in trial.marks or "called" not in trial.marks)
        return RAISES if fails else CAUGHT
    known = before.watched and before.steady and "unknown" not in trial.marks and "raised" not in trial.marks
    return UNCHANGED if known and trial.change == 0 else THROUGH
