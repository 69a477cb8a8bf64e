"""Who may replay whom: every run is replayed by roads whose rules stand, and what is found once is never lost.

Knows nothing of how a finding is worded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trivium.backend import Arrays, Backend, Bars
from trivium.compare.blame import blame
from trivium.compare.bound import Scaler
from trivium.compare.comparison import FORWARD, Finding
from trivium.compare.guard import ReplayFault
from trivium.compare.judge import Evidence
from trivium.compare.localize import Case
from trivium.compare.replay import Checked, Replayer, check_run
from trivium.compare.run import Run, whole_nodes
from trivium.referee import EXACT, Referee
from trivium.spec.node import Node
from trivium.spec.op import Attributes, Op


@dataclass(frozen=True)
class Settled:
    """A step whose exact numbers are known; a replayer, as a road is."""

    name: str
    answer: tuple[Arrays, Bars]

    def replay(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Bars]:
        """The answer that was given."""
        return self.answer


@dataclass
class Inquest:
    """Every run replayed, by the referee where it decides, else by roads whose rule for the op stands.

    A conviction or a fault replays what it touched.

    struck   (backend, op) pairs that replay no more: convicted, or unable to
    accused  the case that convicted each replayer
    kept     cases in which a road is guilty in its own run: what is found once is never lost to a later replay
    """

    runs: Sequence[Run]
    backends: Mapping[str, Backend]
    scaler: Scaler
    broken: dict[int, frozenset[str]]
    referee: Referee | None = None
    settled: dict[tuple[int, str], Settled | None] = field(default_factory=dict)
    struck: set[tuple[str, str]] = field(default_factory=set)
    accused: dict[tuple[str, str], Case] = field(default_factory=dict)
    kept: dict[tuple[int, str, str], Case] = field(default_factory=dict)
    faults: dict[tuple[str, str], Finding] = field(default_factory=dict)
    done: dict[int, tuple[Checked, list[Case]]] = field(default_factory=dict)

    def hold(self) -> None:
        """Replay until no step rests on a rule that has been struck off, but for want of any other."""
        while waiting := [run for run in self.runs if id(run) not in self.done]:
            for run in waiting:
                self._replay(run)
            fresh = self.accused.keys() - self.struck
            self.struck |= fresh
            self.done = {key: (c, cases) for key, (c, cases) in self.done.items() if not fresh & c.used}

    def choice(self, run: Run, node: Node) -> Replayer:
        """Who replays a step: the referee; else the first other road whose rule for that op stands, or the road."""
        exactly = self._exactly(run, node)
        if exactly is not None:
            return exactly
        able = [b for name, b in self.backends.items() if node.op.name not in b.lacks and name != run.backend]
        trusted = (b for b in able if (b.name, node.op.name) not in self.struck)
        return next(trusted, self.backends[run.backend])

    def _exactly(self, run: Run, node: Node) -> Settled | None:
        """The referee's answer on a step, asked for once; None where it has none, or not a whole one."""
        if self.referee is None or not self.referee.has(node.op):
            return None
        key = id(run), node.name
        if key not in self.settled:
            attrs, inputs, cotangents = run.spec.attributes(node), run.inputs(node), run.cotangents(node)
            outputs, bars = self.referee.replay(node.op, attrs, inputs, cotangents)
            unknown = any(np.isnan(x).any() for x in (*outputs, *bars) if x is not None)
            self.settled[key] = None if unknown else Settled(EXACT, (outputs, bars))
        return self.settled[key]

    def right(self, run: Run, node: Node) -> tuple[Arrays, Bars]:
        """A step as its replayer has it, in float64."""
        attrs, inputs, cotangents = run.spec.attributes(node), run.inputs(node), run.cotangents(node)
        return self.choice(run, node).replay(node.op, attrs, inputs, cotangents)

    def alone(self, run: Run) -> set[str]:
        """The nodes of a run that nobody but the road itself could replay."""
        return {n.name for n in whole_nodes(run, self.broken[id(run)]) if self.choice(run, n).name == run.backend}

    def sound(self, run: Run) -> dict[str, Backend]:
        """The roads that have replayed all that they were asked, and the run's own."""
        unable = {name for name, _ in self.faults} - {run.backend}
        return {name: backend for name, backend in self.backends.items() if name not in unable}

    def cases(self) -> list[Case]:
        """Every case, and for a road whose rules were struck off the cases that did it, where no other accuses it."""
        found = {self._key(c): c for _, cases in self.done.values() for c in cases}
        cases = list((self.kept | found).values())
        told = {guilty for case in cases for guilty in case.blame.guilty}
        return cases + [case for (guilty, _), case in self.accused.items() if guilty not in told]

    def _replay(self, run: Run) -> None:
        try:
            checked = check_run(run, self.choice, self.scaler, broken=self.broken[id(run)])
            cases = _cases(checked, self._able)
        except ReplayFault as fault:
            self._strike(run, fault)
            return
        self.done[id(run)] = checked, cases
        for case in cases:
            if run.backend in case.blame.guilty:
                _ = self.kept.setdefault(self._key(case), case)
            for pair in _convictions(case):
                _ = self.accused.setdefault(pair, case)

    def _able(self, evidence: Evidence) -> dict[str, Backend]:
        """The roads that can replay the ops in question."""
        ops = {node.op.name for node in evidence.nodes}
        return {name: b for name, b in self.backends.items() if not any((name, op) in self.faults for op in ops)}

    def _strike(self, run: Run, fault: ReplayFault) -> None:
        """A road that cannot replay an op replays it no more; where nobody else can, the step is left out."""
        pair = fault.backend, fault.op
        if pair in self.faults:
            lost = [name for n in run.spec.nodes if n.op.name == fault.op for name in n.outputs]
            self.broken[id(run)] |= frozenset(lost)
        node = next(n.name for n in run.spec.nodes if n.op.name == fault.op)
        self.faults[pair] = Finding(
            code="TV103",
            verdict="disagree",
            message=str(fault),
            backend=fault.backend,
            node=node,
            how="its replay of one op alone was held to what a replay has to give",
            proven=True,
            seen=((run.point, run.dtype),),
        )
        self.struck.add(pair)

    @staticmethod
    def _key(case: Case) -> tuple[int, str, str]:
        return id(case.evidence.run), case.evidence.expectation.direction, case.evidence.expectation.tensor


def _cases(checked: Checked, able: Callable[[Evidence], Mapping[str, Backend]]) -> list[Case]:
    """Who is to blame for each failing step; a cotangent is no case of its own where its step's values differ."""
    failing = [e for e in checked.evidence if e.wrong.any()]
    cases = [Case(e, blame(e, failing, able(e))) for e in failing]
    differing = {c.blame.node.name for c in cases if c.evidence.expectation.direction == FORWARD}
    return [c for c in cases if c.evidence.expectation.direction == FORWARD or c.blame.node.name not in differing]


def _convictions(case: Case) -> Iterator[tuple[str, str]]:
    """The replayers whose rule a step has shown to be wrong."""
    for guilty in case.blame.guilty:
        if guilty != case.evidence.run.backend:
            yield guilty, case.blame.node.op.name
