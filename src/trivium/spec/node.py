"""The two things a network is made of: what is fed in, and one use of an op.

Knows nothing of the network around them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from trivium.spec.op import Kind, Literal, Op, bind_attribute
from trivium.spec.signature import Dims, Shape


@dataclass(frozen=True)
class Node:
    """One use of an op: the names it binds, the names it reads, and its attributes as written."""

    outputs: tuple[str, ...]
    op: Op
    inputs: tuple[str, ...]
    attrs: tuple[tuple[str, Literal], ...] = ()

    @property
    def name(self) -> str:
        """What a person calls the node: its first output."""
        return self.outputs[0]

    def __str__(self) -> str:
        words = [*self.inputs, *(f"{k}={v!r}" for k, v in self.attrs)]
        return f"{', '.join(self.outputs)} = {self.op.name}({', '.join(words)})"


@dataclass(frozen=True)
class Given:
    """What is fed in: an input or a parameter, its shape as written and in numbers, and what its entries may be."""

    name: str
    dims: Dims
    parameter: bool
    shape: Shape
    kind: Kind
    fan_in: int


def bind_attributes(node: Node, sizes: Mapping[str, int]) -> dict[str, Literal]:
    """A node's attributes as a backend gets them: written shapes in numbers."""
    declared = {a.name: a for a in node.op.attributes}
    return {name: bind_attribute(declared[name], value, sizes) for name, value in node.attrs}


def entries(shape: Shape) -> int:
    """Numbers in a tensor of this shape."""
    return math.prod(shape)
