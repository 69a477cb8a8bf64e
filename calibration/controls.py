"""CONTROLS: the same measurements with the line put where it must fail, so that a pass means something.

Knows nothing of why the line stands where it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from unittest.mock import patch

from calibration.faults import Fault
from calibration.kinds import Kind
from calibration.plant import planted, some_places
from calibration.roads import ROADS, judged, point
from trivium.compare import blame, bound, ends, judge
from trivium.compare.agreement import Point

LINES = (1.0, bound.LINE, 2.0**40)


@dataclass(frozen=True)
class Control:
    """What the library's own verdict becomes with another line."""

    line: float
    right: int
    false_alarms: int
    planted: int
    missed: int


def controls(kinds: Sequence[Kind], faults: Iterable[Fault]) -> Iterator[Control]:
    """Right points and planted faults, judged with a line of 1, as it stands, and 2^40."""
    right = [point(k.spec, k.given(0)) for k in kinds]
    wrong = list(_wrong(kinds, tuple(faults)))
    for line in LINES:
        with moved(line):
            alarms = sum(judged(p).verdict == "disagree" for p in right)
            missed = sum(judged(p).verdict != "disagree" for p in wrong)
        yield Control(line, len(right), alarms, len(wrong), missed)


def moved(line: float) -> AbstractContextManager[object]:
    """The line somewhere else, for as long as this lasts."""
    stack = ExitStack()
    for module in (bound, judge, blame, ends):
        stack.enter_context(patch.object(module, "LINE", line))
    return stack


def _wrong(kinds: Sequence[Kind], faults: tuple[Fault, ...]) -> Iterator[Point]:
    for kind in kinds:
        clean = point(kind.spec, kind.given(0))
        for i, fault in enumerate(faults):
            road = ROADS[i % 3]
            for place in some_places(kind.spec, fault, 1, seed=(i,)):
                at = planted(clean, {road: {place.node.name: fault.at(place.role)}})
                if at is not None:
                    yield at
