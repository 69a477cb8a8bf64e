"""What brings a framework's own module or function to a check: its values and its gradient, on NumPy arrays.

Knows nothing of any framework, and nothing of verdicts.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from trivium.backend import Array
from trivium.declared import declared

LAYOUTS = ("contiguous", "transposed", "expanded")
"""How a cotangent may lie in memory: as it comes, with its axes stored in reverse, or one number for all entries."""


@dataclass(frozen=True)
class Brought:
    """A framework's module or function with its gradient, as functions of NumPy arrays by name.

    forward  arrays by name in, the output as one array; several outputs as one vector
    vjp      arrays by name, a cotangent, and one of LAYOUTS in which it is handed over; None for what got no gradient
    jvp      arrays by name, and tangents of those that have one: the output's tangent
    given    the numbers: inputs, then parameters by their own names
    inputs   the names of the inputs
    notes    what was done to check it
    moving   the names of what a gradient is asked of: of all real numbers where None
    doubt    why its values are no judge of its gradient, where they are none
    still    what keeps the numbers that it has, for a part of them has no gradient by definition
    """

    forward: Callable[[Mapping[str, Array]], Array]
    vjp: Callable[[Mapping[str, Array], Array, str], Mapping[str, Array | None]]
    jvp: Callable[[Mapping[str, Array], Mapping[str, Array]], Array]
    given: Mapping[str, Array]
    inputs: tuple[str, ...]
    notes: tuple[str, ...] = ()
    moving: tuple[str, ...] | None = None
    doubt: str = ""
    still: tuple[str, ...] = ()


class Bringer(Protocol):
    """A framework's side of `check_module`: it knows its own modules and functions."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def knows(self, thing: object) -> bool:
        """Whether this is one of the framework's modules, or made of its tensors."""
        ...

    def means(self, kind: type) -> bool:
        """Whether a class is one of the framework's modules."""
        ...

    def answers(self, function: Callable[..., Any], at: Sequence[Any]) -> bool:
        """Whether a function takes the framework's own tensors, and gives them back."""
        ...

    def module(self, module: Any, loss: Callable[..., Any] | None, at: Sequence[Any]) -> Brought:
        """A module, with a loss of its output, or without."""
        ...

    def function(self, function: Callable[..., Any], at: Sequence[Any]) -> Brought:
        """A function of tensors, differentiated by the framework."""
        ...

    def derivative(self, function: Callable[..., Any], at: Sequence[Any]) -> Callable[..., Any]:
        """The gradient of a function, under a fixed cotangent, as a function of the same tensors."""
        ...


def bringers() -> Iterator[Bringer]:
    """What can bring a framework's own code, of those frameworks that this process has imported."""
    for point in declared("trivium.bringers"):
        if point.name in sys.modules:
            yield point.load()


def parameters(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """What a function must be handed, by name; None where it takes any number, or does not say."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in found):
        return None
    return tuple(p.name for p in found if p.default is p.empty and p.kind is not p.VAR_KEYWORD)


def accepted(function: Callable[..., Any], names: Sequence[str]) -> list[str]:
    """Those of the names that a function may be handed by name, what has a default too."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    takes = {p.name for p in found if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return [n for n in names if n in takes or any(p.kind is p.VAR_KEYWORD for p in found)]


def numbered(function: Callable[..., Any], at: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Positional arguments under the names that the function gives them."""
    wanted, places = parameters(function), _positional(function)
    fits = wanted is not None and len(wanted) <= len(at) <= len(places)
    return zip(places[: len(at)] if fits else [f"argument {i}" for i in range(len(at))], at, strict=True)


def _positional(function: Callable[..., Any]) -> tuple[str, ...]:
    """What may be handed to it by its place, what has a default too."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
