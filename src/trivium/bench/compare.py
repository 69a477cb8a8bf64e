"""Two runs beside each other: how much faster or slower each program has become, with an interval.

Knows nothing of how results are shown.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from trivium.bench.record import Record, Row

SHARE = 0.95
FASTER, SLOWER, SAME, ALONE = "faster", "slower", "no difference", "one process each: nothing tells"


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
        if math.isinf(self.high):
            return ALONE
        return FASTER if self.high < 1 else SLOWER if self.low > 1 else SAME


def changes(before: Record, after: Record) -> list[Change]:
    """Of every program that both have measured; a network's file may have another name than before."""
    named, alike = ({key(r): r for r in before.rows if r.times} for key in (_name, _spec))
    pairs = [(named.get(_name(r)) or alike.get(_spec(r)), r) for r in after.rows if r.times]
    return [change(had, r) for had, r in pairs if had is not None and not others(had, r)]


def others(a: Row, b: Row) -> bool:
    """Whether two rows of one name are of two networks: the file was changed in between."""
    return None not in (a.facts.get("spec"), b.facts.get("spec")) and a.facts["spec"] != b.facts["spec"]


def _name(row: Row) -> Hashable:
    return row.key


def _spec(row: Row) -> Hashable:
    """What a row is a time of, whatever its network is called; itself where that is not known."""
    return (row.facts["spec"], row.backend, row.dtype, row.what) if "spec" in row.facts else id(row)


def lost(before: Record, after: Record) -> list[tuple[Row, str]]:
    """The programs that only the first has measured, and why the second has not."""
    there, found = {r.key: r for r in after.rows}, {c.before.key for c in changes(before, after)}
    missing = [r for r in before.rows if r.times and r.key not in found]
    return [(r, _lost(r, there.get(r.key))) for r in missing]


def _lost(before: Row, after: Row | None) -> str:
    if after is None:
        return ""
    return "it is another network now" if after.times else after.error


def change(before: Row, after: Row) -> Change:
    """The ratio of two times, and its interval: Student's t of the logarithms of the processes' medians, pooled.

    Processes differ by more than the rounds of one do (where its memory lies, what runs beside it), so that one process
    on each side says nothing of the next: its interval is all numbers.
    """
    a, b = (np.log([np.median(process) for process in row.rounds]) for row in (before, after))
    middle, freedom = float(b.mean() - a.mean()), len(a) + len(b) - 2
    if freedom == 0:
        return Change(before, after, math.exp(middle), 0.0, math.inf)
    from scipy.stats import t  # imported here: it takes longer to load than most of what is compared

    within = (((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / freedom
    half = float(t.ppf((1 + SHARE) / 2, freedom)) * math.sqrt(within * (1 / len(a) + 1 / len(b)))
    return Change(before, after, math.exp(middle), math.exp(middle - half), math.exp(middle + half))
