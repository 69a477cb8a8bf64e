"""How a call is timed: warmed up, without the garbage collector, in batches long enough to be seen; and not fooled.

A call that hands its work to somebody else and returns is caught: reading its result takes the time that it did not.
Knows nothing of what is called.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from trivium.errors import TriviumError

LONG = 1e-3
"""Seconds of a batch: a shorter call is repeated until it takes so long."""
WARM, STEADY = 5.0, 0.05
"""Seconds of warm-up at most, and the change between two medians below which it is over."""
SPELL = 5
SHARE = 0.25
"""The part of a call's time that reading its result may wait for, and no more."""

Call = Callable[[], Any]


class UnblockedError(TriviumError):
    """A call returned before its work was done: what was timed is not the work."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without the garbage collector, after it has run."""
    was = gc.isenabled()
    _ = gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def timed(call: Call) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    _ = call()
    return time.perf_counter() - start


def warmed(call: Call, *, most: float = WARM) -> int:
    """Call until the times stand still; how many calls make a batch."""
    end, before = time.perf_counter() + most, float("inf")
    while True:
        median = statistics.median(timed(call) for _ in range(SPELL))
        if abs(median - before) <= STEADY * median or time.perf_counter() > end:
            return max(1, round(LONG / max(median, 1e-9)))
        before = median


def spell(call: Call, batch: int, seconds: float) -> list[float]:
    """Seconds a call, of as many batches as fit into a time, two at least."""
    found: list[float] = []
    with undisturbed():
        end = time.perf_counter() + seconds
        while len(found) < 2 or time.perf_counter() < end:
            start = time.perf_counter()
            for _ in range(batch):
                _ = call()
            found.append((time.perf_counter() - start) / batch)
    return found


def refuse_unless_waited(run: Call, read: Callable[[Any], Any], what: str) -> None:
    """UnblockedError where a fresh result takes longer to read than one that is ready, by a share of the call."""
    calls, waits = [], []
    for _ in range(SPELL):
        start = time.perf_counter()
        result = run()
        ran = time.perf_counter()
        _ = read(result)
        first = time.perf_counter()
        _ = read(result)
        calls.append(first - start)
        waits.append((first - ran) - (time.perf_counter() - first))
    whole, wait = statistics.median(calls), statistics.median(waits)
    if wait > SHARE * whole and wait > LONG / 10:
        raise UnblockedError(
            f"{what} returns before it is done: of {whole * 1e3:.3g} ms, reading its result takes {wait * 1e3:.3g} ms"
        )
