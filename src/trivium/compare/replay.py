"""One run of one road, every step of it replayed by another road's rule at the run's own numbers.

Knows nothing of who is to blame where a step fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from trivium.backend import DTYPES, Array, Arrays, Bars
from trivium.compare.bound import Scaler, Scales, raised, scales
from trivium.compare.comparison import BACKWARD, DEFINITION, FORWARD, Step
from trivium.compare.judge import Evidence, Expectation, Share, judge
from trivium.compare.run import OutOfRange, Run, leaves_domain, whole_nodes
from trivium.spec.node import Node
from trivium.spec.op import Attributes, Op


@dataclass(frozen=True)
class Checked:
    """All steps of one run: what each measured, where one failed, what left its range, and whose rules were used."""

    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...]
    ranges: tuple[OutOfRange, ...]
    used: frozenset[tuple[str, str]]


class Replayer(Protocol):
    """Who replays a step: a road, or the referee."""

    @property
    def name(self) -> str:
        """What a report calls it."""
        ...

    def replay(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Bars]:
        """The step's outputs, and the cotangents of its inputs."""
        ...


ReplayerOf = Callable[[Run, Node], Replayer]


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
    judged = [judge(run, e, scaler) for e in expected]
    return Checked(
        tuple(j.step for j in judged),
        tuple(j.evidence for j in judged if j.evidence),
        tuple(j.outside for j in judged if j.outside),
        frozenset((replayer_of(run, n).name, n.op.name) for n in whole),
    )


def _replay(
    run: Run, node: Node, replayer: Replayer, scaler: Scaler, shares: dict[str, list[Share]]
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
    replayer = " and ".join(dict.fromkeys(s.replayer for s in shares)) or DEFINITION
    if len(shares) == 1 and name != run.spec.loss:
        only = shares[0]
        return Expectation(BACKWARD, name, only.value, only.low, only.high, only.scale, replayer, tuple(shares))
    seed = np.full(run.spec.shapes[name], 1.0 if name == run.spec.loss else 0.0)

    def total(part: str) -> Array:
        return sum((getattr(s, part) for s in shares), seed)

    with np.errstate(all="ignore"):
        value, scale = total("value"), total("scale")
        kinked = any(s.low is not s.value or s.high is not s.value for s in shares)
        low, high = (total("low"), total("high")) if kinked else (value, value)
    return Expectation(BACKWARD, name, value, low, high, scale, replayer, tuple(shares))
