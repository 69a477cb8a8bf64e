"""The harness's own score: every known mistake planted wherever it fits, and what the comparison made of it.

Knows nothing of how a score is shown. A mistake is planted in the handwritten road, and its arrays are put to the
comparison under a road's name: every road in turn, so that none is easier to convict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Backend
from trivium.compare import localize
from trivium.compare.bound import ORDINARY, UNIT, Scaler, scales, smallest
from trivium.compare.comparison import Finding
from trivium.compare.diagnosis import named
from trivium.compare.inquest import Inquest
from trivium.compare.run import Run, leaves_domain
from trivium.mistakes import Mistake, Plant, plants
from trivium.probe import probes
from trivium.referee import Referee
from trivium.spec.graph import Spec

Given = Mapping[str, Array]


@dataclass(frozen=True)
class Outcome:
    """One mistake at one place of one network, put to the comparison under a road's name.

    equivalent  it changes no number here, beyond rounding, at any point: there is nothing to catch
    caught      the verdict is not "agree"
    blamed      the road is named, and no other
    located     the step is named, and no other but those that cannot be told from it
    named       the mistake is among those that explain it; `alone` is the only one
    misnamed    other mistakes are named, and it is not
    """

    mistake: str
    family: str
    network: str
    node: str
    road: str
    equivalent: bool
    caught: bool
    blamed: bool
    located: bool
    named: bool
    alone: bool
    misnamed: bool

    def __str__(self) -> str:
        return f"{self.mistake} at {self.node} of {self.network}, as {self.road}"


@dataclass(frozen=True)
class Subject:
    """A network at its points, and the clean run of the handwritten road at each."""

    spec: Spec
    points: tuple[tuple[str, Spec, Given], ...]

    @property
    def network(self) -> str:
        return self.spec.name


@dataclass(frozen=True)
class Judge:
    """Who runs, measures and replays."""

    road: Backend
    roads: Mapping[str, Backend]
    scaler: Scaler
    referee: Referee | None

    def run(self, subject: Subject, name: str, plant: Plant | None = None) -> list[Run]:
        """The handwritten road's runs in float64 under a road's name, with a mistake or without."""
        found = []
        for point, spec, given in subject.points:
            program = self.road.compile(spec, tamper=plant.tamper if plant else None)
            found.append(Run(point, name, "float64", spec, program(given), {}))
        return found

    def findings(self, subject: Subject, runs: Sequence[Run]) -> tuple[list[Finding], Inquest]:
        """What the comparison says of these runs."""
        broken: dict[int, frozenset[str]] = {id(run): frozenset() for run in runs}
        inquest = Inquest(runs, self.roads, self.scaler, broken, self.referee)
        inquest.hold()
        return named(localize.findings(subject.spec, inquest.cases()), inquest.cases(), inquest.right), inquest


def subject(spec: Spec, *, seed: int = 0) -> Subject:
    """The network at the points of a check: as drawn, at prime sizes, square."""
    return Subject(spec, tuple((p.name, p.spec, p.given) for p in probes(spec, seed=seed).points))


def outcomes(
    subject: Subject, judge: Judge, mistakes: Sequence[Mistake], *, most: int | None = None
) -> Iterator[Outcome]:
    """Every mistake wherever it fits (at so many steps at most), each under one road's name, in turn."""
    names, clean = tuple(judge.roads), judge.run(subject, judge.road.name)
    for i, plant in enumerate(_chosen(plants(subject.spec, mistakes), most)):
        yield outcome(subject, judge, plant, names[i % len(names)], clean)


def _chosen(found: Iterable[Plant], most: int | None) -> Iterator[Plant]:
    """At most so many steps for each mistake: the first ones from the loss back, and the others left out."""
    seen: dict[str, int] = {}
    for plant in found:
        seen[plant.mistake.name] = seen.get(plant.mistake.name, 0) + 1
        if most is None or seen[plant.mistake.name] <= most:
            yield plant


def outcome(subject: Subject, judge: Judge, plant: Plant, road: str, clean: Sequence[Run]) -> Outcome:
    """One mistake, planted and judged."""
    found, _ = judge.findings(subject, judge.run(subject, road, plant))
    mine = [f for f in found if f.node == plant.node.name and f.backend == road]
    caught = bool(found)
    right = {name for f in mine for name in f.mistakes}
    return Outcome(
        mistake=plant.mistake.name,
        family=plant.mistake.family,
        network=subject.network,
        node=plant.node.name,
        road=road,
        equivalent=not caught and not _changes(judge, plant, clean),
        caught=caught,
        blamed=caught and all(f.backend == road for f in found),
        located=caught and all(plant.node.name in (f.node, *f.instead) for f in found),
        named=plant.mistake.name in right,
        alone=right == {plant.mistake.name},
        misnamed=bool(right) and plant.mistake.name not in right,
    )


def _changes(judge: Judge, plant: Plant, clean: Sequence[Run]) -> bool:
    """Whether the mistake gives other numbers than the rule, at any point, beyond what right code shows.

    Not by the verdict's line: a mistake that hides below that is missed, and not equivalent.
    """
    node = plant.node
    for run in clean:
        if any(o.node.name == node.name for o in leaves_domain(run, frozenset())):
            continue
        attrs, inputs, cotangents = run.spec.attributes(node), run.inputs(node), run.cotangents(node)
        replayed = judge.road.replay(node.op, attrs, inputs, cotangents)
        size = scales(judge.scaler, node.op, attrs, inputs, cotangents, replayed)
        wrong = plant.bars(inputs, replayed[0], cotangents, replayed[1])
        for a, b, scale in zip(replayed[1], wrong, size.bars, strict=True):
            if a is not None and b is not None and scale is not None:
                bound = ORDINARY * UNIT["float64"] * np.maximum(scale, smallest("float64"))
                if not (np.abs(a - b) <= bound).all():
                    return True
    return False


def alarms(subject: Subject, judge: Judge) -> tuple[int, int]:
    """What is said of clean runs (nothing, if all is well), and how many numbers were looked at."""
    entries = said = 0
    for name in judge.roads:
        found, inquest = judge.findings(subject, judge.run(subject, name))
        said += len(found)
        entries += sum(s.entries for checked, _ in inquest.done.values() for s in checked.steps)
    return said, entries
