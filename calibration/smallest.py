"""THE SMALLEST FAULT: by how much one entry of one cotangent must be off, relative to itself, before a step fails.

Knows nothing of blame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from calibration.faults import Place, places
from calibration.kinds import Kind
from calibration.roads import DTYPES, ROADS, STANDING, build
from calibration.values import Given
from trivium.backend import Array, Tamper
from trivium.compare.replay import check_run

Arrays = tuple[Array, ...]
STEPS = tuple(10.0 ** (-k / 4) for k in range(65))
"""Relative errors tried, four to a decade, from 1 down to 1e-16."""


@dataclass(frozen=True)
class Smallest:
    """The smallest relative error of one entry that was seen; 2 where even 1 was not. `entry` says which was spoilt."""

    kind: str
    road: str
    dtype: str
    entry: str
    seen: float


def smallest(kinds: Iterable[Kind], *, each: int) -> Iterator[Smallest]:
    """At so many places of every net, in each road and precision: the largest entry, and one drawn by chance."""
    for kind in kinds:
        given = kind.given(0)
        where = [p for p in places(kind.spec) if p.size > 2]
        for road in ROADS:
            for dtype in DTYPES:
                for seed in range(each):
                    place = where[int(np.random.default_rng([seed, len(where)]).integers(len(where)))]
                    for entry in ("largest", "any"):
                        yield Smallest(kind.name, road, dtype, entry, _search(kind, given, place, road, dtype, entry))


def _search(kind: Kind, given: Given, place: Place, road: str, dtype: str, entry: str) -> float:
    """Bisection over STEPS: what is seen at one size is seen at every larger one."""
    low, high = -1, len(STEPS)
    while high - low > 1:
        middle = (low + high) // 2
        if _is_seen(kind, given, place, road, dtype, entry, STEPS[middle]):
            low = middle
        else:
            high = middle
    return STEPS[low] if low >= 0 else 2.0


def _is_seen(kind: Kind, given: Given, place: Place, road: str, dtype: str, entry: str, relative: float) -> bool:
    other = STANDING.backends["torch" if road == "numpy" else "numpy"]
    backend = STANDING.backends[road]
    program = build(backend, kind.spec, dtype, {place.node.name: _spoil(place.role, entry, relative)})
    checked = check_run(program.run(given), lambda run, node: other, STANDING.scaler)
    return any(e.wrong.any() for e in checked.evidence)


def _spoil(role: int, entry: str, relative: float) -> Tamper:
    def tamper(
        inputs: Arrays, outputs: Arrays, y_bar: Arrays, x_bar: tuple[Array | None, ...]
    ) -> tuple[Array | None, ...]:
        return tuple(_spoilt(b, entry, relative) if k == role and b is not None else b for k, b in enumerate(x_bar))

    return tamper


def _spoilt(x_bar: Array, entry: str, relative: float) -> Array:
    """A copy with one entry off: the largest, or one of those that are not zero."""
    wrong = x_bar.copy()
    alive = np.flatnonzero(wrong)
    if len(alive):
        by_chance = alive[int(np.random.default_rng(len(alive)).integers(len(alive)))]
        at = int(np.argmax(np.abs(wrong))) if entry == "largest" else int(by_chance)
        wrong.flat[at] *= wrong.dtype.type(1 + relative)
    return wrong
