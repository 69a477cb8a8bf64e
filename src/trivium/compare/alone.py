"""One road alone: nobody else can replay its steps, so each op's rule is put to the op's own values.

Knows nothing of other roads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from trivium.backend import Array, Backend
from trivium.compare.blame import directional_slope
from trivium.compare.bound import LINE, UNIT, Scaler, scales
from trivium.compare.comparison import BACKWARD, Finding, Pattern, Witness, Wrong
from trivium.compare.localize import inherits
from trivium.compare.replay import kink_intervals
from trivium.compare.run import Run
from trivium.spec.node import Node

ENTRYWISE = 32
"""Inputs up to this many entries are put to the oracle entry by entry; larger ones along signed random directions."""
DIRECTIONS = 4


def own_forward(
    run: Run, backends: Mapping[str, Backend], scaler: Scaler, *, nodes: Collection[str]
) -> Iterator[Finding]:
    """The rules of these nodes of a run against the derivatives of their own values."""
    for node in (n for n in run.spec.nodes if n.name in nodes):
        attrs, inputs, cotangents = run.spec.attributes(node), run.inputs(node), run.cotangents(node)
        if not all(np.isfinite(x).all() for x in (*inputs, *cotangents)):
            continue  # out of range: said already
        replayed = backends[run.backend].replay(node.op, attrs, inputs, cotangents)
        size = scales(scaler, node.op, attrs, inputs, cotangents, replayed)
        kinks = kink_intervals(run, node)
        for role, (bar, scale) in enumerate(zip(replayed[1], size.bars, strict=True)):
            if bar is None or scale is None:
                continue
            on_kink, lowest, highest, *_ = kinks.get(node.op.roles[role], (np.zeros(bar.shape, bool), bar, bar))
            yield from _put(run, node, role, np.where(on_kink, 0.0, bar), scale, ~on_kink, backends)
            yield from _off_kink(run, node, role, bar, np.where(on_kink, lowest, bar), np.where(on_kink, highest, bar))


def _put(
    run: Run, node: Node, role: int, bar: Array, scale: Array, smooth: Array, backends: Mapping[str, Backend]
) -> Iterator[Finding]:
    """The worst direction of one rule's cotangent, if any is beyond rounding and the oracle's own error."""
    worst, found = 0.0, None
    for v in _directions(smooth):
        rounding, along = LINE * UNIT["float64"] * float(np.sum(scale * np.abs(v))), float(np.sum(bar * v))
        slope = directional_slope(run, node, role, v, backends, accusing=False)
        if abs(along - slope.value) <= rounding + slope.error:
            continue
        slope = directional_slope(run, node, role, v, backends)
        bound = rounding + slope.error
        beyond = abs(along - slope.value) - bound
        if np.isfinite(slope.value) and beyond > worst:
            worst, found = beyond, _finding(run, node, role, _index(v), along, slope.value, bound, slope.oracle)
    if found is not None:
        yield found


def _off_kink(run: Run, node: Node, role: int, bar: Array, lowest: Array, highest: Array) -> Iterator[Finding]:
    """An entry on a kink whose cotangent no convention allows."""
    bound = LINE * UNIT["float64"] * np.maximum(np.abs(lowest), np.abs(highest))
    for place in np.argwhere((bar < lowest - bound) | (bar > highest + bound))[:1]:
        index = tuple(int(i) for i in place)
        nearest = float(np.clip(bar[index], lowest[index], highest[index]))
        yield _finding(run, node, role, index, float(bar[index]), nearest, float(bound[index]), "its kink's interval")


def _directions(smooth: Array) -> Iterator[Array]:
    """Entry by entry where they are few, else signed random directions; nothing moves on a kink."""
    if smooth.size <= ENTRYWISE:
        for i in np.flatnonzero(smooth):
            yield np.eye(1, smooth.size, int(i)).reshape(smooth.shape)
        return
    random = np.random.default_rng(smooth.size)
    for _ in range(DIRECTIONS):
        yield np.asarray(random.standard_normal(smooth.shape) * smooth)


def _index(direction: Array) -> tuple[int, ...]:
    """The entry that a direction moves; none where it moves many."""
    places = np.argwhere(direction)
    return tuple(int(i) for i in places[0]) if len(places) == 1 else ()


def _finding(
    run: Run, node: Node, role: int, index: tuple[int, ...], got: float, right: float, bound: float, oracle: str
) -> Finding:
    name = node.inputs[role]
    where = f"entry {index}" if index else "along one direction it"
    text = f"{where} is {got:.12g} where its own values say {right:.12g}"
    wrong = Wrong(
        tensor=name,
        role=node.op.roles[role],
        pattern=Pattern("scattered", text, got / right if right else None),
        wrong=1,
        entries=int(np.prod(run.spec.shapes[name])),
        residual=0.0,
        witnesses=(Witness(index, got, right, bound, right),),
        backend=run.backend,
        point=run.point,
        dtype=run.dtype,
    )
    return Finding(
        code="TV102",
        verdict="disagree",
        message=f"{run.backend} is wrong in the backward step of {node}: the cotangent of {name}: {text}",
        backend=run.backend,
        node=node.name,
        direction=BACKWARD,
        wrong=(wrong,),
        how=f"put to the derivative of its own values ({oracle})",
        proven=True,
        seen=((run.point, run.dtype),),
        inherits=inherits(run.spec, node, BACKWARD, [name]),
    )
