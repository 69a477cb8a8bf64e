"""What would make a gradient right, where no function says what is differentiated: a question, and no accusation.

Knows nothing of how a gradient is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from trivium.compare.bound import equals
from trivium.own.against import quantities
from trivium.own.found import GRADIENT, WRONG, Part
from trivium.spec.graph import Spec


def assumption_in(at: Sequence[tuple[Spec, Sequence[Part]]]) -> str:
    """What would make a gradient right that no function decides: the same stray factor in all that is wrong."""
    left: set[tuple[str, str]] | None = None
    for spec, parts in at:
        wrong = [p for p in parts if p.kind == GRADIENT and p.state == WRONG]
        sizes = quantities(spec).items()
        ways = [{*_ways(p.pattern.ratio if p.pattern else None, sizes)} for p in wrong]
        left = set.intersection(*ways, *([left] if left is not None else [])) if ways else left
    if not left:
        return ""
    letter, said = min(left)
    return f"it would be right if the loss were {said} {letter}; is it? with the function beside it, that is decided"


def _ways(ratio: float | None, sizes: Iterable[tuple[str, float]]) -> Iterator[tuple[str, str]]:
    """The sizes that a stray factor is, or one over it."""
    if ratio is None:
        return
    for letter, size in sizes:
        if equals(ratio, size):
            yield letter, "summed over"
        if equals(ratio, 1 / size):
            yield letter, "averaged over"
