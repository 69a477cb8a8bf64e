"""PLANTED: each fault in each road at a network, judged: seen, located, blamed on whom, and who else was accused.

Knows nothing of what the faults are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from calibration.customary import flags
from calibration.faults import Fault, Place, places
from calibration.kinds import Kind
from calibration.roads import ROADS, Planted, judged, point, tampered
from trivium.backend import Array, Tamper
from trivium.compare.agreement import Point
from trivium.compare.comparison import Comparison, Finding
from trivium.spec.graph import Spec

Arrays = tuple[Array, ...]
Bars = tuple[Array | None, ...]
Guilty = frozenset[tuple[str, str]]
"""(road, node) of every mistake planted."""


@dataclass(frozen=True)
class Seen:
    """What a comparison said of planted mistakes.

    located, blamed, proven   the node named; the road with it; with a proof and not by a hint
    accused, convicted        what was said of nodes or roads in which nothing was planted; how much of it as proven
    left_open                 several readers of one tensor are named, the right one among them if it is located
    """

    caught: bool
    located: bool
    blamed: bool
    proven: bool
    accused: tuple[str, ...]
    convicted: int
    patterns: frozenset[str]
    left_open: bool = False


@dataclass(frozen=True)
class Trial:
    """One fault at one place of one road; `residual` is the largest of that road, `customary` who else saw it."""

    fault: str
    road: str
    kind: str
    node: str
    role: int
    named: bool
    residual: float
    seen: Seen
    customary: frozenset[str]


def read(comparison: Comparison, guilty: Guilty, *, every: bool = True) -> Seen:
    """A comparison held against what was planted: every mistake named, or (of one wrong rule, used often) any."""
    found = list(comparison.of("disagree"))
    proven = {(f.backend, n) for f in found if f.proven for n in suspects(f)}
    nodes, pairs = {n for f in found for n in suspects(f)}, {(f.backend, n) for f in found for n in suspects(f)}
    wrong = {n for _, n in guilty}
    innocent = [
        f
        for f in found
        if wrong.isdisjoint(suspects(f)) or (f.backend and guilty.isdisjoint((f.backend, n) for n in suspects(f)))
    ]
    enough = all if every else any
    return Seen(
        caught=comparison.verdict == "disagree",
        located=enough(n in nodes for n in wrong),
        blamed=enough(pair in pairs for pair in guilty),
        proven=enough(pair in proven for pair in guilty),
        accused=tuple(f"{f.backend or 'nobody'} at {f.node}: {f.message}" for f in innocent),
        convicted=sum(f.proven for f in innocent),
        patterns=frozenset(w.pattern.name for f in found for w in f.wrong),
        left_open=any(f.instead for f in found),
    )


def suspects(finding: Finding) -> tuple[str, ...]:
    """The step that a finding names, and those that it says cannot be told from it: readers of one tensor."""
    return finding.node, *finding.instead


def trials(kinds: Iterable[Kind], faults: Iterable[Fault], *, each: int) -> Iterator[Trial]:
    """Every fault in every road at every kind of net, at so many places where it fits."""
    chosen = tuple(faults)
    for kind in kinds:
        clean = point(kind.spec, kind.given(0))
        for i, fault in enumerate(chosen):
            for j, road in enumerate(ROADS):
                for place in some_places(kind.spec, fault, each, seed=(i, j)):
                    yield from _trial(kind, clean, fault, road, place)


def some_places(spec: Spec, fault: Fault, count: int, *, seed: tuple[int, ...]) -> list[Place]:
    """So many of the places where a fault fits, by chance."""
    return _some([p for p in places(spec) if fault.fits(p)], count, seed=seed)


def _some(fitting: list[Place], count: int, *, seed: tuple[int, ...]) -> list[Place]:
    order = np.random.default_rng(seed).permutation(len(fitting))
    return [fitting[i] for i in order[:count]]


def _trial(kind: Kind, clean: Point, fault: Fault, road: str, place: Place) -> Iterator[Trial]:
    """One trial; none where the fault changed no number (a transposed matrix of zeros)."""
    wrong = planted(clean, {road: {place.node.name: fault.at(place.role)}})
    if wrong is None:
        return
    comparison = judged(wrong)
    seen = read(comparison, frozenset({(road, place.node.name)}))
    residual = max(s.residual for s in comparison.steps if s.backend == road)
    named = bool(not fault.patterns or fault.patterns & seen.patterns)
    yield Trial(
        fault.name, road, kind.name, place.node.name, place.role, named, residual, seen, flags(clean, wrong, road)
    )


@dataclass(frozen=True)
class Noted:
    """A mistake that notes whether it changed a number: a transposed matrix of zeros is none."""

    mistake: Tamper
    changes: list[bool] = field(default_factory=list)

    def __call__(self, inputs: Arrays, outputs: Arrays, y_bar: Arrays, x_bar: Bars) -> Bars:
        wrong = self.mistake(inputs, outputs, y_bar, x_bar)
        pairs = [(a, b) for a, b in zip(x_bar, wrong, strict=True) if a is not None and b is not None]
        self.changes.append(any(not np.array_equal(a, b, equal_nan=True) for a, b in pairs))
        return wrong


def planted(clean: Point, faults: Planted) -> Point | None:
    """The point with mistakes in some roads; None where one of them changes no number."""
    noted = {road: {n: Noted(f) for n, f in mistakes.items()} for road, mistakes in faults.items()}
    wrong = tampered(clean, noted)
    return wrong if all(any(f.changes) for mistakes in noted.values() for f in mistakes.values()) else None


@dataclass(frozen=True)
class Pair:
    """Two mistakes at once, told by where they stand."""

    arrangement: str
    kind: str
    seen: Seen


def pairs(kinds: Iterable[Kind], faults: tuple[Fault, Fault], *, each: int) -> Iterator[Pair]:
    """Two faults: in two nodes of one road, in two roads at two nodes, and the same one in two roads at one node."""
    for kind in kinds:
        clean = point(kind.spec, kind.given(0))
        where = places(kind.spec)
        for seed in range(each):
            road, other = (ROADS[(seed + k) % 3] for k in (0, 1))
            for name, mistakes in _arrangements(where, faults, road, other, seed).items():
                wrong = planted(clean, mistakes)
                guilty = frozenset((r, n) for r, at in mistakes.items() for n in at)
                if wrong is not None:
                    yield Pair(name, kind.name, read(judged(wrong), guilty))


def _arrangements(
    where: list[Place], faults: tuple[Fault, Fault], road: str, other: str, seed: int
) -> dict[str, Planted]:
    first, *rest = _some(where, len(where), seed=(seed, len(where)))
    second = next((p for p in rest if p.node is not first.node), first)
    a, b = faults[0].at(first.role), faults[1].at(second.role)
    one_road = {road: {first.node.name: a, second.node.name: b}}
    two_roads = {road: {first.node.name: a}, other: {second.node.name: b}}
    same_twice = {road: {first.node.name: a}, other: {first.node.name: a}}
    everywhere = {r: {first.node.name: a} for r in ROADS}
    return {
        "two nodes of one road": one_road,
        "two nodes of two roads": two_roads,
        "one node of two roads, the same mistake": same_twice,
        "one node of every road, the same mistake": everywhere,
    }
