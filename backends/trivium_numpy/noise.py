"""Noise in the last digits, put in on purpose: what it changes measures how far rounding travels.

Knows nothing of networks or rules.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from trivium.backend import Array, Noise

PERIOD = 65_521
"""Factors drawn for one seed: a prime, so that no row of an array meets the same ones as the row before."""


class Shaker:
    """Multiplies every floating-point number that it is shown by 1 + q s, 1/2 <= |s| <= 1; leaves all else alone.

    The sign of s is a coin's. No s is near 0: among millions of entries, a few draws that are all small would make some
    entry's measured response far too small. Drawing costs more than multiplying: each array takes the factors from
    another place on.
    """

    def __init__(self, noise: Noise) -> None:
        self.factors = factors(noise)
        self.place = 0

    def array(self, x: Array) -> Array:
        """One array, shaken; labels and masks stay."""
        if not isinstance(x, np.ndarray | np.generic) or x.dtype.kind != "f":
            return x
        size, place = x.size, self.place
        self.place = (3 * place + size + 1) % PERIOD
        if size <= PERIOD:
            return np.asarray(x * self.factors[place : place + size].reshape(x.shape), x.dtype)
        shaken, flat, taken = np.empty(size, x.dtype), x.ravel(), self.factors[place : place + PERIOD]
        for start in range(0, size, PERIOD):
            part = flat[start : start + PERIOD]
            _ = np.multiply(part, taken[: part.size], out=shaken[start : start + PERIOD], casting="same_kind")
        return shaken.reshape(x.shape)

    def all(self, arrays: tuple[Any, ...]) -> tuple[Any, ...]:
        """Each array of a tuple, shaken."""
        return tuple(self.array(x) for x in arrays)

    def saved(self, saved: Any) -> Any:
        """What a forward pass left for backward: the arrays in it are rounded numbers too."""
        if isinstance(saved, tuple):
            parts = (self.saved(part) for part in saved)
            return saved._make(parts) if hasattr(saved, "_make") else tuple(parts)
        return self.array(saved)


@lru_cache(maxsize=16)
def factors(noise: Noise) -> Array:
    """Every factor of a seed, twice over, so that as many as there are can be taken from any place on."""
    t = 2 * np.random.default_rng(noise.seed).random(PERIOD) - 1
    return np.tile(1 + noise.q * (np.copysign(0.5, t) + t / 2), 2)
