"""What brings a framework's own module or function to a check: its values and its gradient, on NumPy arrays.

Knows nothing of any framework, and nothing of verdicts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from trivium.backend import Array

LAYOUTS = ("contiguous", "transposed", "expanded")
"""How a cotangent may lie in memory: as it comes, with its axes stored in reverse, or one number for all entries."""


@dataclass(frozen=True)
class Brought:
    """A framework's module or function with its gradient, as functions of NumPy arrays by name.

    forward  arrays by name in, the output as one array
    vjp      arrays by name, a cotangent, and one of LAYOUTS in which it is handed over; None for what got no gradient
    given    the numbers: inputs, then parameters by their own names
    notes    what was done to check it
    """

    forward: Callable[[Mapping[str, Array]], Array]
    vjp: Callable[[Mapping[str, Array], Array, str], Mapping[str, Array | None]]
    given: Mapping[str, Array]
    notes: tuple[str, ...] = ()


class Bringer(Protocol):
    """A framework's side of `check_module`: it knows its own modules and functions."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def knows(self, thing: object) -> bool:
        """Whether this is one of the framework's modules, or made of its tensors."""
        ...

    def module(self, module: Any, loss: Callable[..., Any] | None, at: Sequence[Any]) -> Brought:
        """A module, with a loss of its output, or without."""
        ...

    def function(self, function: Callable[..., Any], at: Sequence[Any]) -> Brought:
        """A function of tensors, differentiated by the framework."""
        ...


def bringers() -> Iterator[Bringer]:
    """What can bring a framework's own code, of those frameworks that this process has imported."""
    from importlib.metadata import entry_points

    for point in entry_points(group="trivium.bringers"):
        if point.name in sys.modules:
            yield point.load()
