"""THE REPLAYING ROAD IS THE WRONG ONE: wrong rules and wrong values, judged at networks that use them.

Knows nothing of mistakes planted around a vjp.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from calibration.kinds import Kind
from calibration.plant import Seen, read
from calibration.roads import ROADS, STANDING, Roads, build, judged, point
from calibration.wrong_roads import BENDS, BENT_OPS, HALF_AT_ZERO, WRONG_RULES, Bent
from trivium.backend import Backend
from trivium.compare.agreement import Point


@dataclass(frozen=True)
class RuleTrial:
    """One wrong road at one network; `scaler` says whether its noise was the wrong road's own or the right one's."""

    name: str
    road: str
    kind: str
    scaler: str
    verdict: str
    seen: Seen


def rule_trials(kinds: Iterable[Kind]) -> Iterator[RuleTrial]:
    """Every wrong handwritten rule at every network that uses its op, measuring rounding or not."""
    for kind in kinds:
        clean = point(kind.spec, kind.given(0))
        for wrong in (*WRONG_RULES, HALF_AT_ZERO):
            if _uses(kind, wrong.op):
                yield from _judge(kind, clean, wrong.name, wrong.op, wrong.backend, own=True)
                yield from _judge(kind, clean, wrong.name, wrong.op, wrong.backend)


def bent_trials(kinds: Iterable[Kind]) -> Iterator[RuleTrial]:
    """Every road with one op's values off, at every network that uses the op."""
    for kind in kinds:
        clean = point(kind.spec, kind.given(0))
        for road in ROADS:
            for op in filter(lambda op: _uses(kind, op), BENT_OPS):
                for factor in BENDS:
                    bent = Bent(STANDING.backends[road], op, factor)
                    yield from _judge(kind, clean, f"values off by {factor - 1:.0e}", op, bent)


def _uses(kind: Kind, op: str) -> bool:
    return any(n.op.name == op for n in kind.spec.nodes)


def _judge(kind: Kind, clean: Point, name: str, op: str, backend: Backend, *, own: bool = False) -> Iterator[RuleTrial]:
    runs = tuple(
        build(backend, kind.spec, r.dtype).run(dict(clean.given)) if r.backend == backend.name else r for r in clean.runs
    )
    wrong = replace(clean, runs=runs)
    roads = Roads(STANDING.backends | {backend.name: backend}, backend if own else STANDING.scaler)  # type: ignore[arg-type,operator]
    guilty = frozenset((backend.name, n.name) for n in kind.spec.nodes if n.op.name == op)
    comparison = judged(wrong, roads)
    yield RuleTrial(name, backend.name, kind.name, "own" if own else "right", comparison.verdict, read(comparison, guilty))


