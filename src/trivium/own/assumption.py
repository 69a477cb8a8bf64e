"""What would make a gradient right, where no function says what is differentiated: a question, and no accusation.

Knows nothing of how a gradient is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from trivium.backend import Array
from trivium.compare.bound import equals
from trivium.own.against import Beside, held, quantities
from trivium.own.calling import Told
from trivium.own.found import GRADIENT, RIGHT, WRONG, Named, Part
from trivium.own.judge import Noise

Point = tuple[Beside, Told, Noise, Sequence[Part]]
MEANT = {
    "truncated": "if the way back through time were cut, as in truncated backpropagation",
    "two-forgotten": "if the loss were half of that, as a square often is",
    "carry-dropped": "if nothing went back from a step to the one before, as in truncation after one step",
}
"""Mistakes that are none where somebody decided so, and what was decided."""
ASKED = "; is it? with the function beside it, that is decided"


def assumption_in(points: Sequence[Point], mistakes: Sequence[Named]) -> str:
    """What would make all that is wrong right, at every point; nothing where there is no such thing."""
    wrong = [[p for p in parts if p.kind == GRADIENT and p.state == WRONG] for *_, parts in points]
    ways = (_scaled(points, wrong), _turned(points, wrong), _elsewhere(points, wrong), _decided(mistakes))
    found = next((way for way in ways if way), "")
    return f"it would be right {found}{ASKED}" if found else ""


def _scaled(points: Sequence[Point], wrong: Sequence[Sequence[Part]]) -> str:
    """The same stray factor in all that is wrong."""
    left: set[tuple[str, str]] | None = None
    for (beside, *_), parts in zip(points, wrong, strict=True):
        sizes = quantities(beside.spec).items()
        ways = [{*_factors(p.pattern.ratio if p.pattern else None, sizes)} for p in parts]
        left = set.intersection(*ways, *([left] if left is not None else [])) if ways else left
    if not left:
        return ""
    letter, said = min(left)
    return f"if the loss were {said} {letter}"


def _factors(ratio: float | None, sizes: Iterable[tuple[str, float]]) -> Iterator[tuple[str, str]]:
    """The sizes that a stray factor is, or one over it."""
    if ratio is None:
        return
    for letter, size in sizes:
        if equals(ratio, size):
            yield letter, "summed over"
        if equals(ratio, 1 / size):
            yield letter, "averaged over"


def _turned(points: Sequence[Point], wrong: Sequence[Sequence[Part]]) -> str:
    """All that is wrong is the transpose of what it should be."""
    for (beside, told, noise, _), parts in zip(points, wrong, strict=True):
        for p in parts:
            turned = told.gradients[p.said_as].T
            back = Noise(noise.dtype, {n: x.T for n, x in noise.response.items()})
            if turned.ndim != 2 or _state(beside, p.name, turned, p, back) != RIGHT:
                return ""
    return "if a gradient were handed over as the transpose of what it belongs to"


def _elsewhere(points: Sequence[Point], wrong: Sequence[Sequence[Part]]) -> str:
    """All that is wrong is the gradient of another tensor: of the scores, say, and not of the probabilities."""
    left: dict[str, set[str]] = {}
    for (beside, told, noise, _), parts in zip(points, wrong, strict=True):
        for p in parts:
            g = told.gradients[p.said_as]
            there = {n for n in beside.evaluation.gradients if n != p.name and _state(beside, n, g, p, noise) == RIGHT}
            left[p.said_as] = left.get(p.said_as, there) & there
    if not left or not all(left.values()):
        return ""
    said = ", ".join(f"what is called {said} were that of {min(names)}" for said, names in left.items())
    return f"if {said}, as where two steps are one (a softmax and its cross entropy)"


def _decided(mistakes: Sequence[Named]) -> str:
    """What was made on purpose, perhaps."""
    return next((MEANT[m.mistake] for m in mistakes if m.mistake in MEANT), "")


def _state(beside: Beside, name: str, x: Array, part: Part, noise: Noise) -> str:
    factors: Mapping[str, float] = {}
    return held(beside, name, part.said_as, GRADIENT, x, noise, factors).state
