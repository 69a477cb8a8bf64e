"""Two mistakes in one step: the second is made in what the first has left.

Knows nothing of how a wrong gradient was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from trivium.backend import Arrays, Bars
from trivium.mistakes.mistake import Mistake, Plant, plants
from trivium.spec.graph import Spec
from trivium.spec.node import Node

COMMONEST = (
    "sign",
    "two-forgotten",
    "half-forgotten",
    "mean-forgotten",
    "mean-twice",
    "bias-averaged",
    "weights-averaged",
    "derivative-missing",
    "derivative-at-output",
    "derivative-at-input",
    "constant-forgotten",
    "broadcast-not-undone",
    "summed-over-all",
    "weight-gradient-transposed",
    "weight-not-transposed",
    "softmax-diagonal",
)
"""Those of which two are looked for together; any two of all would be thousands, and coincide."""
AND = " + "


@dataclass(frozen=True)
class Both:
    """Two mistakes in one step, in the order in which they are made."""

    first: Plant
    second: Plant

    @property
    def name(self) -> str:
        """Both names, the same in either order."""
        return AND.join(sorted((self.first.name, self.second.name), key=COMMONEST.index))

    def bars(self, inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
        """The step's cotangents with both in them; a Tamper."""
        return self.second.bars(inputs, outputs, y_bars, self.first.bars(inputs, outputs, y_bars, x_bars))


def pairs(spec: Spec, node: Node, known: Mapping[str, Mistake]) -> Iterator[Both]:
    """Any two of the commonest mistakes that fit this step, in either order: one may hide what the other did."""
    common: Sequence[Mistake] = [known[name] for name in COMMONEST]
    fitting = [plant for plant in plants(spec, common) if plant.node.name == node.name]
    yield from (Both(a, b) for a, b in permutations(fitting, 2))
