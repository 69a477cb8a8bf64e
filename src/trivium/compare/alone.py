"""One road alone: nobody else can replay its steps, so each op's rule is put to the op's own values.

Knows nothing of other roads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from trivium.backend import Array, Backend
from trivium.compare.blame import Slope, directional_slope
from trivium.compare.bound import LINE, UNIT, Scaler, scales
from trivium.compare.comparison import BACKWARD, Finding, Pattern, Witness, Wrong
from trivium.compare.localize import inherits
from trivium.compare.replay import Run, kink_intervals
from trivium.spec.node import Node

ENTRYWISE = 32
"""Inputs up to this many entries are put to the oracle entry by entry; larger ones along signed random directions."""
DIRECTIONS = 4


def own_forward(run: Run, backends: Mapping[str, Backend], scaler: Scaler) -> Iterator[Finding]:
    """Every rule of a float64 run against the derivative of its own values."""
    for node in run.spec.nodes:
        fed = (*run.inputs(node), *run.cotangents(node))
        if not all(np.isfinite(x).all() for x in fed):
            continue
        attrs, inputs, cotangents = run.spec.attributes(node), run.inputs(node), run.cotangents(node)
        replayed = backends[run.backend].replay(node.op, attrs, inputs, cotangents)
        size = scales(scaler, node.op, attrs, inputs, cotangents, replayed)
        kinks = kink_intervals(run, node)
        for role, (bar, scale) in enumerate(zip(replayed[1], size.bars, strict=True)):
            if bar is not None and scale is not None and node.op.roles[role] not in kinks:
                yield from _put(run, node, role, bar, scale, backends)


def _put(
    run: Run, node: Node, role: int, bar: Array, scale: Array, backends: Mapping[str, Backend]
) -> Iterator[Finding]:
    """The worst direction of one rule's cotangent, if any is beyond rounding and the oracle's own error."""
    worst, found = 0.0, None
    for v in _directions(bar):
        slope = directional_slope(run, node, role, v, backends)
        bound = LINE * UNIT["float64"] * float(np.sum(scale * np.abs(v))) + slope.error
        beyond = abs(float(np.sum(bar * v)) - slope.value) - bound
        if not beyond <= worst:
            worst, found = beyond, _finding(run, node, role, bar, v, slope, bound)
    if found is not None:
        yield found


def _directions(bar: Array) -> Iterator[Array]:
    if bar.size <= ENTRYWISE:
        for i in range(bar.size):
            yield np.eye(1, bar.size, i).reshape(bar.shape)
        return
    random = np.random.default_rng(bar.size)
    for _ in range(DIRECTIONS):
        yield np.asarray(random.standard_normal(bar.shape))


def _finding(run: Run, node: Node, role: int, bar: Array, direction: Array, slope: Slope, bound: float) -> Finding:
    name = node.inputs[role]
    along = float(np.sum(bar * direction))
    index = tuple(int(i) for i in np.argwhere(direction)[0]) if bar.size <= ENTRYWISE else ()
    ratio = along / slope.value if slope.value else None
    text = f"along one direction it is {along:.6g} where its own values say {slope.value:.6g}"
    witness = Witness(index, along, slope.value, bound, slope.value)
    wrong = Wrong(
        tensor=name,
        role=node.op.roles[role],
        pattern=Pattern("scattered", text, ratio),
        wrong=1,
        entries=bar.size,
        residual=0.0,
        witnesses=(witness,),
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
        how=f"put to the derivative of its own values ({slope.oracle})",
        proven=True,
        seen=((run.point, run.dtype),),
        inherits=inherits(run.spec, node, BACKWARD, [name]),
    )
