"""What one gradient costs a style, and what its own record holds: what is kept for the way back, what is run.

Knows the spec and no style: each backend counts its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from trivium.backend import Array, Want, parameter_gradients
from trivium.spec.graph import Spec


@dataclass(frozen=True)
class Kept:
    """One piece of memory that is kept for the way back, however many names and views it has.

    what   in the style's own words: who saved it, and as what
    name   the given or node output whose numbers it holds, or nothing where no name of the spec's has them
    shape  of the whole of it; flat where the style knows only views of parts
    given  it is an input or a parameter, which exist anyhow
    """

    what: str
    name: str
    shape: tuple[int, ...]
    bytes: int
    given: bool


@dataclass(frozen=True)
class Tally:
    """One gradient in float64: of all parameters, or of all givens where a network has no parameters.

    forward, back  how many operations ran on the way there and on the way back, in the style's own unit
    flops          the compiler's own count for the loss alone and for the loss with its gradient, where there is one
    """

    kept: tuple[Kept, ...]
    forward: int
    back: int
    unit: str
    flops: tuple[float, float] | None = None

    @property
    def bytes(self) -> int:
        """What is kept besides the givens."""
        return sum(kept.bytes for kept in self.kept if not kept.given)


@runtime_checkable
class Tallying(Protocol):
    """A backend that can say what its style costs; another's need not."""

    def tally(self, spec: Spec, given: Mapping[str, Array]) -> Tally:
        """What the gradient at `given` keeps and runs."""
        ...


@runtime_checkable
class Following(Protocol):
    """A backend that can tell, node by node, what its own record of a whole gradient holds; another's need not."""

    def follow(self, spec: Spec, given: Mapping[str, Array]) -> Mapping[str, tuple[str, str]]:
        """By node: what it put into the record on the way there, and on the way back."""
        ...


def differentiated(spec: Spec) -> Want:
    """The loss, and the gradients of the parameters; of every given that has one where there are no parameters."""
    if spec.parameters:
        return parameter_gradients(spec)
    return Want(frozenset([spec.loss]), frozenset(spec.givens).intersection(spec.differentiable))
