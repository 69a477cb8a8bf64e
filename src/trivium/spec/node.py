"""The two things a network is made of: what is fed in, and one use of an op.

Knows nothing of the network around them.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword

from trivium.spec.op import Kind, Literal, Op
from trivium.spec.signature import Dims, Shape


@dataclass(frozen=True)
class Node:
    """One use of an op: the names it binds, the names it reads, and its attributes, completed at construction.

    Raises SpecError for an attribute that is unknown, missing, or of the wrong type.
    """

    outputs: tuple[str, ...]
    op: Op
    inputs: tuple[str, ...]
    attrs: tuple[tuple[str, Literal], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "attrs", self.op.complete(dict(self.attrs)))
        object.__setattr__(self, "op", self.op.taking(len(self.inputs)))

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
    return node.op.bind(node.attrs, sizes)


def entries(shape: Shape) -> int:
    """Numbers in a tensor of this shape."""
    return math.prod(shape)


def title_fault(title: str) -> str:
    """Why a network cannot be called that, or nothing: its name is shown on terminals, on one line."""
    strange = next((letter for letter in title if not letter.isprintable()), "")
    return f"a network's name is one line of letters that can be printed, not {strange!r}" if strange else ""


def name_fault(name: str) -> str:
    """Why a name cannot be bound ("'2x' is no name: ..."), or nothing."""
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
        return f"{name!r} is no name: write letters, digits and underscores, with no digit first (h1, hidden_2)"
    if iskeyword(name):
        return f"{name!r} cannot be a name: it is a word of Python's own; write {name}_"
    return ""
