"""What was found about a person's gradient, as frozen data: tensor by tensor, and the mistakes that explain it.

Knows nothing of how it was found, or of how it is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from trivium.compare.comparison import AGREE, DISAGREE, UNDECIDED, Pattern, Witness
from trivium.compare.picture import Picture
from trivium.errors import GradientMismatch
from trivium.spec.graph import Spec

RIGHT, WRONG, UNKNOWN = "right", "wrong", "undecided"
VALUE, GRADIENT = "value", "gradient"


@dataclass(frozen=True)
class Part:
    """One tensor that the person's code gave, held against what it should be.

    said_as   the person's own name for it
    kind      value (of an intermediate) or gradient (with respect to `name`)
    asked     how many of its entries were looked at; 0 where only directions were
    how       what it was held against: "the exact derivative", "central differences", ...
    largest   its largest entry, as it should be
    residual  the largest difference in units of rounding; the line is 256
    floor     the largest error that could hide in an entry that was asked, as a share of `largest`
    dust      whether it is nothing but rounding, as its own noise shows
    picture   which of its entries are wrong; for a page, and no part of what is exchanged
    """

    name: str
    said_as: str
    kind: str
    shape: tuple[int, ...]
    state: str
    asked: int
    entries: int
    directions: int
    how: str
    largest: float
    residual: float
    floor: float
    pattern: Pattern | None = None
    witnesses: tuple[Witness, ...] = ()
    why: str = ""
    dust: bool = False
    picture: Picture | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Named:
    """A known mistake that gives just the numbers that were brought, at a step of the network.

    also  further steps of the same operation, where it has to be in all of them, as in a rule that they share
    """

    mistake: str
    node: str
    tensor: str
    text: str
    hints: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every step that has it."""
        return (self.node, *self.also)


@dataclass(frozen=True)
class Site:
    """The network that was looked through, and its nodes in which the first mistake is, or may be."""

    spec: Spec
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The verdict on a gradient of one's own.

    suspects    nodes of the network in which the first mistake is, where there is a network
    mistakes    what explains every number, right and wrong, at every point; several where they cannot be told apart
    assumption  what would make it right, where only a network stands beside it: a question, not a verdict
    points      where it was looked at
    notes       what else there is to say
    sides       the implementations that were compared, where there are several
    other       how the function that was brought differs from the network, where it is another one
    site        the network that suspects and mistakes are of; for a page, and no part of what is exchanged
    beside      each gradient beside the network's, where the parts are held against that other function
    """

    what: str
    parts: tuple[Part, ...]
    suspects: tuple[str, ...] = ()
    mistakes: tuple[Named, ...] = ()
    assumption: str = ""
    points: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    network: str = ""
    sides: tuple[str, ...] = ()
    other: str = ""
    beside: tuple[Part, ...] = ()
    site: Site | None = field(default=None, compare=False, repr=False)

    @property
    def verdict(self) -> str:
        """agree, disagree or undecided."""
        states = {p.state for p in self.parts}
        if WRONG in states:
            return UNDECIDED if self.assumption else DISAGREE
        return UNDECIDED if UNKNOWN in states or not self.of(GRADIENT) else AGREE

    def of(self, kind: str, *states: str) -> tuple[Part, ...]:
        """The parts of a kind, and in any of these states."""
        return tuple(p for p in self.parts if p.kind == kind and (not states or p.state in states))

    def raise_for_verdict(self, text: str) -> None:
        """GradientMismatch, with this text, where the verdict is not agree."""
        __tracebackhide__ = True  # a test shows its own line, and the report
        if self.verdict != AGREE:
            raise GradientMismatch(text)
