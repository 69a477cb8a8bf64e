"""A network as frozen data: named givens, then nodes, each name bound once, then one loss; checked at construction.

Knows nothing of files, of Python functions that write specs, or of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.draft import Draft, title_place
from trivium.spec.inference import infer
from trivium.spec.node import Given, Node, bind_attributes, entries, title_fault
from trivium.spec.op import Attributes
from trivium.spec.signature import Dims, Shape, parse_dims


@dataclass(frozen=True)
class Spec:
    """A concrete network: shapes as written, every letter bound, every node's shape inferred.

    Raises SpecError, with all problems that can be told apart, when it is not one.
    """

    name: str
    inputs: tuple[tuple[str, Dims], ...]
    parameters: tuple[tuple[str, Dims], ...]
    nodes: tuple[Node, ...]
    loss: str
    sizes: tuple[tuple[str, int], ...] = ()
    shapes: Mapping[str, Shape] = field(init=False, compare=False, repr=False)
    givens: Mapping[str, Given] = field(init=False, compare=False, repr=False)
    _repr_html_: ClassVar[Callable[[Spec], str]]
    """What a notebook shows: `trivium.report` hands it down, for a network knows of no page."""

    def __post_init__(self) -> None:
        if fault := title_fault(self.name):
            raise SpecError(Problem(fault, title_place(self.name)))
        object.__setattr__(self, "sizes", tuple(sorted(self.sizes)))
        shapes, givens = infer(Draft(self.inputs, self.parameters, self.nodes, self.loss, self.sizes))
        object.__setattr__(self, "shapes", MappingProxyType(shapes))
        object.__setattr__(self, "givens", MappingProxyType(givens))

    def __str__(self) -> str:
        """The whole network with its shapes, at 80 columns."""
        from trivium.spec.text import show  # which is about specs, and so imports this module

        return show(self)

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # what notebooks and hypothesis print
        printer.text(str(self))

    def resized(self, **sizes: int) -> Spec:
        """The same network at other sizes; SpecError when a size is unknown or a shape no longer fits."""
        known = dict(self.sizes)
        for word in sizes:
            if word not in known:
                has = ", ".join(known) or "none"
                raise SpecError(f"{self.name} has no size {word!r} (it has: {has}){did_you_mean(word, known)}")
        return replace(self, sizes=tuple((known | sizes).items()))

    @cached_property
    def binding(self) -> Mapping[str, int]:
        """The value of every size letter."""
        return MappingProxyType(dict(self.sizes))

    @cached_property
    def producer(self) -> Mapping[str, Node]:
        """The node that binds each computed name."""
        return MappingProxyType({name: node for node in self.nodes for name in node.outputs})

    @cached_property
    def consumers(self) -> Mapping[str, tuple[Node, ...]]:
        """The nodes that read each name, in order."""
        found: dict[str, list[Node]] = {name: [] for name in self.shapes}
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                found[name].append(node)
        return MappingProxyType({name: tuple(nodes) for name, nodes in found.items()})

    @cached_property
    def reaching(self) -> frozenset[str]:
        """The names that the loss depends on; whatever else there is has a zero gradient in every road."""
        found = {self.loss}
        for node in reversed(self.nodes):
            if found.intersection(node.outputs):
                found.update(node.inputs)
        return frozenset(found)

    @cached_property
    def differentiable(self) -> tuple[str, ...]:
        """Every name that has a gradient: all but labels and masks, givens first, then nodes in order."""
        givens = [g.name for g in self.givens.values() if g.kind.differentiable]
        return (*givens, *(name for node in self.nodes for name in node.outputs))

    def attributes(self, node: Node) -> Attributes:
        """A node's attributes as a backend gets them: written shapes in numbers."""
        return bind_attributes(node, self.binding)

    def entries(self) -> int:
        """Numbers in all tensors together."""
        return sum(map(entries, self.shapes.values()))


def written(given: Mapping[str, str]) -> tuple[tuple[str, Dims], ...]:
    """Written shapes as a Spec wants them: {"S": "2 N"} becomes (("S", ("2", "N")),)."""
    return tuple((name, parse_dims(text)) for name, text in given.items())
