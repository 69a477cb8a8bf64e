"""What every road gets wrong: roads that agree with each other, and not with the exact numbers.

Only the referee sees it. Knows nothing of how a finding looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from trivium.backend import Array, Arrays, Bars
from trivium.compare.bound import DRAWS, LINE, Q, shaken, smallest, units
from trivium.compare.comparison import BACKWARD, DISAGREE, FORWARD, End, Finding, Pattern, Step, Witness, Wrong
from trivium.compare.judge import largest_index
from trivium.compare.localize import inherits, reached
from trivium.compare.picture import picture
from trivium.compare.replay import kink_intervals
from trivium.compare.run import Run
from trivium.referee import EXACT, Referee
from trivium.spec.node import Node

NO_DIGIT = 0.5
"""The share of a tensor's largest entry at which an error leaves not one correct digit in it."""
COMMON = "TV110"


def together(found: Sequence[Finding], backends: Sequence[str]) -> list[Finding]:
    """The findings, with one in place of those that convict every road of the same step."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for f in found:
        if f.backend and f.replayer == EXACT:
            groups.setdefault((f.node, f.direction), []).append(f)
    shared = {key: fs for key, fs in groups.items() if len(backends) > 1 and _alike(fs, backends)}
    told: list[Finding] = []
    for f in found:
        key = f.node, f.direction
        if key not in shared or not any(f is member for member in shared[key]):
            told.append(f)
        elif f is shared[key][0]:
            told.append(_joined(shared[key]))
    return told


def _alike(found: Sequence[Finding], backends: Sequence[str]) -> bool:
    """Whether every road is convicted, and all are wrong in one way: they agree with each other."""
    ways = {tuple((w.tensor, w.pattern.text) for w in f.wrong) for f in found}
    return len(ways) == 1 and {f.backend for f in found} == set(backends)


def _joined(found: Sequence[Finding]) -> Finding:
    first = found[0]
    seen = tuple(dict.fromkeys(at for f in found for at in f.seen))
    said = first.message.removeprefix(f"{first.backend} is wrong")
    names = tuple(dict.fromkeys(f.backend for f in found))
    message = f"{', '.join(names)} {'are all' if names[1:] else 'is'} wrong{said}"
    wrong = tuple(w for f in found for w in f.wrong)
    return replace(first, code=COMMON, backend="", message=message, seen=seen, wrong=wrong)


def lost(
    runs: Sequence[Run], steps: Iterable[Step], ends: Iterable[End], referee: Referee, backends: Sequence[str]
) -> Iterator[Finding]:
    """Steps of which no road has a digit right, though their inputs leave digits to be had.

    It is a disagreement where it takes every digit of some gradient that the loss has; else a note.
    """
    groups: dict[tuple[str, str, str, str], list[Step]] = {}
    for s in steps:
        if s.replayer == EXACT and not s.failed and not s.conventions and s.off is not None and s.off >= NO_DIGIT:
            groups.setdefault((s.point, s.dtype, s.direction, s.tensor), []).append(s)
    hopeless: dict[tuple[str, str], set[str]] = {}
    for e in ends:
        if e.certified and min(e.certified.values()) >= _ulps(e.dtype):
            hopeless.setdefault((e.point, e.dtype), set()).add(e.tensor)
    found: dict[tuple[str, str], list[Finding]] = {}
    for (point, dtype, direction, tensor), at in groups.items():
        alike = [r for r in runs if (r.point, r.dtype) == (point, dtype) and r.backend in {s.backend for s in at}]
        if len(alike) == len(backends):
            parts = [_lost(run, direction, tensor, referee) for run in alike]
            whole = [f for f in parts if f is not None]
            if len(whole) == len(parts):
                takes = hopeless.get((point, dtype), set()).intersection(reached(alike[0].spec, direction, tensor))
                verdict = DISAGREE if takes else "note"
                found.setdefault((direction, tensor), []).append(replace(_joined(whole), verdict=verdict))
    for same in found.values():
        gravest = next((f for f in same if f.verdict == DISAGREE), same[0])
        yield replace(gravest, seen=tuple(dict.fromkeys(at for f in same for at in f.seen)))


def _ulps(dtype: str) -> float:
    """So many units in the last place are all the digits that there are."""
    return NO_DIGIT / float(np.finfo(dtype).eps)


def _lost(run: Run, direction: str, tensor: str, referee: Referee) -> Finding | None:
    """What is to be said of one road, if its numbers are further off than noise in the step's inputs explains."""
    nodes = [run.spec.producer[tensor]] if direction == FORWARD else list(run.spec.consumers[tensor])
    if any(kink_intervals(run, node) for node in nodes):
        return None
    parts = [_scaled(run, n, direction, tensor, referee) for n in nodes]
    if not all(part.any() for part, _ in parts):
        return None  # a share that is exactly 0 has no digits to lose, whatever cancels on its way
    exact, scale = (sum(each) for each in zip(*parts, strict=True))
    got = np.asarray((run.evaluation.values if direction == FORWARD else run.evaluation.gradients)[tensor], np.float64)
    told = np.isfinite(got) & np.isfinite(exact) & np.isfinite(scale)  # what left the range is undecided elsewhere
    with np.errstate(invalid="ignore"):
        off = np.where(told, np.abs(got - exact), 0.0)
    bound = LINE * np.finfo(run.dtype).eps / 2 * np.maximum(scale, smallest(run.dtype))
    index = largest_index(off)
    apart = units(off, scale, run.dtype)
    if not apart[index] > LINE:
        return None
    node, what = nodes[0], "value" if direction == FORWARD else "cotangent"
    text = f"no digit is right: {got[index]:.6g} in place of {exact[index]:.6g}"
    witness = Witness(index, float(got[index]), float(exact[index]), float(bound[index]), float(exact[index]))
    role = "" if direction == FORWARD else node.op.roles[node.inputs.index(tensor)]
    wrong = Wrong(
        tensor, role, Pattern("scattered", text), int((off > bound).sum()), int(off.size),
        float(apart[index]), (witness,), run.backend, run.point, run.dtype, picture(apart / LINE),
    )  # fmt: skip
    return Finding(
        code=COMMON,
        verdict="note",
        message=f"{run.backend} is wrong in the {direction} step of {node}: the {what} of {tensor}: {text}",
        backend=run.backend,
        node=node.name,
        direction=direction,
        wrong=(wrong,),
        how="held against the exact number, and against what noise in the step's own inputs would do to that",
        proven=True,
        replayer=EXACT,
        seen=((run.point, run.dtype),),
        inherits=inherits(run.spec, node, direction, [tensor]) if direction == BACKWARD else (),
    )


def _scaled(run: Run, node: Node, direction: str, tensor: str, referee: Referee) -> tuple[Array, Array]:
    """A node's exact part of a tensor, and how far noise in its inputs and cotangents moves that, per unit of it."""
    attrs, inputs, cotangents = run.spec.attributes(node), run.inputs(node), run.cotangents(node)
    still = _part(node, direction, tensor, referee.replay(node.op, attrs, inputs, cotangents))
    total = np.zeros(still.shape)
    for seed in range(DRAWS):
        random = np.random.default_rng(seed)
        fed, bars = (tuple(shaken(x, random) for x in arrays) for arrays in (inputs, cotangents))
        moved = _part(node, direction, tensor, referee.replay(node.op, attrs, fed, bars))
        total = np.hypot(total, (moved - still) / Q)
    return still, np.maximum(np.abs(still), total / np.sqrt(DRAWS))


def _part(node: Node, direction: str, tensor: str, answer: tuple[Arrays, Bars]) -> Array:
    if direction == FORWARD:
        return answer[0][node.outputs.index(tensor)]
    bars = [b for name, b in zip(node.inputs, answer[1], strict=True) if name == tensor and b is not None]
    return np.asarray(sum(bars))
