"""RIGHT CODE: the largest residuals, false alarms, undecided points and floors of every kind of right net.

Knows nothing of planted faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from calibration.customary import REFERENCE, RULES, flags
from calibration.kinds import Kind
from calibration.roads import DTYPES, ROADS, Watch, judged, point
from trivium.compare.comparison import Comparison


@dataclass(frozen=True)
class Judged:
    """One right net at one seed, judged."""

    kind: str
    seed: int
    comparison: Comparison
    flagged: frozenset[str]


@dataclass(frozen=True)
class RightRow:
    """All seeds of one kind. `worst` and `floors` are keyed "numpy float64" and "float64".

    residuals   the largest of each seed
    customary   in how many of them a rule that people use calls some road wrong, where the roads are finite
    """

    kind: str
    runs: int
    numbers: int
    worst: Mapping[str, float]
    floors: Mapping[str, tuple[float, float]]
    verdicts: Mapping[str, int]
    false_alarms: int
    unexpected: int
    complaints: tuple[str, ...]
    residuals: tuple[float, ...]
    customary: Mapping[str, int]
    seconds: float


def measure(kinds: Iterable[Kind]) -> Iterator[RightRow]:
    """One row for each kind."""
    for kind in kinds:
        watch = Watch()
        found = [_judge(kind, seed) for seed in range(kind.seeds)]
        yield _row(kind, found, watch.seconds)


def _judge(kind: Kind, seed: int) -> Judged:
    at = point(kind.spec, kind.given(seed))
    flagged = frozenset[str]().union(*(flags(at, at, road) for road in ROADS if road != REFERENCE))
    return Judged(kind.name, seed, judged(at), flagged)


def _row(kind: Kind, found: list[Judged], seconds: float) -> RightRow:
    steps = [s for j in found for s in j.comparison.steps]
    verdicts = [j.comparison.verdict for j in found]
    worst = {
        f"{road} {dtype}": max((s.residual for s in steps if (s.backend, s.dtype) == (road, dtype)), default=0.0)
        for road in ROADS
        for dtype in DTYPES
    }
    return RightRow(
        kind=kind.name,
        runs=len(found),
        numbers=sum(s.entries for s in steps),
        worst=worst,
        floors={d: _floors([s.floor for s in steps if s.dtype == d and s.floor is not None]) for d in DTYPES},
        verdicts={v: verdicts.count(v) for v in dict.fromkeys(verdicts)},
        false_alarms=verdicts.count("disagree"),
        unexpected=sum(v not in kind.verdicts for v in verdicts),
        complaints=tuple(_complaints(found)),
        residuals=tuple(max((s.residual for s in j.comparison.steps), default=0.0) for j in found),
        customary={rule.name: sum(rule.name in j.flagged for j in found) for rule in RULES},
        seconds=seconds,
    )


def _floors(floors: list[float]) -> tuple[float, float]:
    return (median(floors), max(floors)) if floors else (0.0, 0.0)


def _complaints(found: list[Judged]) -> Iterator[str]:
    """Whatever was said of right code, once."""
    said: dict[tuple[str, str, str], str] = {}
    for j in found:
        for f in j.comparison.of("disagree", "convention", "undecided"):
            said.setdefault((f.code, f.backend, f.node), f"{f.code}: {f.message}")
    yield from said.values()
