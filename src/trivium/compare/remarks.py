"""What is no mistake and yet is said: a convention on a kink, a number out of range or domain, digits lost to rounding.

Knows nothing of who is to blame for anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from trivium.backend import Array
from trivium.compare.comparison import End, Finding, Pattern, Witness, Wrong
from trivium.compare.judge import Evidence
from trivium.compare.run import OutOfRange, Run
from trivium.errors import InternalError
from trivium.referee import Referee
from trivium.spec.graph import Spec


def merged(found: Sequence[Finding] | Iterator[Finding]) -> list[Finding]:
    """One finding for each thing found, however often it was seen."""
    merged: dict[tuple[str, str, str, str], Finding] = {}
    for f in found:
        key = (f.code, f.backend, f.node, f.direction)
        merged[key] = replace(merged[key], seen=tuple(dict.fromkeys(merged[key].seen + f.seen))) if key in merged else f
    return list(merged.values())


def ranges(outside: Sequence[OutOfRange]) -> list[Finding]:
    """One finding per node that leaves its op's domain, and per node and precision that leaves its range.

    It leaves the check undecided, but for a node on which the loss does not depend.
    """
    undefined = {(o.node.name, o.run.point) for o in outside if o.code == "TV105"}
    told = [o for o in outside if o.code == "TV105" or (o.node.name, o.run.point) not in undefined]
    found = [
        Finding(
            o.code,
            "note" if o.run.spec.reaching.isdisjoint(o.node.outputs) else "undecided",
            _outside(o),
            "" if o.code == "TV105" else o.run.dtype,
            o.node.name,
            seen=((o.run.point, o.run.dtype),),
        )
        for o in told
    ]
    return [replace(f, backend="") for f in merged(found)]


def unknown(spec: Spec, referee: Referee | None) -> Iterator[Finding]:
    """A note on the ops of which the referee that was asked has no definition."""
    lacking = [node for node in spec.nodes if referee is not None and not referee.has(node.op)]
    if lacking:
        ops = ", ".join(dict.fromkeys(node.op.name for node in lacking))
        nodes = ", ".join(node.name for node in lacking)
        yield Finding("TV204", "note", f"the referee has no definition of {ops}: nobody has exact numbers for {nodes}")


def _outside(o: OutOfRange) -> str:
    """Which entry leaves what, in words."""
    entry = f"entry {o.index} of {o.tensor}" if o.index else o.tensor
    if o.code == "TV105" and o.node.op.domain is not None:
        return f"{o.node} leaves the domain of {o.node.op.name} ({o.node.op.domain.text}): {entry} is {o.value:.6g}"
    if np.isnan(o.value):
        return f"{o.node}: {entry} is not a number"
    largest = float(np.finfo(o.run.dtype).max)
    if abs(o.value) <= largest:
        where = f"{entry} is {o.value:.6g}, but a number on the way to it is past {largest:.3g}"
        return f"{o.node} leaves the range of {o.run.dtype}: {where}"
    number = f"{o.value:.6g}, " if np.isfinite(o.value) else ""
    return f"{o.node} leaves the range of {o.run.dtype}: {entry} is {number}past {largest:.3g}"


def conventions(runs: Sequence[Run], evidence: Sequence[Evidence]) -> list[Finding]:
    """Entries on a kink where the roads take different one-sided derivatives, and whose is whose; one a node."""
    kinked = sorted((e for e in evidence if e.convention.any()), key=lambda e: not _apart(e, runs).any())
    found = merged([_convention(e, runs) for e in kinked])
    return list({f.node: f for f in reversed(found)}.values())[::-1]


def _apart(e: Evidence, runs: Sequence[Run]) -> Array:
    """The entries on the kink at which the roads' own numbers differ; where several steps add up they may not."""
    said = np.stack([r.evaluation.gradients[e.expectation.tensor] for r in _alike(e, runs)])
    return np.asarray(e.convention & (said != said[0]).any(axis=0))


def _convention(e: Evidence, runs: Sequence[Run]) -> Finding:
    apart = _apart(e, runs)
    index = tuple(int(i) for i in np.argwhere(apart if apart.any() else e.convention)[0])
    kinked = next((s for s in e.expectation.shares if s.low[index] < s.high[index]), None)
    if kinked is None or kinked.node.op.kink is None:
        raise InternalError(f"a convention at {e.expectation.tensor!r} without a kink")
    run, tensor = e.run, e.expectation.tensor
    open_ = f"{float(e.expectation.low[index]):.6g} to {float(e.expectation.high[index]):.6g}"
    message = (
        f"{kinked.node} on its kink ({kinked.node.op.kink.text}): "
        f"entry {index} of {tensor}'s cotangent may be {open_}: {_said(runs, e, index)}"
    )
    witness = Witness(index, float(e.got[index]), float(e.expectation.value[index]), float(e.bound[index]))
    wrong = Wrong(
        tensor=tensor,
        role=kinked.node.op.roles[kinked.role],
        pattern=Pattern("entry", "a convention"),
        wrong=int(e.convention.sum()),
        entries=int(e.got.size),
        residual=0.0,
        witnesses=(witness,),
        backend=run.backend,
        point=run.point,
        dtype=run.dtype,
    )
    seen = ((run.point, run.dtype),)
    return Finding("TV104", "convention", message, run.backend, kinked.node.name, "backward", (wrong,), seen=seen)


def _said(runs: Sequence[Run], e: Evidence, index: tuple[int, ...]) -> str:
    """What every road has at one entry, at the same point and precision."""
    return ", ".join(
        f"{r.backend} {float(r.evaluation.gradients[e.expectation.tensor][index]):.6g}" for r in _alike(e, runs)
    )


def _alike(e: Evidence, runs: Sequence[Run]) -> list[Run]:
    """The runs at the same point, in the same precision, that have this tensor in its shape."""
    same = [r for r in runs if (r.point, r.dtype) == (e.run.point, e.run.dtype)]
    gradients = {id(r): r.evaluation.gradients.get(e.expectation.tensor) for r in same}
    return [r for r in same if (x := gradients[id(r)]) is not None and x.shape == e.got.shape]


def blind(shown: Sequence[End], kinked: set[str]) -> Iterator[Finding]:
    """Gradients of which rounding has eaten the digits; on a kink noise flips branches, and measures nothing."""
    for tensor, dtype in dict.fromkeys((e.tensor, e.dtype) for e in shown if e.blind and e.point not in kinked):
        at = [e for e in shown if e.blind and e.point not in kinked and (e.tensor, e.dtype) == (tensor, dtype)]
        digits = min(e.explained for e in at)
        message = (
            f"the gradient of {tensor!r} has no more than {digits:.1f} correct digits in {dtype}, "
            "however right its steps: rounding eats the rest"
        )
        yield Finding("TV202", "note", message, node=tensor, seen=tuple((e.point, dtype) for e in at))
