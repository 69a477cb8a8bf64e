"""A network as written, before anything about it is known to hold, and what its parts are called in messages.

Knows nothing of shapes in numbers, nor of the file or function that the network was written in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from trivium.errors import Problem, SpecError
from trivium.spec.node import Node
from trivium.spec.signature import Dims, Shape

UNITS = (("GB", 10**9), ("TB", 10**12), ("PB", 10**15), ("EB", 10**18))
ARTICLE = {"input": "an input", "parameter": "a parameter"}


@dataclass(frozen=True)
class Draft:
    """A network as written, before anything about it is known to hold.

    unreadable  names that are bound, but by lines that could not be read: what uses them is not judged
    """

    inputs: tuple[tuple[str, Dims], ...]
    parameters: tuple[tuple[str, Dims], ...]
    nodes: tuple[Node, ...] = ()
    loss: str | None = None
    sizes: tuple[tuple[str, int], ...] = ()
    unreadable: frozenset[str] = frozenset()

    def givens(self) -> Iterator[tuple[str, str, Dims]]:
        """Each given: what it is, its name, its shape as written."""
        yield from (("input", *given) for given in self.inputs)
        yield from (("parameter", *given) for given in self.parameters)


def given_place(what: str, name: str, dims: Dims) -> str:
    """Where a problem of a given is, until somebody knows file and line."""
    return f"{what} {name} = {' '.join(dims)!r}"


def size_place(word: str, size: int) -> str:
    """Where a problem of a size is, until somebody knows file and line."""
    return f"size {word} = {count(size) if isinstance(size, int) else repr(size)}"


def title_place(title: str) -> str:
    """Where a problem of the network's own name is, until somebody knows file and line."""
    return f"name = {title!r}"


def loss_place(loss: str) -> str:
    """Where a problem of the loss is, until somebody knows file and line."""
    return f"loss = {loss!r}"


def relabel(error: SpecError, places: Mapping[str, str]) -> tuple[Problem, ...]:
    """The problems of an error, each place replaced by what the writer knows it as."""
    return tuple(replace(p, where=places.get(p.where, p.where)) for p in error.problems)


def count(number: int) -> str:
    """A number of entries: exact while it is short, else three digits (also past the largest float)."""
    if abs(number) < 10**6:
        return str(number)
    digits, _, exponent = f"{Decimal(number):.2e}".partition("e+")
    return f"{digits.rstrip('0').rstrip('.')}e{exponent}"


def volume(size: int) -> str:
    """A number of entries, and the memory that they take."""
    memory = next(
        (f"{8 * size / unit:.3g} {name}" for name, unit in UNITS if 8 * size < 1000 * unit), f"{count(8 * size)} bytes"
    )
    return f"{count(size)} entries, {memory} in float64"


def output_count(name: str, has: int, bound: int) -> str:
    """What to say when an op's results and the names for them differ in number."""
    many = "1 output" if has == 1 else f"{has} outputs"
    names = "1 name is" if bound == 1 else f"{bound} names are"
    return f"{name} has {many}, but {names} bound"


def wide(shape: Shape) -> str:
    """A shape whose sizes may be too long to print."""
    return f"({', '.join(map(count, shape))}{',' if len(shape) == 1 else ''})"
