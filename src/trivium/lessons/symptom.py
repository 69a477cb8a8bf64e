"""What a mistake at an op looks like: each that fits is made in the op's own cases, and the wrong numbers described.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Arrays, Backend
from trivium.compare.bound import LINE, UNIT
from trivium.compare.diagnose import pattern, quantities
from trivium.mistakes import MISTAKES, Plant, plants
from trivium.probe import draw
from trivium.report.phrase import what
from trivium.spec.graph import Spec
from trivium.spec.op import Op
from trivium.testing.trial import weighted

DTYPE = "float64"


@dataclass(frozen=True)
class Symptom:
    """A mistake that can be made at an op, and what the first case in which it shows looks like.

    seen   which gradient is wrong, and how: "the gradient with respect to x: it is 3 times as large as it should be"
    """

    mistake: str
    title: str
    seen: str


def symptoms(op: Op, road: Backend) -> Iterator[Symptom]:
    """Every mistake that shows in one of the op's cases, in the catalogue's order."""
    found: dict[str, Symptom] = {}
    for case in op.cases:
        spec = weighted(op.taking(len(case.shapes)), case)
        given = draw(spec)
        run = road.compile(spec)(given)
        node = spec.nodes[0]
        inputs = tuple(run.values[n] for n in node.inputs)
        bars = tuple(run.gradients[n] for n in node.outputs)
        outputs, shares = road.replay(op, spec.attributes(node), inputs, bars)
        for plant in plants(spec, [m for m in MISTAKES.values() if m.name not in found]):
            if plant.node is node and plant.name not in found:
                wrong = plant.bars(inputs, outputs, bars, shares)
                seen = next(_seen(spec, plant, bars, shares, wrong), None)
                if seen is not None:
                    mistake = plant.mistake
                    found[plant.name] = Symptom(mistake.name, mistake.title, seen)
    yield from (found[name] for name in MISTAKES if name in found)


def _seen(
    spec: Spec, plant: Plant, bars: Arrays, right: tuple[Array | None, ...], wrong: tuple[Array | None, ...]
) -> Iterator[str]:
    for role, (expected, got) in enumerate(zip(right, wrong, strict=True)):
        if expected is None or got is None:
            continue
        scale = float(np.sqrt(np.mean(np.square(expected)))) if expected.size else 0.0
        bound = LINE * UNIT[DTYPE] * (np.abs(expected) + scale)
        if np.isfinite(got).all() and (np.abs(got - expected) <= bound).all():
            continue
        found = pattern(
            got,
            expected,
            bound,
            dtype=DTYPE,
            upstream=bars[0] if len(bars) == 1 else None,
            quantities=lambda: quantities(spec, plant.node),
            rho=None,
        )
        yield f"{what('backward', plant.node.inputs[role])}: {found.text}"
