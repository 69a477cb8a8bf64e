"""WHAT THE ROWS SAY: trials counted, the line moved over the residuals, the rules that people use beside it.

Knows nothing of how tables look.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from calibration.customary import RULES
from calibration.kinds import AGREE, BY_NAME
from calibration.measured import Measured
from calibration.plant import Seen, Trial
from calibration.right import RightRow
from trivium.compare.bound import LINE

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)
EXPONENTS = (0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 20, 30, 40)


@dataclass(frozen=True)
class Count:
    """Trials of one sort, and in how many of them each thing was said."""

    sort: str
    planted: int
    caught: int
    located: int
    blamed: int
    proven: int
    named: int
    accused: int
    convicted: int


@dataclass(frozen=True)
class LineRow:
    """What another line would do with the residuals of this run."""

    exponent: int
    right: int
    false_alarms: int
    faults: int
    missed: int


@dataclass(frozen=True)
class RuleRow:
    """A rule on the same right nets and the same faults: false alarms and misses."""

    name: str
    source: str
    right: int
    false_alarms: int
    kinds: tuple[str, ...]
    faults: int
    missed: int


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Items by key, in order of first sight."""
    found: dict[Key, list[Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def count(sort: str, seen: Sequence[Seen], named: Sequence[bool] = ()) -> Count:
    """One row of counts."""
    return Count(
        sort=sort,
        planted=len(seen),
        caught=sum(s.caught for s in seen),
        located=sum(s.located for s in seen),
        blamed=sum(s.blamed for s in seen),
        proven=sum(s.proven for s in seen),
        named=sum(named),
        accused=sum(bool(s.accused) for s in seen),
        convicted=sum(s.convicted > 0 for s in seen),
    )


def by_fault(trials: Iterable[Trial]) -> list[Count]:
    """Every fault over all roads and nets."""
    rows = grouped(trials, lambda t: t.fault)
    return [count(name, [t.seen for t in ts], [t.named for t in ts]) for name, ts in rows.items()]


def by_road(trials: Iterable[Trial]) -> list[Count]:
    """Every road over all faults and nets."""
    rows = grouped(trials, lambda t: t.road)
    return [count(name, [t.seen for t in ts], [t.named for t in ts]) for name, ts in rows.items()]


def by_kind(trials: Iterable[Trial]) -> list[Count]:
    """Every net over all faults and roads."""
    rows = grouped(trials, lambda t: t.kind)
    return [count(name, [t.seen for t in ts], [t.named for t in ts]) for name, ts in rows.items()]


def lines(measured: Measured) -> list[LineRow]:
    """The line at powers of two, over the residuals recorded."""
    right = [r for row in measured.right for r in row.residuals]
    faults = [t.residual for t in measured.trials]
    return [
        LineRow(k, len(right), sum(r > 2.0**k for r in right), len(faults), sum(f <= 2.0**k for f in faults))
        for k in EXPONENTS
    ]


def beside(measured: Measured) -> list[RuleRow]:
    """This rule and those that people use, on right nets whose verdict should be agree, and on the same faults."""
    fair = [row for row in measured.right if BY_NAME[row.kind].verdicts == AGREE]
    runs, faults = sum(r.runs for r in fair), len(measured.trials)
    missed = sum(not t.seen.caught for t in measured.trials)
    alarms = [(r.kind, r.false_alarms) for r in fair]
    ours = RuleRow("trivium", f"every step replayed, line {LINE:g}", runs, *_alarms(alarms), faults, missed)
    return [ours, *(_customary(rule.name, rule.source, fair, measured.trials) for rule in RULES)]


def _customary(name: str, source: str, fair: Sequence[RightRow], trials: Sequence[Trial]) -> RuleRow:
    alarms = _alarms([(r.kind, r.customary[name]) for r in fair])
    missed = sum(name not in t.customary for t in trials)
    return RuleRow(name, source, sum(r.runs for r in fair), *alarms, len(trials), missed)


def _alarms(rows: Sequence[tuple[str, int]]) -> tuple[int, tuple[str, ...]]:
    return sum(n for _, n in rows), tuple(kind for kind, n in rows if n)


def smallest_seen(measured: Measured) -> Mapping[tuple[str, str], tuple[float, float, float]]:
    """Per precision and entry: the smallest relative error seen, at best, in the median and at worst."""
    rows = grouped(measured.smallest, lambda s: (s.dtype, s.entry))
    return {key: (min(v), median(v), max(v)) for key, v in ((k, [s.seen for s in ss]) for k, ss in rows.items())}
