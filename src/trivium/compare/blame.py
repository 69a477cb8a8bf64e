"""Who is wrong in a step that two roads see differently: settled by the step's own forward, without a vote.

Where the values agree and a cotangent does not, the derivative of the values themselves (complex step, or central
differences with an error bar) convicts. Where the values differ, two definitions differ: the other roads only hint.
Knows nothing of what happens elsewhere in the network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trivium.backend import Array, Backend
from trivium.compare.bound import LINE, UNIT, same_values, terms
from trivium.compare.comparison import FORWARD
from trivium.compare.judge import Evidence, Share, largest_index
from trivium.compare.run import Run
from trivium.oracles import complex_step, finite_difference
from trivium.referee import EXACT
from trivium.spec.node import Node

COMPLEX, CENTRAL = "complex step", "central differences"
CERTIFIED = "held against the exact number, which ball arithmetic encloses"


@dataclass(frozen=True)
class Slope:
    """The derivative of one step's values, contracted with its cotangent; `error` bounds what is unknown."""

    value: float
    error: float
    oracle: str


@dataclass(frozen=True)
class Blame:
    """A verdict on one step. `guilty` names backends, none where nobody here can say; a hint is not `proven`.

    `instead` are the other readers of the tensor that may be at fault, where only the sum of their shares was recorded.
    """

    node: Node
    guilty: tuple[str, ...]
    proven: bool
    how: str
    index: tuple[int, ...] = ()
    slope: Slope | None = None
    instead: tuple[str, ...] = ()


def blame(evidence: Evidence, others: Sequence[Evidence], backends: Mapping[str, Backend]) -> Blame:
    """Who is wrong where a replay failed; `others` is all evidence of the same run."""
    index = largest_index(np.where(evidence.unfinite, np.inf, evidence.units * evidence.wrong))
    if evidence.expectation.direction == FORWARD and evidence.expectation.replayer == EXACT:
        return Blame(evidence.nodes[0], (evidence.run.backend,), True, CERTIFIED, index)
    if evidence.expectation.direction == FORWARD:
        return _by_hint(evidence, evidence.nodes[0], None, index, backends, "")
    if not evidence.expectation.shares:
        return Blame(
            _nearest(evidence),
            (evidence.run.backend,),
            True,
            "the loss's own cotangent is 1, and one that nothing reads is 0",
            index,
        )
    share, *others_of_it = accused_shares(evidence, others, backends)
    instead = tuple(dict.fromkeys(s.node.name for s in others_of_it if s.node is not share.node))
    return replace(_settle(evidence, share, index, backends), instead=instead)


def _settle(evidence: Evidence, share: Share, index: tuple[int, ...], backends: Mapping[str, Backend]) -> Blame:
    """Who is wrong about one consumer's share of a cotangent."""
    if share.low[index] < share.high[index]:
        return Blame(share.node, (evidence.run.backend,), True, "it is outside of what the kink leaves open", index)
    if share.replayer == EXACT:
        return Blame(share.node, (evidence.run.backend,), True, CERTIFIED, index)
    slope = own_slope(evidence.run, share.node, share.role, index, backends)
    guilty = _convict(evidence, share, index, slope)
    if not guilty:
        return _by_hint(evidence, share.node, share, index, backends, f"{slope.oracle} cannot tell them apart here")
    how = f"put to the derivative of its own values ({slope.oracle})"
    return Blame(share.node, guilty, True, how, index, slope)


def _nearest(evidence: Evidence) -> Node:
    spec, name = evidence.run.spec, evidence.expectation.tensor
    return spec.producer[name] if name in spec.producer else spec.nodes[-1]


def accused_shares(
    evidence: Evidence, others: Sequence[Evidence], backends: Mapping[str, Backend]
) -> tuple[Share, ...]:
    """Which consumer's share is wrong, where a tensor is read more than once; several where nothing tells them apart.

    The one whose node fails at another of its inputs too, else the one that the road itself replays differently, else
    the one that explains the whole difference when it is multiplied by one number.
    """
    shares = evidence.expectation.shares
    if len(shares) == 1:
        return shares
    elsewhere = {n.name for o in others if o is not evidence for n in o.nodes if o.expectation.direction != FORWARD}
    alone = {n for n in elsewhere if _fails_alone(n, evidence, others)}
    left = tuple(s for s in shares if s.node.name in alone) or shares
    left = tuple(s for s in left if _replays_differently(evidence.run, s, backends)) or left
    return tuple(s for s in left if _explains(evidence, s)) or left


def _fails_alone(name: str, evidence: Evidence, others: Sequence[Evidence]) -> bool:
    """Whether a tensor that nobody else reads shows that this node's backward step is wrong."""
    return any(len(o.nodes) == 1 and o.nodes[0].name == name for o in others if o is not evidence)


def _replays_differently(run: Run, share: Share, backends: Mapping[str, Backend]) -> bool:
    node = share.node
    if run.backend not in backends:
        return False
    _, bars = backends[run.backend].replay(node.op, run.spec.attributes(node), run.inputs(node), run.cotangents(node))
    bar = bars[share.role]
    return bar is not None and bool((np.abs(bar - share.value) > LINE * UNIT["float64"] * share.scale).any())


def _explains(evidence: Evidence, share: Share) -> bool:
    """Whether the whole difference is this share multiplied by one number, to rounding."""
    if evidence.unfinite.any():
        return False
    difference, part = evidence.got - evidence.expectation.value, share.value
    along = float(np.sum(part * part))
    if along == 0:
        return False
    times = float(np.sum(part * difference)) / along
    return bool((np.abs(difference - times * part) <= evidence.bound * (1 + abs(times))).all())


def own_slope(run: Run, node: Node, role: int, index: tuple[int, ...], backends: Mapping[str, Backend]) -> Slope:
    """d/dt of Σ ȳ ∘ op(x + t) at one entry of one input, from the values of the op alone."""
    direction = np.zeros(run.spec.shapes[node.inputs[role]])
    direction[index] = 1.0
    return directional_slope(run, node, role, direction, backends)


def directional_slope(
    run: Run, node: Node, role: int, direction: Array, backends: Mapping[str, Backend], *, accusing: bool = True
) -> Slope:
    """d/dt of Σ ȳ ∘ op(x + t v) at t = 0, from the values of the op alone: no rule for a derivative is asked.

    A complex step is confirmed by a central difference before it accuses anybody; one that agrees with a rule is not.
    """
    attrs, inputs = run.spec.attributes(node), [_wide(x) for x in run.inputs(node)]
    bars = tuple(_wide(y) for y in run.cotangents(node))
    flat = np.concatenate([y.ravel() for y in bars])
    analytic = _analytic(run, node, tuple(inputs), bars, backends)
    road = analytic or _own(run, backends)
    size = float(np.abs(inputs[role]).max(initial=0.0)) or 1.0

    def values(t: complex) -> Array:
        moved = [*inputs]
        moved[role] = inputs[role] + t * direction
        return np.concatenate([y.ravel() for y in road.replay(node.op, attrs, tuple(moved), bars)[0]])

    if analytic is not None and not accusing:
        slopes = complex_step.directional(values)
        error, oracle = LINE * UNIT["float64"] * np.abs(slopes), COMPLEX
    elif analytic is not None and math.isfinite(size):
        found = complex_step.confirmed(values, scale=size, size=size)
        slopes, error, oracle = found.estimate.value, found.estimate.error, COMPLEX
        if (found.withdrawn & (flat != 0)).any():
            oracle = CENTRAL
    else:
        slopes, error = _central(values, size, flat.size)
        oracle = CENTRAL
    # what stays where it is contributes nothing, nor does what nobody asks for, however little is known of it
    moved = (flat != 0) & ((slopes != 0) | (error != 0))
    inside = node.op.intermediate(attrs, *inputs) if node.op.intermediate else 0.0
    cancelled = LINE * UNIT["float64"] * inside * float(np.abs(flat[np.isfinite(flat)]).sum())
    unknown = float(np.abs(flat[moved]) @ error[moved]) + cancelled
    return Slope(float(flat[moved] @ slopes[moved]), unknown, oracle)


def _central(values: Callable[[complex], Array], size: float, entries: int) -> tuple[Array, Array]:
    """The slopes of some values by central differences, and how far each may be off; nothing lies beside infinity."""
    if not math.isfinite(size):
        return np.full(entries, math.nan), np.full(entries, math.inf)
    estimate = finite_difference.directional(values, scale=size)
    return estimate.value, estimate.error


def _own(run: Run, backends: Mapping[str, Backend]) -> Backend:
    """The run's own road; another where it cannot replay."""
    return backends.get(run.backend) or next(iter(backends.values()))


def _analytic(
    run: Run, node: Node, inputs: tuple[Array, ...], bars: tuple[Array, ...], backends: Mapping[str, Backend]
) -> Backend | None:
    """A road that takes complex numbers and has the same values here, if the op allows a complex step."""
    if not node.op.analytic:
        return None
    attrs = run.spec.attributes(node)
    own = _own(run, backends).replay(node.op, attrs, inputs, bars)[0]
    most = terms(node.op, attrs, inputs, own)[0]
    for road in backends.values():
        if "complex128" in road.dtypes and same_values(road.replay(node.op, attrs, inputs, bars)[0], own, most):
            return road
    return None


def _wide(x: Array) -> Array:
    return np.asarray(x, np.float64) if x.dtype.kind == "f" else x


def _convict(evidence: Evidence, share: Share, index: tuple[int, ...], slope: Slope) -> tuple[str, ...]:
    """Those whose number differs from the slope by more than rounding and the slope's own error explain."""
    if not math.isfinite(slope.value) or math.isnan(slope.error):
        return ()  # the oracle has no answer, which convicts nobody
    rest = sum(float(s.value[index]) for s in evidence.expectation.shares if s is not share)
    got, expected = float(evidence.got[index]) - rest, float(share.value[index])
    narrow = LINE * UNIT["float64"] * float(share.scale[index]) + slope.error
    guilty = []
    if not abs(got - slope.value) <= float(evidence.bound[index]) + slope.error:
        guilty.append(evidence.run.backend)
    if not abs(expected - slope.value) <= narrow:
        guilty.append(share.replayer)
    return tuple(guilty)


def _by_hint(
    evidence: Evidence,
    node: Node,
    share: Share | None,
    index: tuple[int, ...],
    backends: Mapping[str, Backend],
    why: str,
) -> Blame:
    """What the roads that neither are judged nor replay say of the step: a majority is a hint, no conviction."""
    run, replayer = evidence.run, share.replayer if share else evidence.expectation.replayer
    jury = [b for name, b in backends.items() if name not in (run.backend, replayer)]
    sides = {b.name: _side(evidence, node, share, index, b) for b in jury}
    with_road = [name for name, side in sides.items() if side == "road"]
    with_replayer = [name for name, side in sides.items() if side == "replayer"]
    reason = f"{why}; " if why else ""
    if bool(with_road) == bool(with_replayer):
        how = f"{reason}{run.backend} and {replayer} differ, and nothing here can say who is right"
        return Blame(node, (), False, how, index)
    alike = (replayer, *with_replayer) if with_replayer else (run.backend, *with_road)
    how = f"{reason}{', '.join(alike)} agree with each other: a hint, not a proof"
    return Blame(node, (run.backend if with_replayer else replayer,), False, how, index)


def _side(evidence: Evidence, node: Node, share: Share | None, index: tuple[int, ...], juror: Backend) -> str:
    """Whose number another road's replay gives at the worst entry: the road's, the replayer's, or neither's."""
    run, e = evidence.run, evidence.expectation
    outputs, bars = juror.replay(node.op, run.spec.attributes(node), run.inputs(node), run.cotangents(node))
    said = outputs[node.outputs.index(e.tensor)] if share is None else bars[share.role]
    if said is None:
        return ""
    number = float(said[index]) + (0.0 if share is None else float(e.value[index]) - float(share.value[index]))
    bound = float(evidence.bound[index])
    road, replayer = (abs(number - float(x[index])) <= bound for x in (evidence.got, e.value))
    return "" if road == replayer else "road" if road else "replayer"
