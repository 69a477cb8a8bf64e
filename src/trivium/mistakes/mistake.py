"""What a mistake is: a wrong rule for one backward step, with words for it, that can be planted and recognised.

Knows nothing of any one mistake, nor of how a wrong gradient was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trivium.backend import Array, Arrays, Bars, Tamper
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Attributes
from trivium.spec.signature import Shape

FAMILIES: Mapping[str, str] = {
    "A": "scale and normalization",
    "B": "reduction, broadcast, layout",
    "C": "local derivative",
    "D": "missing coupling terms",
    "E": "accumulation and reuse",
    "F": "stale state, order of update, masks",
    "G": "upstream cotangent",
    "H": "recurrence and loops",
    "I": "singular points and ties",
    "J": "convolution and pooling geometry",
    "L": "precision",
    "O": "gradient missing",
}


@dataclass(frozen=True)
class Place:
    """One cotangent of one step: that of the input in this role, as the network has it.

    `here` are the shapes of inputs and first output where the network runs at other sizes than its own.
    """

    spec: Spec
    node: Node
    role: int
    here: tuple[tuple[Shape, ...], Shape] | None = None

    @property
    def op(self) -> str:
        return self.node.op.name

    @property
    def name(self) -> str:
        """The role's name in the op: x, w, c, prediction, ..."""
        return self.node.op.roles[self.role]

    @property
    def tensor(self) -> str:
        """The input's name in the network."""
        return self.node.inputs[self.role]

    @property
    def attrs(self) -> Attributes:
        return self.spec.attributes(self.node)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Of the inputs."""
        return self.here[0] if self.here else tuple(self.spec.shapes[n] for n in self.node.inputs)

    @property
    def shape(self) -> Shape:
        return self.shapes[self.role]

    @property
    def out(self) -> Shape:
        """Of the first output."""
        return self.here[1] if self.here else self.spec.shapes[self.node.outputs[0]]

    @property
    def readers(self) -> int:
        """How often the tensor is read in the network."""
        return sum(node.inputs.count(self.tensor) for node in self.spec.nodes)


@dataclass(frozen=True)
class Step:
    """A backward step as it happened: all that a mistaken rule could have read, in one precision.

    x_bars are the right cotangents; `x`, `x_bar`, `y`, `y_bar` are those of the place's role and of the first output.
    """

    place: Place
    inputs: Arrays
    outputs: Arrays
    y_bars: Arrays
    x_bars: Bars

    @property
    def x(self) -> Array:
        return self.inputs[self.place.role]

    @property
    def x_bar(self) -> Array:
        found = self.x_bars[self.place.role]
        return np.zeros_like(self.x) if found is None else found

    @property
    def y(self) -> Array:
        return self.outputs[0]

    @property
    def y_bar(self) -> Array:
        return self.y_bars[0]

    @property
    def attrs(self) -> Attributes:
        return self.place.attrs

    def input(self, role: str) -> Array:
        """The input in the role of that name."""
        return self.inputs[self.place.node.op.roles.index(role)]


@dataclass(frozen=True)
class Mistake:
    """One way to be wrong. `wrong` gives what a mistaken rule would give in place of a step's x̄.

    name      words with hyphens: "bias-averaged"
    title     what was done, in a few words: "averaged over the batch where it should be summed"
    fits      whether the mistake can be made at this place; shapes in which it changes nothing need not be excluded
    why       what is wrong and what is right, at the user's own names: {tensor} {role} {node} {op} {loss}
    hints     from vague to exact, each a sentence; the last gives it away
    together  one slip wrongs every place of the step that it fits, not one place alone
    """

    name: str
    family: str
    title: str
    fits: Callable[[Place], bool]
    wrong: Callable[[Step], Any]
    why: str
    hints: tuple[str, ...]
    together: bool = False

    def explained(self, place: Place) -> str:
        """`why`, at the names of this place."""
        return self.why.format(**names(place))

    def hinted(self, place: Place) -> tuple[str, ...]:
        """The hints, at the names of this place."""
        return tuple(hint.format(**names(place)) for hint in self.hints)


def names(place: Place) -> dict[str, str]:
    """What the words of a mistake may name."""
    return {
        "tensor": place.tensor,
        "role": place.name,
        "node": place.node.name,
        "op": place.op,
        "loss": place.spec.loss,
    }


@dataclass(frozen=True)
class Plant:
    """A mistake at the places of one step that it wrongs."""

    mistake: Mistake
    places: tuple[Place, ...]

    @property
    def name(self) -> str:
        """The mistake's."""
        return self.mistake.name

    @property
    def node(self) -> Node:
        return self.places[0].node

    def bars(self, inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
        """The step's cotangents with the mistake in them; a Tamper."""
        found, here = list(x_bars), (tuple(x.shape for x in inputs), outputs[0].shape)
        for place in (replace(p, here=here) for p in self.places):
            if not self.mistake.fits(place):
                continue  # at these sizes nobody could make it
            x = inputs[place.role]
            with np.errstate(all="ignore"):
                wrong = self.mistake.wrong(Step(place, inputs, outputs, y_bars, x_bars))
                found[place.role] = np.asarray(np.broadcast_to(wrong, x.shape), x.dtype)
        return tuple(found)

    @property
    def tamper(self) -> dict[str, Tamper]:
        """What plants it: `trivium.check(spec, tamper={"torch": plant.tamper})`."""
        return {self.node.name: self.bars}


def places(spec: Spec) -> list[Place]:
    """Every cotangent that a rule of the network makes, and that the loss depends on."""
    return [
        Place(spec, node, role)
        for node in spec.nodes
        if spec.reaching.intersection(node.outputs)
        for role, name in enumerate(node.inputs)
        if name in spec.differentiable
    ]


def plants(spec: Spec, mistakes: Sequence[Mistake]) -> Iterator[Plant]:
    """Every mistake at every place where it fits."""
    found = places(spec)
    for mistake in mistakes:
        fitting = [place for place in found if mistake.fits(place)]
        if not mistake.together:
            yield from (Plant(mistake, (place,)) for place in fitting)
            continue
        by_node: dict[str, list[Place]] = {}
        for place in fitting:
            by_node.setdefault(place.node.name, []).append(place)
        yield from (Plant(mistake, tuple(group)) for group in by_node.values())


def of(*ops: str, role: str | Sequence[str] = ()) -> Callable[[Place], bool]:
    """A `fits`: these ops, in this role or any of these; in every role where none is named."""
    roles = (role,) if isinstance(role, str) else tuple(role)
    return lambda place: place.op in ops and (not roles or place.name in roles)


__all__ = ["FAMILIES", "Mistake", "Place", "Plant", "Step", "names", "of", "places", "plants"]
