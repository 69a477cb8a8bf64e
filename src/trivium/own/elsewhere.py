"""A gradient that is right at the numbers given, looked at once more at others: these may be special.

All above 0, a symmetric matrix, zeros, no index twice: there a wrong gradient may be right. Knows nothing of why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import LINE
from trivium.errors import OracleError
from trivium.own.against import fit, fit_to
from trivium.own.calling import Code
from trivium.own.found import GRADIENT, RIGHT, UNKNOWN, Found, Part
from trivium.own.judge import crookedness, noise
from trivium.own.truth import Asker, size
from trivium.referee import Referee

GROSS = 2.0**-10
"""The part of itself by which a gradient is another one altogether."""
DIRECTIONS = 2
SPECIAL = "it is right at these numbers, and wrong at others of the same shapes: are these special?"


def looked_at_elsewhere(code: Code, given: Mapping[str, Array], found: Found, referee: Referee | None) -> Found:
    """The same, undecided where it is another gradient altogether at other numbers, at which f has a value."""
    right = [p for p in found.of(GRADIENT, RIGHT) if p.why == "" and p.name not in code.still]
    wrong = next(
        (w for w in (_wrong(code, moved, right, referee) for moved in _others(given, right)) if w is not None), []
    )
    parts = tuple(replace(p, state=UNKNOWN, why=SPECIAL) if p.name in wrong else p for p in found.parts)
    return replace(found, parts=parts)


def _others(given: Mapping[str, Array], right: list[Part]) -> Iterator[dict[str, Array]]:
    """Other numbers for what a right gradient was brought of, of either sign, then above 0; and other indices."""
    for positive in (False, True):
        stream = np.random.default_rng(13)
        moved = dict(given)
        for n, x in given.items():
            if any(p.name == n for p in right):
                drawn = size(x) * stream.standard_normal(x.shape)
                moved[n] = np.asarray(np.abs(drawn) if positive else drawn, x.dtype)
            elif x.dtype.kind in "iu" and x.size > 1:
                moved[n] = stream.choice(x.ravel()[: (x.size + 1) // 2], x.shape)  # some of them twice
        yield moved


def _wrong(code: Code, moved: Mapping[str, Array], right: list[Part], referee: Referee | None) -> list[str] | None:
    """Whose gradient is another one altogether; None where the code has no answer there."""
    try:
        told = code.told(moved)
        if told.loss is None or not np.isfinite(told.loss):
            return None
        heard = noise(code, moved, told)
        asker = Asker(code, moved, referee, single=heard.dtype == "float32")
        found = []
        for p in right:
            said = told.gradients.get(p.said_as)
            g = None if said is None else fit(said, moved[p.name].shape)
            if g is None or said is None or not np.isfinite(g).all():
                return None
            scale, stream = fit_to(heard.scale(p.said_as, said), g.shape), np.random.default_rng(17)
            along = [np.asarray(stream.standard_normal(g.shape)) for _ in range(DIRECTIONS)]
            if all(_other(g, v, asker, p.name, scale, heard.dtype) for v in along):
                found.append(p.name)
    except OracleError:
        return None  # it is not defined at these numbers
    return found


def _other(g: Array, v: Array, asker: Asker, name: str, scale: Array, dtype: str) -> bool:
    """Whether the derivative along a direction is another one, by more than rounding and by more than a little."""
    slope, mine = asker.slope(name, v), float(np.sum(g * v))
    off = abs(mine - slope.value) - slope.error
    return off > GROSS * max(abs(mine), abs(slope.value)) and crookedness(g, v, slope, scale, dtype) > LINE
