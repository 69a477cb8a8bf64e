"""THE REPLAYING ROAD IS THE WRONG ONE: wrong rules and wrong values, judged at networks that use them.

Knows nothing of mistakes planted around a vjp.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from calibration.kinds import Kind
from calibration.plant import Seen, read
from calibration.roads import ROADS, STANDING, Roads, build, judged, point
from calibration.wrong_roads import BENDS, BENT_OPS, HALF_AT_ZERO, WRONG_RULES, Bent
from trivium.backend import Backend
from trivium.compare.agreement import Point


@dataclass(frozen=True)
class RuleTrial:
    """Wrong roads at one network; `scaler` says whether the wrong road or a right one measured the noise."""

    name: str
    op: str
    roads: tuple[str, ...]
    kind: str
    scaler: str
    verdict: str
    seen: Seen


def rule_trials(kinds: Iterable[Kind]) -> Iterator[RuleTrial]:
    """Every wrong handwritten rule at every network that uses its op, with its own noise and with the right road's."""
    for kind in kinds:
        clean = point(kind.spec, kind.given(0))
        for wrong in (*WRONG_RULES, HALF_AT_ZERO):
            if _uses(kind, wrong.op):
                yield _judge(kind, clean, wrong.name, wrong.op, {"numpy": wrong.backend}, own=True)
                yield _judge(kind, clean, wrong.name, wrong.op, {"numpy": wrong.backend})


def bent_trials(kinds: Iterable[Kind]) -> Iterator[RuleTrial]:
    """One op's values off in each road, in two of them and in all, at every network that uses the op."""
    for kind in kinds:
        clean = point(kind.spec, kind.given(0))
        for op in filter(lambda op: _uses(kind, op), BENT_OPS):
            for roads in (*((road,) for road in ROADS), ROADS[1:], ROADS):
                for factor in BENDS if len(roads) == 1 else BENDS[:1]:
                    bent: dict[str, Backend] = {r: Bent(STANDING.backends[r], op, factor) for r in roads}
                    yield _judge(kind, clean, f"values off by {factor - 1:.1g}", op, bent)


def _uses(kind: Kind, op: str) -> bool:
    return any(n.op.name == op for n in kind.spec.nodes)


def _judge(
    kind: Kind, clean: Point, name: str, op: str, wrong: Mapping[str, Backend], *, own: bool = False
) -> RuleTrial:
    runs = tuple(
        build(wrong[r.backend], kind.spec, r.dtype).run(dict(clean.given)) if r.backend in wrong else r
        for r in clean.runs
    )
    scaler: Any = wrong["numpy"] if own else STANDING.scaler
    comparison = judged(replace(clean, runs=runs), Roads({**STANDING.backends, **wrong}, scaler))
    guilty = frozenset((road, n.name) for road in wrong for n in kind.spec.nodes if n.op.name == op)
    seen = read(comparison, guilty, every=False)
    return RuleTrial(name, op, tuple(wrong), kind.name, "own" if own else "right", comparison.verdict, seen)
