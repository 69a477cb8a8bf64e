"""Implementations of one function held against each other, and each gradient against its own function.

Knows nothing of how an implementation is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import LINE, UNIT, smallest
from trivium.own.against import fit, fit_to
from trivium.own.alone import judged_code
from trivium.own.calling import Told
from trivium.own.found import GRADIENT, RIGHT, UNKNOWN, VALUE, WRONG, Found, Part
from trivium.own.judge import LOSS, Noise
from trivium.own.side import Side, sides

RESULT = "the result"


@dataclass(frozen=True)
class Heard:
    """What one side says, how rounding moves it, and what its own function says of its gradients."""

    side: Side
    told: Told
    noise: Noise
    own: Mapping[str, Part]
    notes: tuple[str, ...]

    def gradient(self, name: str) -> tuple[Array, Array]:
        """A gradient by the first one's name and axes, and what rounding may do to it."""
        theirs = self.side.theirs[name]
        said, shape = self.own[theirs].said_as, self.side.given[theirs].shape
        g, u = np.asarray(self.told.gradients[said], np.float64), UNIT[self.noise.dtype]
        slack = LINE * u * np.maximum(self.noise.scale(said, g), smallest(self.noise.dtype))
        return self.side.aligned(name, fit_to(g, shape)), self.side.aligned(name, fit_to(slack, shape))

    def lacks(self, name: str) -> bool:
        """Whether it gives no gradient that could be compared: none at all, or one of another shape."""
        part = self.own.get(self.side.theirs[name])
        return part is None or fit(self.told.gradients[part.said_as], self.side.given[part.name].shape) is None


def compared(
    things: Sequence[Any], at: Mapping[str, Any] | Sequence[Any], names: Mapping[str, str | Sequence[str]]
) -> Found:
    """Whether implementations of one function give the same values and gradients, and whose are wrong."""
    heard = [_heard(s) for s in sides(things, list(at.values()) if isinstance(at, Mapping) else at, names)]
    first = heard[0].side
    moving = [n for n in first.given if n in first.code.moving]
    values = list(_values(heard))
    parts = [p for n in moving for p in _gradients(n, heard, other_functions=bool(values))]
    notes = dict.fromkeys(n for h in heard for n in (*h.side.notes, *h.notes))
    return Found(
        _and([h.side.name for h in heard]),
        (*values, *parts),
        points=("the numbers given",),
        notes=tuple(notes),
        sides=tuple(h.side.name for h in heard),
    )


def _heard(side: Side) -> Heard:
    told, heard, found = judged_code(side.code, side.given, [])
    return Heard(side, told, heard, {p.name: p for p in found.parts}, found.notes)


def _values(heard: Sequence[Heard]) -> Iterator[Part]:
    """Where two functions give different results at the same numbers, they are two functions."""
    first = heard[0]
    for h in heard[1:]:
        mine, theirs = (np.asarray(x.told.loss, np.float64) for x in (first, h))
        slack = sum(
            LINE * UNIT[x.noise.dtype] * x.noise.scale(LOSS, y) for x, y in ((first, mine), (h, theirs))
        )  # fmt: skip
        if not abs(mine - theirs) <= slack:
            why = f"{first.side.name} gives {float(mine):.17g}, and {h.side.name} {float(theirs):.17g}"
            under = "" if h.side.code.cotangent is None else ", each summed under the same random weights"
            yield _part(f"{RESULT} of {h.side.name}", VALUE, np.asarray(theirs), WRONG, first.side.name, why + under)


def _gradients(name: str, heard: Sequence[Heard], *, other_functions: bool) -> Iterator[Part]:
    """One gradient: a line where all give the same and it is right; else a line for each."""
    if any(h.lacks(name) for h in heard):
        for h in heard:
            theirs = h.side.theirs[name]
            nothing = _part(name, GRADIENT, h.side.given[theirs], UNKNOWN, "", f"{h.side.name} gives no gradient of it")
            yield replace(h.own.get(theirs, nothing), name=f"{name} of {h.side.name}")
        return
    own = [h.own[h.side.theirs[name]] for h in heard]
    apart = list(_apart(name, heard))
    if not apart and all(p.state == RIGHT for p in own):
        best, shape = min(own, key=lambda p: p.floor), heard[0].side.given[name].shape
        yield replace(best, name=name, said_as=name, shape=shape, how=f"each other and {best.how}")
        return
    convicted = any(p.state == WRONG for p in own)
    for h, p in zip(heard, own, strict=True):
        said = f"{name} of {h.side.name}"
        if p.state == RIGHT and apart and not convicted and not other_functions:
            why = "they differ by more than rounding, and less than what their functions can tell"
            p = replace(p, state=UNKNOWN, why=why)
        yield replace(p, name=said, said_as=h.side.theirs[name])


def _apart(name: str, heard: Sequence[Heard]) -> Iterator[str]:
    """The sides whose gradient differs from the first one's by more than rounding."""
    mine, slack = heard[0].gradient(name)
    for h in heard[1:]:
        theirs, more = h.gradient(name)
        with np.errstate(invalid="ignore"):
            if not (np.abs(mine - theirs) <= slack + more).all():
                yield h.side.name


def _part(name: str, kind: str, x: Array, state: str, how: str, why: str) -> Part:
    largest = float(np.abs(x).max(initial=0.0))
    return Part(name, name, kind, x.shape, state, int(x.size), int(x.size), 0, how, largest, 0.0, 0.0, why=why)


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
