"""Noise in the last digits, put in on purpose: what it changes measures how far rounding travels.

Knows nothing of networks or rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.backend import Array, Noise


class Shaker:
    """Multiplies every floating-point number that it is shown by 1 + q s, 1/2 <= |s| <= 1; leaves all else alone.

    The sign of s is a coin's. No s is near 0: among millions of entries, a few draws that are all small would make some
    entry's measured response far too small.
    """

    def __init__(self, noise: Noise) -> None:
        self.q = noise.q
        self.random = np.random.default_rng(noise.seed)

    def array(self, x: Array) -> Array:
        """One array, shaken; labels and masks stay."""
        if not isinstance(x, np.ndarray | np.generic) or x.dtype.kind != "f":
            return x
        t = 2 * self.random.random(x.shape) - 1
        return np.asarray(x * (1 + self.q * (np.copysign(0.5, t) + t / 2)), x.dtype)

    def all(self, arrays: tuple[Any, ...]) -> tuple[Any, ...]:
        """Each array of a tuple, shaken."""
        return tuple(self.array(x) for x in arrays)

    def saved(self, saved: Any) -> Any:
        """What a forward pass left for backward: the arrays in it are rounded numbers too."""
        if isinstance(saved, tuple):
            return tuple(self.saved(part) for part in saved)
        return self.array(saved)
