"""One recorded tensor held against what its step says, entry by entry, in units of what rounding explains.

Knows nothing of who computed the expectation, or of who is to blame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trivium.backend import DTYPES, Array
from trivium.compare.bound import LEAST_SQUARE, LINE, UNIT, Scaler, magnitude, smallest, terms, units
from trivium.compare.comparison import BACKWARD, FORWARD, Step
from trivium.compare.run import OutOfRange, Run
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
    def times(self) -> Array:
        """How many times the bound each entry is off; past 1 where it is wrong, and nowhere else."""
        within = np.minimum(self.units / LINE, 1.0)
        return np.asarray(np.where(self.unfinite, np.inf, np.where(self.failed, self.units / LINE, within)))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The node that makes the value, or the nodes whose vjp makes the cotangent."""
        return tuple(dict.fromkeys(_makers(self.run, self.expectation)))


@dataclass(frozen=True)
class Judged:
    """One tensor held against its expectation: what was measured, and what there is to say if it failed."""

    step: Step
    evidence: Evidence | None
    outside: OutOfRange | None


def judge(run: Run, e: Expectation, scaler: Scaler) -> Judged:
    """Hold one recorded tensor against its expectation, entry by entry, in units of u times the step's scale."""
    got = np.asarray(
        (run.evaluation.values if e.direction == FORWARD else run.evaluation.gradients)[e.tensor], np.float64
    )
    plain = _plain(run, e, got)
    if plain is not None:
        return Judged(plain, None, None)
    needed = [got, e.value, e.scale]
    if e.direction == BACKWARD:  # where the value has left the range, nothing is a derivative
        needed.append(run.evaluation.values[e.tensor])
    comparable = np.ones(got.shape, bool)
    for x in needed:
        comparable &= np.isfinite(x)
    with np.errstate(all="ignore"):
        from_point = np.where(comparable, units(np.abs(got - e.value), e.scale, run.dtype), 0.0)
        measured = from_point
        if e.low is not e.value or e.high is not e.value:
            beyond = np.maximum(np.maximum(e.low - got, got - e.high), 0.0)
            measured = np.where(comparable, units(beyond, e.scale, run.dtype), 0.0)
    if np.isnan(measured).any():
        raise InternalError(f"a residual of {e.tensor!r} in {run.backend} {run.dtype} is not a number")
    failed, convention = measured > LINE, (from_point > LINE) & (measured <= LINE)
    if convention.any() and _out_of_balance(run, e, got, comparable):
        failed, convention, measured = failed | convention, failed & False, np.where(convention, from_point, measured)
    unfinite, outside = (np.zeros(got.shape, bool), None) if comparable.all() else _unfinite(run, e, got)
    wrong = failed | unfinite
    past = next((n for n in _makers(run, e) if _leaves_range(run, n, scaler)), None) if wrong.any() else None
    if past is not None:  # the op's own formula cannot be computed in this precision: whoever does it is not wrong
        outside, measured = _first_outside(run, e, past, wrong), np.where(failed, 0.0, measured)
        failed = unfinite = np.zeros(got.shape, bool)
    index = largest_index(measured)
    worst = float(measured[index]) if measured.size else 0.0
    finite = np.isfinite(e.value) & np.isfinite(e.scale)
    hidden = _hidden(run, e.value[finite], magnitude(e.value[finite]), magnitude(e.scale[finite]))
    compared = e.value[comparable]
    off = _relative(magnitude(got[comparable] - compared), magnitude(compared))
    step = _step(run, e, worst, index, hidden, off, int((failed | unfinite).sum()), int(convention.sum()))
    if not (failed.any() or convention.any() or unfinite.any()):
        return Judged(step, None, outside)
    evidence = Evidence(run, e, got, np.where(failed, measured, from_point), failed, convention, unfinite)
    return Judged(step, evidence, outside)


def _plain(run: Run, e: Expectation, got: Array) -> Step | None:
    """The step of a tensor without anything odd, as most are, in the fewest passes; None where something is odd.

    Wherever a number is not finite, the largest quotient is none either, or the largest scale. On the way back the
    value is looked at too: where it is not finite, nothing is a derivative.
    """
    if e.low is not e.value or e.high is not e.value or not got.size:
        return None
    with np.errstate(all="ignore"):
        has_value = e.direction == FORWARD or math.isfinite(run.evaluation.values[e.tensor].sum())
        apart = np.asarray(got - e.value)
        off = float(np.abs(apart, out=apart).max())
        apart /= e.scale
        index, scale = largest_index(apart), float(e.scale.max())
        worst = float(apart[index]) / UNIT[run.dtype]
    if not (has_value and worst <= LINE and math.isfinite(scale)):
        return None
    largest = magnitude(e.value)
    return _step(run, e, worst, index, _hidden(run, e.value, largest, scale), _relative(off, largest))


def _out_of_balance(run: Run, e: Expectation, got: Array, comparable: Array) -> bool:
    """Whether entries that tie, and share one cotangent, get more or less of it than there is."""
    if not any(s.node.op.kink is not None and s.node.op.kink.shared for s in e.shares):
        return False
    over = float((got - e.value)[comparable].sum())
    return bool(abs(over) > LINE * UNIT[run.dtype] * float(np.maximum(e.scale, smallest(run.dtype))[comparable].sum()))


def largest_index(array: Array) -> tuple[int, ...]:
    """Where the largest entry stands."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(array)), array.shape)) if array.size else ()


def _names(run: Run, e: Expectation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.name for node in _makers(run, e)))


def _step(
    run: Run, e: Expectation, worst: float, index: tuple[int, ...], hidden: float | None, off: float | None,
    failed: int = 0, convention: int = 0,
) -> Step:  # fmt: skip
    """What a report says of a tensor; nothing has failed, if not said."""
    return Step(
        run.point, run.backend, run.dtype, e.direction, e.tensor, _names(run, e), e.replayer,
        worst, index, int(e.value.size), failed, convention, hidden, off,
    )  # fmt: skip


def _hidden(run: Run, expected: Array, largest: float, scale: float) -> float | None:
    """The largest error that an entry of this step could hide, relative to the RMS of all; None for zeros."""
    if largest == 0:
        return None
    unit = 1.0 if LEAST_SQUARE < largest * largest < 1 / LEAST_SQUARE else largest  # that squares keep their digits
    x = expected if unit == 1.0 else expected / unit
    rms = math.sqrt(float(np.vdot(x, x)) / x.size)
    return LINE * UNIT[run.dtype] * (scale / unit) / rms


def _relative(off: float, largest: float) -> float | None:
    return off / largest if largest else None


def _most_terms(run: Run, nodes: list[Node], e: Expectation) -> int:
    """The most terms that one entry of the tensor is a sum of, at any of these nodes."""
    values = run.evaluation.values
    found = [terms(n.op, run.spec.attributes(n), run.inputs(n), tuple(values[y] for y in n.outputs)) for n in nodes]
    if e.direction == FORWARD:
        return max(forward for forward, _ in found)
    return max((backward[s.role] for s, (_, backward) in zip(e.shares, found, strict=True)), default=1)


def _makers(run: Run, e: Expectation) -> list[Node]:
    """The node that makes the value, or, share by share, the nodes whose vjp make the cotangent."""
    return [run.spec.producer[e.tensor]] if e.direction == FORWARD else [s.node for s in e.shares]


def _leaves_range(run: Run, node: Node, scaler: Scaler) -> bool:
    return scaler.leaves_range(node.op, run.spec.attributes(node), run.inputs(node), run.cotangents(node), run.dtype)


def _first_outside(run: Run, e: Expectation, node: Node, mask: Array) -> OutOfRange:
    index = largest_index(mask)
    return OutOfRange("TV106", run, e.tensor, node, index, float(e.value[index]))


def _unfinite(run: Run, e: Expectation, got: Array) -> tuple[Array, OutOfRange | None]:
    """The entries that are not finite though their step is, and the first that has left its precision's range."""
    odd = ~(np.isfinite(got) & np.isfinite(e.value) & np.isfinite(e.scale))
    nodes = _makers(run, e)
    fed = [x for n in nodes for x in run.inputs(n)]
    if e.direction == BACKWARD:  # a vjp may use the node's own value, which is inf where its digits did not fit
        fed += [x for n in nodes for x in (*run.cotangents(n), *(run.evaluation.values[name] for name in n.outputs))]
    if not all(np.isfinite(x).all() for x in fed):
        return np.zeros(got.shape, bool), None  # inherits: an earlier step has left the range already
    largest = float(np.finfo(DTYPES[run.dtype]).max)
    # what is added up on the way must be in it too: a scale has the root of the terms, and their sum may need them all
    in_range = np.maximum(np.abs(e.value), e.scale * math.sqrt(_most_terms(run, nodes, e))) <= largest
    left = odd & ~in_range
    return odd & in_range, _first_outside(run, e, _largest_share(e, nodes, left), left) if left.any() else None


def _largest_share(e: Expectation, nodes: list[Node], left: Array) -> Node:
    """Of the nodes that make a tensor, the one that adds most to the first entry that has left the range."""
    sizes = [float(np.nan_to_num(np.abs(s.value[largest_index(left)]), nan=np.inf)) for s in e.shares]
    return nodes[int(np.argmax(sizes))] if sizes else nodes[0]
