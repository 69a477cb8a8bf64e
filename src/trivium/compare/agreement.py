"""Do the roads derive the same gradient? Every run is replayed step by step; where a step fails, somebody is to blame.

Knows nothing of how the runs were made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trivium.backend import Array, Backend
from trivium.compare import ends, localize, presence, remarks, shared_fault, vacuity
from trivium.compare.alone import own_forward
from trivium.compare.bound import FEW_RUNS, Scaler
from trivium.compare.comparison import DEFINITION, DISAGREE, Comparison, Cost, End, Finding, Step
from trivium.compare.guard import guarded
from trivium.compare.inquest import Inquest
from trivium.compare.remarks import merged
from trivium.compare.replay import on_kink
from trivium.compare.run import Run, leaves_domain, leaves_range
from trivium.referee import EXACT, Enclosure, Referee
from trivium.spec.graph import Spec


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
    referee: Referee | None = None,
) -> Comparison:
    """The verdict on one spec from all its runs; `scaler` is the handwritten road, whose noise measures rounding."""
    runs = [run for point in points for run in point.runs]
    absent = {id(r): (*presence.broken(r), *presence.misread(r, p.given)) for p in points for r in p.runs}
    broken = {id(run): frozenset(f.node for f in absent[id(run)]) for run in runs}
    start = time.perf_counter()
    inquest = Inquest(runs, {name: guarded(b) for name, b in backends.items()}, scaler, broken, referee)
    inquest.hold()
    checked = [inquest.done[id(run)][0] for run in runs]
    missing = [f for run in runs for f in (*absent[id(run)], *presence.untrained(run))]
    by_steps = merged([*missing, *inquest.faults.values()]) + localize.findings(spec, inquest.cases())
    by_steps = _diagnosed(shared_fault.together(by_steps, tuple(backends)), inquest)
    by_steps += _by_oracle(inquest, by_steps)
    replayed = time.perf_counter()
    responses = {p.name: ends.Response(scaler, p.spec, p.given, runs=FEW_RUNS) for p in points}
    shaken = time.perf_counter()
    steps = tuple(s for c in checked for s in c.steps)
    whole = referee if referee and all(referee.has(node.op) for node in spec.nodes) else None
    exact = {p.name: whole.enclose(p.spec, p.given).gradients if whole else {} for p in points}
    enclosed = time.perf_counter()
    shown = tuple(e for p in points for e in _ends(p, responses[p.name], by_steps, backends, exact[p.name]))
    lost = list(shared_fault.lost(runs, steps, shown, referee, tuple(backends))) if referee else []
    if any(f.verdict == DISAGREE for f in lost):
        shown = tuple(e for p in points for e in _ends(p, responses[p.name], by_steps + lost, backends, exact[p.name]))
    fed = [o for p in points for run in p.runs for o in leaves_range(run, p.given)]
    outside = [*fed, *(o for run in runs for o in leaves_domain(run, broken[id(run)]))]
    found = [
        *by_steps,
        *lost,
        *merged(_untapped(points, responses, by_steps)),
        *remarks.conventions(runs, [e for c in checked for e in c.evidence]),
        *remarks.ranges([*(o for c in checked for o in c.ranges), *outside]),
        *vacuity.warnings(spec, [(p.name, p.given) for p in points], steps, shown),
        *remarks.blind(shown, {run.point for run in runs if on_kink(run, broken[id(run)])}),
        *remarks.unknown(spec, referee),
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
        oracle=_oracle(steps, backends),
        cost=replace(cost, replay=replayed - start, noise=shaken - replayed, exact=enclosed - shaken),
        seed=seed,
    )


def _diagnosed(found: list[Finding], inquest: Inquest) -> list[Finding]:
    """The findings, each with the known mistakes that explain it."""
    if not found:
        return found
    from trivium.compare.diagnosis import named  # the catalogue is loaded where there is something to look up

    return named(found, inquest.cases(), inquest.right)


def _oracle(steps: Sequence[Step], backends: Mapping[str, Backend]) -> str:
    """What the steps were held against."""
    by_roads = "each op's own values" if len(backends) == 1 else "replay by another road"
    count = sum(step.replayer in (EXACT, DEFINITION) for step in steps)
    if not any(step.replayer == EXACT for step in steps):
        return by_roads
    some = "" if count == len(steps) else f" ({count:,} of {len(steps):,} steps; the others: {by_roads})"
    return f"the exact numbers, enclosed by ball arithmetic{some}"


def _by_oracle(inquest: Inquest, known: Sequence[Finding]) -> list[Finding]:
    """What the ops' own values say of the rules that no other road could replay, in float64 where it was run."""
    wide = {run.backend for run in inquest.runs if run.dtype == "float64"}
    named = {(f.backend, f.node) for f in known}
    runs = [run for run in inquest.runs if run.dtype == "float64" or run.backend not in wide]
    found = merged(
        finding
        for run in runs
        for finding in own_forward(run, inquest.sound(run), inquest.scaler, nodes=inquest.alone(run))
    )
    return [f for f in found if (f.backend, f.node) not in named]


def _ends(
    point: Point,
    response: ends.Response,
    found: Sequence[Finding],
    backends: Mapping[str, Backend],
    exact: Mapping[str, Enclosure],
) -> Iterator[End]:
    state = localize.states(found, point.spec, tuple(backends))
    for dtype in dict.fromkeys(run.dtype for run in point.runs):
        yield from ends.ends([r for r in point.runs if r.dtype == dtype], response, state, exact)


def _untapped(
    points: Sequence[Point], responses: Mapping[str, ends.Response], known: Sequence[Finding]
) -> Iterator[Finding]:
    wrong = {f.backend for f in known if f.code == "TV103"}
    for point in points:
        for run in point.runs:
            if run.backend not in wrong:
                yield from ends.untapped(run, responses[point.name])
