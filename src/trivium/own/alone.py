"""One gradient held against the derivative of the person's own function, by the strongest means there is.

Knows nothing of networks, and nothing of how the verdict is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import BLIND
from trivium.errors import OracleError, did_you_mean
from trivium.own.against import fit, fit_to
from trivium.own.calling import Code, Told
from trivium.own.elsewhere import looked_at_elsewhere
from trivium.own.found import GRADIENT, RIGHT, UNKNOWN, WRONG, Found, Part
from trivium.own.judge import LOSS, Noise, judged, misshapen, noise
from trivium.own.naming import meanings
from trivium.own.truth import CENTRAL, Asker, size
from trivium.referee import Referee

NEXT_TO_NOTHING = BLIND**2
"""The share of the largest gradient below which one that may be 0 counts as 0."""
MOVED = 2.0**-4
"""How far the second point is from the first, as a share of each number."""


@dataclass(frozen=True)
class Point:
    """What the code says at some numbers, how noise moves it, and who says what its gradient should be."""

    given: Mapping[str, Array]
    told: Told
    heard: Noise
    asker: Asker

    def held(self, name: str, said: str) -> Part:
        """One gradient, which the code calls `said`, against what it should be."""
        x, g = self.given[name], self.told.gradients[said]
        fitted = fit(g, x.shape)
        if fitted is None:
            return misshapen(name, said, GRADIENT, g, x.shape)
        scale, truth = fit_to(self.heard.scale(said, g), x.shape), self.asker.truth(name)
        value = 0.0 if self.told.loss is None else float(self.heard.scale(LOSS, np.asarray(self.told.loss)))
        dtype, sizes = self.heard.dtype, _sizes(self.given)
        return judged(name, said, GRADIENT, fitted, truth, scale, dtype, sizes, value / size(x))


def judged_code(code: Code, given: Mapping[str, Array], notes: list[str]) -> tuple[Told, Noise, Found]:
    """A function and its gradient that are ready to be called, held against the function's own derivative."""
    told = code.told(given)
    repeats(code, given, told)
    heard = noise(code, given, told)
    found = by_itself(code, given, told, heard, None, notes)
    return told, heard, looked_at_elsewhere(code, given, found, None)


def repeats(code: Code, given: Mapping[str, Array], told: Told) -> None:
    """OracleError where the same numbers give another gradient the second time."""
    again = code.told(given)
    for name, g in told.gradients.items():
        if name not in again.gradients or not np.array_equal(g, again.gradients[name], equal_nan=g.dtype.kind == "f"):
            raise OracleError(
                f"the gradient of {name} is another one when the code is called again: it keeps a state, or draws "
                "from a generator of its own; make it the same each time"
            )


def by_itself(
    code: Code,
    given: Mapping[str, Array],
    told: Told,
    heard: Noise,
    referee: Referee | None,
    notes: list[str],
) -> Found:
    """Held against the derivative of the person's own function."""
    if code.f is None:
        raise OracleError("a gradient alone cannot be judged: give the function too, or against=, a network")
    single = heard.dtype == "float32" and not any(x.dtype == np.float32 for x in given.values())
    here = Point(given, told, heard, Asker(code, given, referee, single=single))
    called = meanings(told.gradients, code.moving)
    parts = [here.held(called[said], said) for said in told.gradients if called.get(said) is not None]
    unread = [said for said in told.gradients if called.get(said) is None]
    absent = [n for n in code.moving if n not in {*(p.name for p in parts), *told.unwritten}]
    if not parts:
        raise OracleError(f"{', '.join(told.gradients)} name no argument of the function ({', '.join(code.moving)})")
    notes += [f"not checked, for no argument has such a name: {', '.join(unread)}"] if unread else []
    notes += [f"no gradient was brought of {', '.join(absent)}"] if absent else []
    slips = [n for n in absent if any(did_you_mean(said, [n]) for said in unread)]
    parts += [_unheard(n, given[n], unread) for n in slips]
    parts = _vanishing(_confirmed(code, here, parts))
    notes += sorted(set(here.asker.refused.values()))
    return Found("your own function", tuple(parts), notes=tuple(notes))


def _unheard(name: str, x: Array, unread: Sequence[str]) -> Part:
    """A gradient that was brought under a name that is nearly this one."""
    why = f"no gradient was brought of it; is it one of {', '.join(unread)}?"
    return Part(name, name, GRADIENT, x.shape, UNKNOWN, 0, int(x.size), 0, "", 0.0, 0.0, 0.0, why=why)


def _confirmed(code: Code, here: Point, parts: list[Part]) -> list[Part]:
    """What is wrong by differences alone is accused only if it is wrong at finer steps and beside the point too."""

    def doubted(p: Part) -> bool:
        return p.state == WRONG and p.how == CENTRAL and p.shape == here.given[p.name].shape

    parts = [_finer(here, p) if doubted(p) else p for p in parts]
    if not any(map(doubted, parts)):
        return parts
    stream = np.random.default_rng(3)
    moved = {
        n: x * (1 + MOVED * stream.uniform(-1, 1, x.shape)) if x.dtype.kind == "f" else x for n, x in here.given.items()
    }
    beside = Point(moved, code.told(moved), here.heard, here.asker.again(given=moved))
    return [_special(beside, p) if doubted(p) and p.said_as in beside.told.gradients else p for p in parts]


def _finer(here: Point, part: Part) -> Part:
    """By steps at which the gradient that was brought says that the function changes, where those are finer.

    Near a singular matrix a function has a structure that wide steps leap over, and agree with each other.
    """
    claimed = float(np.abs(here.told.gradients[part.said_as]).max(initial=0.0))
    scale = abs(here.told.loss or 0.0) / claimed if claimed else 0.0
    if not 0 < scale < size(here.given[part.name]) / 2:
        return part
    near = replace(here, asker=here.asker.again(scales={part.name: scale}))
    if not near.asker.truth(part.name).contradicts(here.asker.truth(part.name)):
        return part
    again = near.held(part.name, part.said_as)
    why = "finer differences contradict the wider: the function has a structure that they do not see"
    return again if again.state == RIGHT else replace(part, state=UNKNOWN, why=why)


def _special(beside: Point, part: Part) -> Part:
    if beside.held(part.name, part.said_as).state != RIGHT:
        return part
    return replace(part, state=UNKNOWN, why="it is right beside these numbers: a kink, or a special value")


def _vanishing(parts: list[Part]) -> list[Part]:
    """A gradient that is 0 but for rounding, beside those that are not: it has no digits, and needs none.

    A bias in front of a normalization, a shift of all scores before a softmax: nothing moves with them.
    """
    most = max((p.largest for p in parts), default=0.0)
    return [
        replace(p, state=RIGHT, why="it is 0 but for rounding", floor=p.floor * p.largest / most)
        if p.state == UNKNOWN and p.dust and 0 < p.largest * (1 + p.floor) <= NEXT_TO_NOTHING * most
        else p
        for p in parts
    ]


def _sizes(given: Mapping[str, Array]) -> dict[str, float]:
    """What a stray factor may be: an axis, or all entries, of what was fed in."""
    axes = {f"axis {i} of {n}": float(k) for n, x in given.items() for i, k in enumerate(x.shape) if k > 1}
    return axes | {f"the entries of {n}": float(x.size) for n, x in given.items() if x.size > 1 and x.ndim > 1}
