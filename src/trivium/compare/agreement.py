"""Do the roads derive the same gradient? Every run is replayed step by step; where a step fails, somebody is to blame.

Knows nothing of how the runs were made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trivium.backend import Array, Backend
from trivium.compare import alone, ends, localize, presence, vacuity
from trivium.compare.blame import blame
from trivium.compare.bound import Scaler
from trivium.compare.comparison import FORWARD, Comparison, Cost, End, Finding, Pattern, Witness, Wrong
from trivium.compare.localize import Case
from trivium.compare.replay import Checked, Evidence, OutOfRange, Run, check_run, leaves_domain, on_kink
from trivium.errors import InternalError
from trivium.spec.graph import Spec
from trivium.spec.node import Node


@dataclass(frozen=True)
class Point:
    """One set of numbers, and what every road made of it in every precision."""

    name: str
    spec: Spec
    given: Mapping[str, Array]
    runs: tuple[Run, ...]


def compare(spec: Spec, points: Sequence[Point], backends: Mapping[str, Backend], scaler: Scaler, *, cost: Cost, seed: int = 0, notes: Sequence[Finding] = ()) -> Comparison:
    """The verdict on one spec from all its runs; `scaler` is the handwritten road, whose noise measures rounding."""
    runs = [run for point in points for run in point.runs]
    absent = {id(run): tuple(presence.broken(run)) for run in runs}
    start = time.perf_counter()
    checked, cases = replay_all(runs, absent, backends, scaler)
    missing = [f for run in runs for f in (*absent[id(run)], *presence.untrained(run))]
    by_steps = _merge(missing) + localize.findings(spec, cases)
    if len(backends) == 1:
        by_steps += _alone(runs, absent, backends, scaler, by_steps)
    replayed = time.perf_counter()
    noises = {point.name: ends.noise_response(scaler, point.spec, point.given) for point in points}
    shaken = time.perf_counter()
    shown = tuple(e for point in points for e in _ends(point, noises[point.name], by_steps, backends))
    found = [
        *by_steps,
        *_merge(_untapped(points, noises, by_steps)),
        *_conventions(runs, [e for c in checked for e in c.evidence], backends),
        *_ranges([*(o for c in checked for o in c.ranges), *(o for run in runs for o in leaves_domain(run))]),
        *vacuity.warnings(spec, [(p.name, p.given) for p in points], shown),
        *_blind(shown, {run.point for run in runs if on_kink(run)}),
        *notes,
    ]
    return Comparison(
        spec=spec,
        backends=tuple(backends),
        dtypes=tuple(dict.fromkeys(run.dtype for run in runs)),
        points=tuple((p.name, dict(p.spec.sizes)) for p in points),
        steps=tuple(s for c in checked for s in c.steps),
        findings=tuple(found),
        ends=shown,
        oracle="each op's own values" if len(backends) == 1 else "replay by another road",
        cost=replace(cost, replay=replayed - start, noise=shaken - replayed),
        seed=seed,
    )


def replay_all(
    runs: Sequence[Run], absent: Mapping[int, tuple[Finding, ...]], backends: Mapping[str, Backend], scaler: Scaler
) -> tuple[list[Checked], list[Case]]:
    """Every run replayed by roads whose rule for the op has not been convicted; a new conviction replays what it touched."""
    convicted: set[tuple[str, str]] = set()
    done: dict[int, tuple[Checked, list[Case]]] = {}
    while True:
        for run in runs:
            if id(run) not in done:
                broken = frozenset(f.node for f in absent[id(run)])
                checked = check_run(run, _Choice(backends, frozenset(convicted)), scaler, broken=broken)
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
    """Who is to blame for each failing step; a cotangent is no case of its own where the values of its step differ already."""
    failing = [e for e in checked.evidence if e.wrong.any()]
    cases = [Case(e, blame(e, failing, backends)) for e in failing]
    differing = {c.blame.node.name for c in cases if c.evidence.expectation.direction == FORWARD}
    return [c for c in cases if c.evidence.expectation.direction == FORWARD or c.blame.node.name not in differing]


def _convictions(case: Case) -> Iterator[tuple[str, str]]:
    """The replayers whose rule a step has shown to be wrong."""
    for guilty in case.blame.guilty:
        if guilty != case.evidence.run.backend:
            yield guilty, case.blame.node.op.name


def _merge(found: Sequence[Finding] | Iterator[Finding]) -> list[Finding]:
    """One finding for each thing found, however often it was seen."""
    merged: dict[tuple[str, str, str, str], Finding] = {}
    for f in found:
        key = (f.code, f.backend, f.node, f.direction)
        merged[key] = replace(merged[key], seen=tuple(dict.fromkeys(merged[key].seen + f.seen))) if key in merged else f
    return list(merged.values())


def _alone(
    runs: Sequence[Run], absent: Mapping[int, tuple[Finding, ...]], backends: Mapping[str, Backend], scaler: Scaler, known: Sequence[Finding]
) -> list[Finding]:
    """What the ops' own values say of the rules of the one road there is."""
    wide = [run for run in runs if run.dtype == "float64" and not absent[id(run)]]
    named = {f.node for f in known}
    return _merge(f for run in wide for f in alone.own_forward(run, backends, scaler) if f.node not in named)


def _ends(point: Point, noise: Mapping[str, Array], found: Sequence[Finding], backends: Mapping[str, Backend]) -> Iterator[End]:
    state = localize.states(found, point.spec, tuple(backends))
    for dtype in dict.fromkeys(run.dtype for run in point.runs):
        yield from ends.ends([r for r in point.runs if r.dtype == dtype], noise, state)


def _untapped(points: Sequence[Point], noises: Mapping[str, Mapping[str, Array]], known: Sequence[Finding]) -> Iterator[Finding]:
    wrong = {f.backend for f in known if f.code == "TV103"}
    for point in points:
        for run in point.runs:
            if run.backend not in wrong:
                yield from ends.untapped(run, noises[point.name])


def _ranges(outside: Sequence[OutOfRange]) -> list[Finding]:
    """One undecided finding per node that leaves its op's domain, and per node and precision that leaves its range."""
    undefined = {(o.node.name, o.run.point) for o in outside if o.code == "TV105"}
    told = [o for o in outside if o.code == "TV105" or (o.node.name, o.run.point) not in undefined]
    found = [
        Finding(o.code, "undecided", _outside(o), "" if o.code == "TV105" else o.run.dtype, o.node.name, seen=((o.run.point, o.run.dtype),))
        for o in told
    ]
    return [replace(f, backend="") for f in _merge(found)]


def _outside(o: OutOfRange) -> str:
    """Which entry leaves what, in words."""
    entry = f"entry {o.index} of {o.tensor}" if o.index else o.tensor
    if o.code == "TV105" and o.node.op.domain is not None:
        return f"{o.node} leaves the domain of {o.node.op.name} ({o.node.op.domain.text}): {entry} is {o.value:.6g}"
    largest = float(np.finfo(o.run.dtype).max)
    is_ = "is not a number" if np.isnan(o.value) else f"is {o.value:.6g}, past" if np.isfinite(o.value) else "is past"
    return f"{o.node} leaves the range of {o.run.dtype}: {entry} {is_} {largest:.3g}" if not np.isnan(o.value) else f"{o.node}: {entry} {is_}"


def _conventions(runs: Sequence[Run], evidence: Sequence[Evidence], backends: Mapping[str, Backend]) -> list[Finding]:
    """Entries on a kink where the roads take different one-sided derivatives, and whose is whose."""
    found = []
    for e in (e for e in evidence if e.convention.any()):
        index = tuple(int(i) for i in np.argwhere(e.convention)[0])
        kinked = next((s for s in e.expectation.shares if s.low[index] < s.high[index]), None)
        if kinked is None or kinked.node.op.kink is None:
            raise InternalError(f"a convention at {e.expectation.tensor!r} without a kink")
        run, tensor = e.run, e.expectation.tensor
        said = {
            r.backend: float(r.evaluation.gradients[tensor][index])
            for r in runs
            if (r.point, r.dtype) == (run.point, run.dtype) and tensor in r.evaluation.gradients
        }
        low, high = float(e.expectation.low[index]), float(e.expectation.high[index])
        text = ", ".join(f"{name} {value:.6g}" for name, value in said.items())
        message = f"{kinked.node} on its kink ({kinked.node.op.kink.text}): entry {index} of {tensor}'s cotangent may be {low:.6g} to {high:.6g}: {text}"
        witness = Witness(index, float(e.got[index]), float(e.expectation.value[index]), float(e.bound[index]))
        wrong = Wrong(tensor, kinked.node.op.roles[kinked.role], Pattern("entry", "a convention"), int(e.convention.sum()), int(e.got.size), 0.0, (witness,))
        found.append(Finding("TV104", "convention", message, run.backend, kinked.node.name, "backward", (wrong,), seen=((run.point, run.dtype),)))
    return _one_sided(_merge(found), backends)


def _one_sided(found: Sequence[Finding], backends: Mapping[str, Backend]) -> list[Finding]:
    """One finding per node: that each of two roads differs from the other is one fact."""
    return list({f.node: f for f in reversed(found)}.values())[::-1]


def _blind(shown: Sequence[End], kinked: set[str]) -> Iterator[Finding]:
    """Gradients of which rounding has eaten the digits; on a kink noise flips branches, and measures nothing."""
    for tensor, dtype in dict.fromkeys((e.tensor, e.dtype) for e in shown if e.blind and e.point not in kinked):
        at = [e for e in shown if e.blind and e.point not in kinked and (e.tensor, e.dtype) == (tensor, dtype)]
        digits = min(e.explained for e in at)
        message = f"the gradient of {tensor!r} has no more than {digits:.1f} correct digits in {dtype}, however right its steps: rounding eats the rest"
        yield Finding("TV202", "note", message, node=tensor, seen=tuple((e.point, dtype) for e in at))
