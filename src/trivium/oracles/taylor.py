"""The Taylor test: f(h) - f(0) - h d falls like h² where d is the derivative of f at 0, and like h where it is not.

Knows nothing of specs or backends: a function of one number goes in.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from trivium.errors import OracleError

U = 2.0**-53
STEPS = 48
"""Halvings, from the scale down."""
HALVINGS = 4
"""A slope is read off so many halvings in a row."""
CLEAR = 2.0**7
"""A remainder so many times its rounding is a remainder: then rounding moves the slope by less than 0.02."""
BEND = 0.25
"""From one halving to the next the slope changes by less, even where h takes over from h²; only rounding jumps."""
HALFWAY = 1.75
"""Below it the remainder has a part that falls like h; above, it falls like h² or faster."""


@dataclass(frozen=True)
class Slope:
    """The power of h with which the remainder falls, over a `window` of steps (widest, narrowest).

    slope       about 2 (or 3, 4 where f has no h² part) for a derivative, about 1 for anything else;
                infinite where nothing but rounding remains from the widest step on; None where no window is left
    remainders  every step with |f(h) - f(0) - h d| there
    floor       an error of d below this could have been missed: over the window it is less than the h² part, or near it
    """

    slope: float | None
    window: tuple[float, float] | None
    remainders: tuple[tuple[float, float], ...]
    floor: float

    @property
    def verdict(self) -> str:
        """right, wrong, or undecided."""
        if self.slope is None:
            return "undecided"
        return "right" if self.slope > HALFWAY else "wrong"


def slope(f: Callable[[float], float], derivative: float, *, scale: float = 1.0, u: float = U) -> Slope:
    """How f(h) - f(0) - h `derivative` falls as h is halved again and again.

    h starts at `scale`, the distance over which f changes. The window is the narrowest that stands
    clear of rounding, since a small error of the derivative shows last.
    """
    with np.errstate(all="ignore"):
        center = _number(f, 0.0)
        steps = [scale * 2.0**-k for k in range(STEPS)]
        values = [_number(f, h) for h in steps]
    remainders = [abs((y - center) - h * derivative) for h, y in zip(steps, values, strict=True)]
    noise = [CLEAR * u * (abs(y) + abs(center) + abs(h * derivative)) for h, y in zip(steps, values, strict=True)]
    table = tuple(zip(steps, remainders, strict=True))
    if all(r <= n for r, n in zip(remainders, noise, strict=True)):
        return Slope(math.inf, (steps[0], steps[-1]), table, noise[0] / steps[0])
    for last in reversed(range(HALVINGS, STEPS)):
        first = last - HALVINGS
        found = _smooth(remainders[first : last + 1], noise[first : last + 1])
        if found is not None:
            return Slope(found, (steps[first], steps[last]), table, 4 * remainders[first] / steps[first])
    return Slope(None, None, table, math.inf)


def _smooth(remainders: list[float], noise: list[float]) -> float | None:
    """The mean slope of a window, if every remainder there is clear of rounding and none of its halvings jumps."""
    if not all(n < r < math.inf for r, n in zip(remainders, noise, strict=True)):
        return None
    falls = [math.log2(wide / narrow) for wide, narrow in pairwise(remainders)]
    smooth = all(abs(wide - narrow) < BEND for wide, narrow in pairwise(falls))
    return sum(falls) / len(falls) if smooth else None


def _number(f: Callable[[float], float], t: float) -> float:
    y = np.asarray(f(t))
    if y.size != 1 or y.dtype.kind not in "fiu":
        raise OracleError(f"f({t}) is of shape {y.shape} and dtype {y.dtype}; the Taylor test needs one real number")
    return float(y.reshape(()))
