"""Two runs beside each other: how much faster or slower each program has become, with an interval.

The noise of a process and of a round are both in the interval: processes are drawn again, and rounds in each. Knows
nothing of how results are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trivium.bench.record import Record, Row

DRAWS = 2000
SHARE = 0.95
FASTER, SLOWER, SAME = "faster", "slower", "no difference"


@dataclass(frozen=True)
class Change:
    """The time of a program over its time before, and the interval in which that ratio lies."""

    before: Row
    after: Row
    ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Faster or slower where the interval says so."""
        return FASTER if self.high < 1 else SLOWER if self.low > 1 else SAME


def changes(before: Record, after: Record) -> list[Change]:
    """Of every program that both have measured."""
    there = {r.key: r for r in before.rows if r.times}
    return [change(there[r.key], r) for r in after.rows if r.times and r.key in there]


def lost(before: Record, after: Record) -> list[tuple[Row, str]]:
    """The programs that only the first has measured, and why the second has not."""
    there = {r.key: r for r in after.rows}
    missing = [r for r in before.rows if r.times and not (r.key in there and there[r.key].times)]
    return [(r, there[r.key].error if r.key in there else "") for r in missing]


def change(before: Row, after: Row) -> Change:
    """The ratio of two medians, and its interval."""
    low, high = interval(before.rounds, after.rounds)
    return Change(before, after, after.median / before.median, low, high)


def interval(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Where the ratio of the medians lies, in SHARE of the draws."""
    stream = np.random.default_rng(0)
    ratios = _drawn(after, stream) / _drawn(before, stream)
    edge = (1 - SHARE) / 2
    low, high = np.quantile(ratios, [edge, 1 - edge])
    return float(low), float(high)


def _drawn(processes: Sequence[Sequence[float]], stream: np.random.Generator) -> np.ndarray:
    """Medians of processes drawn with replacement, and rounds of each drawn with replacement."""
    found = np.empty(DRAWS)
    for i in range(DRAWS):
        chosen = [processes[k] for k in stream.integers(len(processes), size=len(processes))]
        found[i] = np.median(np.concatenate([stream.choice(np.asarray(p), size=len(p)) for p in chosen]))
    return found
