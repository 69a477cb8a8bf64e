"""Where a run leaves the finite numbers: the first step, forward or back, that makes nan or infinity.

Knows nothing of pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Evaluation
from trivium.errors import counted
from trivium.report.phrase import listed
from trivium.spec.graph import Spec
from trivium.spec.node import Node


@dataclass(frozen=True)
class Overflow:
    """The first step whose result is not finite: its place among all steps, from 1, and which array it makes so."""

    at: int
    steps: int
    back: bool
    node: Node
    made: str
    lost: str

    def __str__(self) -> str:
        """What a person is told, once."""
        way = f"backward, back through {self.node}" if self.back else f"forward, {self.node}"
        return (
            f"Not every number of this run is finite. It begins at step {self.at} of {self.steps}, {way}: "
            f"in {self.made}, {self.lost}. What follows from it stands as it came out, and nothing is measured by it: "
            "no digits, no sums, no forward mode, no finite differences, no slope test."
        )


def overflow(spec: Spec, run: Evaluation) -> Overflow | None:
    """Where it begins; None where every number is finite."""
    steps = [*((node, False) for node in spec.nodes), *((node, True) for node in reversed(spec.nodes))]
    for at, (node, back) in enumerate(steps, 1):
        for title, x in _results(spec, run, node, back=back):
            if not np.isfinite(x).all():
                return Overflow(at, len(steps), back, node, title, _lost(x))
    return None


def _results(spec: Spec, run: Evaluation, node: Node, *, back: bool) -> Iterator[tuple[str, Array]]:
    """What a step makes: its values forward, the gradients that it gives back."""
    if not back:
        yield from ((name, run.values[name]) for name in node.outputs)
        return
    for name in dict.fromkeys(node.inputs):
        if name in run.gradients:
            yield f"∂{spec.loss}/∂{name}", run.gradients[name]


def _lost(x: Array) -> str:
    """How many entries are lost: of 12 entries 3 are nan and 1 is infinite."""
    counts = ((int(np.isnan(x).sum()), "nan"), (int(np.isinf(x).sum()), "infinite"))
    said = [f"{count:,} {'is' if count == 1 else 'are'} {what}" for count, what in counts if count]
    return f"of {counted(x.size, 'entry')} {listed(said)}"
