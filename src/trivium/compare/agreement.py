"""Do the roads derive the same gradient? Every run is replayed step by step; where a step fails, somebody is to blame.

Knows nothing of how the runs were made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trivium.backend import Array, Backend
from trivium.compare import alone, ends, localize, presence, remarks, vacuity
from trivium.compare.blame import blame
from trivium.compare.bound import Scaler
from trivium.compare.comparison import FORWARD, Comparison, Cost, End, Finding
from trivium.compare.localize import Case
from trivium.compare.remarks import merged
from trivium.compare.replay import Checked, Run, check_run, leaves_domain, on_kink
from trivium.spec.graph import Spec
from trivium.spec.node import Node


@dataclass(frozen=True)
class Point:
    """One set of numbers, and what every road made of it in every precision."""

    name: str
    spec: Spec
    given: Mapping[str, Array]
    runs: tuple[Run, ...]


def compare(
    spec: Spec,
    points: Sequence[Point],
    backends: Mapping[str, Backend],
    scaler: Scaler,
    *,
    cost: Cost,
    seed: int = 0,
    notes: Sequence[Finding] = (),
) -> Comparison:
    """The verdict on one spec from all its runs; `scaler` is the handwritten road, whose noise measures rounding."""
    runs = [run for point in points for run in point.runs]
    absent = {id(r): (*presence.broken(r), *presence.misread(r, p.given)) for p in points for r in p.runs}
    broken = {id(run): frozenset(f.node for f in absent[id(run)]) for run in runs}
    start = time.perf_counter()
    checked, cases = replay_all(runs, broken, backends, scaler)
    missing = [f for run in runs for f in (*absent[id(run)], *presence.untrained(run))]
    by_steps = merged(missing) + localize.findings(spec, cases)
    if len(backends) == 1:
        by_steps += _alone(runs, broken, backends, scaler, by_steps)
    replayed = time.perf_counter()
    noises = {point.name: ends.noise_response(scaler, point.spec, point.given) for point in points}
    shaken = time.perf_counter()
    shown = tuple(e for point in points for e in _ends(point, noises[point.name], by_steps, backends))
    steps = tuple(s for c in checked for s in c.steps)
    outside = [o for run in runs for o in leaves_domain(run, broken[id(run)])]
    found = [
        *by_steps,
        *merged(_untapped(points, noises, by_steps)),
        *remarks.conventions(runs, [e for c in checked for e in c.evidence]),
        *remarks.ranges([*(o for c in checked for o in c.ranges), *outside]),
        *vacuity.warnings(spec, [(p.name, p.given) for p in points], steps, shown),
        *remarks.blind(shown, {run.point for run in runs if on_kink(run, broken[id(run)])}),
        *notes,
    ]
    return Comparison(
        spec=spec,
        backends=tuple(backends),
        dtypes=tuple(dict.fromkeys(run.dtype for run in runs)),
        points=tuple((p.name, dict(p.spec.sizes)) for p in points),
        steps=steps,
        findings=tuple(found),
        ends=shown,
        oracle="each op's own values" if len(backends) == 1 else "replay by another road",
        cost=replace(cost, replay=replayed - start, noise=shaken - replayed),
        seed=seed,
    )


def replay_all(
    runs: Sequence[Run], broken: Mapping[int, frozenset[str]], backends: Mapping[str, Backend], scaler: Scaler
) -> tuple[list[Checked], list[Case]]:
    """Every run, replayed by roads whose rule for the op is not convicted; a conviction replays what it touched."""
    convicted: set[tuple[str, str]] = set()
    done: dict[int, tuple[Checked, list[Case]]] = {}
    while True:
        for run in runs:
            if id(run) not in done:
                choice = _Choice(backends, frozenset(convicted))
                checked = check_run(run, choice, scaler, broken=broken[id(run)])
                done[id(run)] = checked, _cases(checked, backends)
        fresh = {key for _, cases in done.values() for case in cases for key in _convictions(case)} - convicted
        if not fresh:
            return [done[id(r)][0] for r in runs], [case for r in runs for case in done[id(r)][1]]
        convicted |= fresh
        done = {key: (c, cases) for key, (c, cases) in done.items() if not fresh & c.used}


@dataclass(frozen=True)
class _Choice:
    """Who replays a step: the first other road whose rule for that op stands; the road itself where none is left."""

    backends: Mapping[str, Backend]
    convicted: frozenset[tuple[str, str]]

    def __call__(self, run: Run, node: Node) -> Backend:
        others = [b for name, b in self.backends.items() if name != run.backend and node.op.name not in b.lacks]
        trusted = (b for b in others if (b.name, node.op.name) not in self.convicted)
        return next(trusted, self.backends[run.backend])


def _cases(checked: Checked, backends: Mapping[str, Backend]) -> list[Case]:
    """Who is to blame for each failing step; a cotangent is no case of its own where its step's values differ."""
    failing = [e for e in checked.evidence if e.wrong.any()]
    cases = [Case(e, blame(e, failing, backends)) for e in failing]
    differing = {c.blame.node.name for c in cases if c.evidence.expectation.direction == FORWARD}
    return [c for c in cases if c.evidence.expectation.direction == FORWARD or c.blame.node.name not in differing]


def _convictions(case: Case) -> Iterator[tuple[str, str]]:
    """The replayers whose rule a step has shown to be wrong."""
    for guilty in case.blame.guilty:
        if guilty != case.evidence.run.backend:
            yield guilty, case.blame.node.op.name


def _alone(
    runs: Sequence[Run],
    broken: Mapping[int, frozenset[str]],
    backends: Mapping[str, Backend],
    scaler: Scaler,
    known: Sequence[Finding],
) -> list[Finding]:
    """What the ops' own values say of the rules of the one road there is."""
    wide = [run for run in runs if run.dtype == "float64" and not broken[id(run)]]
    named = {f.node for f in known}
    return merged(f for run in wide for f in alone.own_forward(run, backends, scaler) if f.node not in named)


def _ends(
    point: Point, noise: Mapping[str, Array], found: Sequence[Finding], backends: Mapping[str, Backend]
) -> Iterator[End]:
    state = localize.states(found, point.spec, tuple(backends))
    for dtype in dict.fromkeys(run.dtype for run in point.runs):
        yield from ends.ends([r for r in point.runs if r.dtype == dtype], noise, state)


def _untapped(
    points: Sequence[Point], noises: Mapping[str, Mapping[str, Array]], known: Sequence[Finding]
) -> Iterator[Finding]:
    wrong = {f.backend for f in known if f.code == "TV103"}
    for point in points:
        for run in point.runs:
            if run.backend not in wrong:
                yield from ends.untapped(run, noises[point.name])
