"""One run of one road, every step of it replayed by another road's rule at the run's own numbers.

Knows nothing of who is to blame where a step fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from trivium.backend import DTYPES, Array, Backend
from trivium.compare.bound import LINE, UNIT, Scaler, Scales, raised, scales, smallest, terms, units
from trivium.compare.comparison import BACKWARD, FORWARD, Step
from trivium.compare.run import OutOfRange, Run, leaves_domain, whole_nodes
from trivium.errors import InternalError
from trivium.spec.node import Node


@dataclass(frozen=True)
class Share:
    """One consumer's share of a cotangent, replayed: its value, its scale, the interval that a kink leaves open."""

    node: Node
    role: int
    replayer: str
    value: Array
    scale: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Expectation:
    """What a recorded tensor should be, by the replay of the step that makes it."""

    direction: str
    tensor: str
    value: Array
    low: Array
    high: Array
    scale: Array
    replayer: str
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """A tensor whose recorded numbers do not follow from the recorded numbers before it.

    `failed`, `convention`, `unfinite` are masks: past the line, in a kink's interval, not finite where the step is.
    """

    run: Run
    expectation: Expectation
    got: Array
    units: Array
    failed: Array
    convention: Array
    unfinite: Array

    @property
    def wrong(self) -> Array:
        """The entries that are not what their step says."""
        return self.failed | self.unfinite

    @property
    def bound(self) -> Array:
        """The largest difference that rounding explains, per entry."""
        return LINE * UNIT[self.run.dtype] * np.maximum(self.expectation.scale, smallest(self.run.dtype))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The node that makes the value, or the nodes whose vjp makes the cotangent."""
        if self.expectation.direction == FORWARD:
            return (self.run.spec.producer[self.expectation.tensor],)
        return tuple(dict.fromkeys(share.node for share in self.expectation.shares))


@dataclass(frozen=True)
class Checked:
    """All steps of one run: what each measured, where one failed, what left its range, and whose rules were used."""

    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...]
    ranges: tuple[OutOfRange, ...]
    used: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Judged:
    """One tensor held against its expectation: what was measured, and what there is to say if it failed."""

    step: Step
    evidence: Evidence | None
    outside: OutOfRange | None


ReplayerOf = Callable[[Run, Node], Backend]


def check_run(run: Run, replayer_of: ReplayerOf, scaler: Scaler, *, broken: frozenset[str] = frozenset()) -> Checked:
    """Replay every step of a run; left out is a node that reads or binds a `broken` array (absent, misshapen), and one
    whose inputs leave its domain, where no formula says what is right."""
    shares: dict[str, list[Share]] = {name: [] for name in run.spec.differentiable}
    expected, blocked = [], set(broken)
    undefined = {outside.node.name for outside in leaves_domain(run, broken)}
    whole = [node for node in whole_nodes(run, broken) if node.name not in undefined]
    names = {node.name for node in whole}
    for node in run.spec.nodes:
        if node.name in names:
            expected += _replay(run, node, replayer_of(run, node), scaler, shares)
        else:
            blocked.update(node.inputs)
    expected += [_cotangent(run, n, shares[n]) for n in run.spec.differentiable if n not in blocked]
    judged = [judge(run, e) for e in expected]
    return Checked(
        tuple(j.step for j in judged),
        tuple(j.evidence for j in judged if j.evidence),
        tuple(j.outside for j in judged if j.outside),
        frozenset((replayer_of(run, n).name, n.op.name) for n in whole),
    )


def _replay(
    run: Run, node: Node, replayer: Backend, scaler: Scaler, shares: dict[str, list[Share]]
) -> list[Expectation]:
    """What the node's values should be; its shares of its inputs' cotangents are added to `shares`."""
    attrs, inputs, cotangents = run.spec.attributes(node), run.inputs(node), run.cotangents(node)
    outputs, bars = replayed = replayer.replay(node.op, attrs, inputs, cotangents)
    size = raised(scales(scaler, node.op, attrs, inputs, cotangents, replayed), run.dtype, inputs, cotangents)
    for share in _shares(run, node, replayer.name, bars, size):
        shares[node.inputs[share.role]].append(share)
    return [
        Expectation(FORWARD, name, y, y, y, scale, replayer.name)
        for name, y, scale in zip(node.outputs, outputs, size.outputs, strict=True)
    ]


def _shares(run: Run, node: Node, replayer: str, bars: tuple[Array | None, ...], size: Scales) -> Iterator[Share]:
    kinks = kink_intervals(run, node)
    for role, (bar, scale) in enumerate(zip(bars, size.bars, strict=True)):
        if bar is None or scale is None:
            continue
        low = high = bar
        if node.op.roles[role] in kinks:
            on_kink, lowest, highest, size_there = kinks[node.op.roles[role]]
            low, high = (
                np.where(on_kink, np.minimum(lowest, bar), bar),
                np.where(on_kink, np.maximum(highest, bar), bar),
            )
            # noise would flip the branch there, and measure the jump of the slope instead of rounding
            scale = np.where(on_kink, np.maximum(np.maximum(np.abs(low), np.abs(high)), size_there), scale)
        yield Share(node, role, replayer, bar, scale, low, high)


def kink_intervals(run: Run, node: Node) -> dict[str, tuple[Array, Array, Array, Array]]:
    """Per role with entries exactly on a kink: their mask, the lowest and highest cotangent open there, and their size.

    The size is that of what is added up: cotangents of several windows may cancel in both ends of the interval.
    """
    kink = node.op.kink
    if kink is None:
        return {}
    attrs = run.spec.attributes(node)
    inputs = tuple(np.asarray(x, np.float64) if x.dtype.kind == "f" else x for x in run.inputs(node))
    # nearer than the smallest normal number is on it: a road that flushes what is smaller to 0 stands there
    near = float(np.finfo(DTYPES[run.dtype]).smallest_normal)
    masks = {role: np.abs(np.asarray(margin)) < near for role, margin in kink.margin(attrs, *inputs).items()}
    if not any(mask.any() for mask in masks.values()):
        return {}
    y_bar = np.asarray(run.cotangents(node)[0], np.float64)
    open_, sizes = (kink.interval(attrs, inputs, bar) for bar in (y_bar, np.abs(y_bar)))
    return {
        role: (mask, *open_[role], np.maximum(*map(np.abs, sizes[role]))) for role, mask in masks.items() if mask.any()
    }


def on_kink(run: Run, broken: frozenset[str]) -> bool:
    """Whether any entry of this run lies exactly on a kink."""
    return any(n.op.kink is not None and bool(kink_intervals(run, n)) for n in whole_nodes(run, broken))


def _cotangent(run: Run, name: str, shares: list[Share]) -> Expectation:
    """What a recorded cotangent should be: the sum of its consumers' shares; 1 more for the loss itself."""
    seed = np.full(run.spec.shapes[name], 1.0 if name == run.spec.loss else 0.0)
    with np.errstate(all="ignore"):
        value, low, high, scale = (
            sum((getattr(s, part) for s in shares), seed) for part in ("value", "low", "high", "scale")
        )
    replayer = " and ".join(dict.fromkeys(s.replayer for s in shares)) or "definition"
    return Expectation(BACKWARD, name, value, low, high, scale, replayer, tuple(shares))


def judge(run: Run, e: Expectation) -> Judged:
    """Hold one recorded tensor against its expectation, entry by entry, in units of u times the step's scale."""
    got = np.asarray(
        (run.evaluation.values if e.direction == FORWARD else run.evaluation.gradients)[e.tensor], np.float64
    )
    comparable = np.isfinite(got) & np.isfinite(e.value) & np.isfinite(e.scale)
    if e.direction == BACKWARD:  # where the value has left the range, nothing is a derivative
        comparable &= np.isfinite(np.asarray(run.evaluation.values[e.tensor], np.float64))
    with np.errstate(all="ignore"):
        from_point = np.where(comparable, units(np.abs(got - e.value), e.scale, run.dtype), 0.0)
        beyond = np.maximum(np.maximum(e.low - got, got - e.high), 0.0)
        measured = np.where(comparable, units(beyond, e.scale, run.dtype), 0.0)
    if np.isnan(measured).any():
        raise InternalError(f"a residual of {e.tensor!r} in {run.backend} {run.dtype} is not a number")
    failed, convention = measured > LINE, (from_point > LINE) & (measured <= LINE)
    unfinite, outside = (np.zeros(got.shape, bool), None) if comparable.all() else _unfinite(run, e, got)
    step = Step(
        run.point, run.backend, run.dtype, e.direction, e.tensor, _names(run, e), e.replayer,
        float(measured.max(initial=0.0)), largest_index(measured), int(got.size), int((failed | unfinite).sum()),
        int(convention.sum()), floor(e.value, e.scale, run.dtype),
    )  # fmt: skip
    if not (failed.any() or convention.any() or unfinite.any()):
        return Judged(step, None, outside)
    evidence = Evidence(run, e, got, np.where(failed, measured, from_point), failed, convention, unfinite)
    return Judged(step, evidence, outside)


def largest_index(array: Array) -> tuple[int, ...]:
    """Where the largest entry stands."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(array)), array.shape)) if array.size else ()


def _names(run: Run, e: Expectation) -> tuple[str, ...]:
    if e.direction == FORWARD:
        return (run.spec.producer[e.tensor].name,)
    return tuple(dict.fromkeys(s.node.name for s in e.shares))


def floor(expected: Array, scale: Array, dtype: str) -> float | None:
    """The largest error, relative to the tensor's RMS, that could hide in an entry of this step; None for zeros."""
    finite = np.isfinite(expected) & np.isfinite(scale)
    if not finite.any():
        return None
    largest = float(np.abs(expected[finite]).max())
    if largest == 0:
        return None
    rms = largest * float(np.sqrt(np.mean(np.square(expected[finite] / largest))))
    return float(LINE * UNIT[dtype] * scale[finite].max() / rms)


def _most_terms(run: Run, nodes: tuple[Node, ...], e: Expectation) -> int:
    """The most terms that one entry of the tensor is a sum of, at any of these nodes."""
    values = run.evaluation.values
    found = [terms(n.op, run.spec.attributes(n), run.inputs(n), tuple(values[y] for y in n.outputs)) for n in nodes]
    if e.direction == FORWARD:
        return max(forward for forward, _ in found)
    return max((backward[s.role] for s, (_, backward) in zip(e.shares, found, strict=True)), default=1)


def _unfinite(run: Run, e: Expectation, got: Array) -> tuple[Array, OutOfRange | None]:
    """The entries that are not finite though their step is, and the first that has left its precision's range."""
    odd = ~(np.isfinite(got) & np.isfinite(e.value) & np.isfinite(e.scale))
    nodes = (run.spec.producer[e.tensor],) if e.direction == FORWARD else tuple(s.node for s in e.shares)
    fed = [x for n in nodes for x in run.inputs(n)]
    if e.direction == BACKWARD:  # a vjp may use the node's own value, which is inf where its digits did not fit
        fed += [x for n in nodes for x in (*run.cotangents(n), *(run.evaluation.values[name] for name in n.outputs))]
    if not all(np.isfinite(x).all() for x in fed):
        return np.zeros(got.shape, bool), None  # inherits: an earlier step has left the range already
    largest = float(np.finfo(DTYPES[run.dtype]).max)
    # what is added up on the way must be in it too: a scale has the root of the terms, and their sum may need them all
    in_range = np.maximum(np.abs(e.value), e.scale * math.sqrt(_most_terms(run, nodes, e))) <= largest
    left = np.argwhere(odd & ~in_range)
    if not len(left):
        return odd & in_range, None
    index = tuple(int(i) for i in left[0])
    return odd & in_range, OutOfRange("TV106", run, e.tensor, nodes[0], index, float(e.value[index]))
