"""Noise in the last digits, put in on purpose: what it changes measures how far rounding travels.

Knows nothing of networks or rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.backend import Array, Noise


class Shaker:
    """Multiplies every floating-point number that it is shown by 1 + q U(-1, 1); leaves everything else alone."""

    def __init__(self, noise: Noise) -> None:
        self.q = noise.q
        self.random = np.random.default_rng(noise.seed)

    def array(self, x: Array) -> Array:
        """One array, shaken; labels and masks stay."""
        if not isinstance(x, np.ndarray | np.generic) or x.dtype.kind != "f":
            return x
        factor = self.random.random(x.shape)
        return np.asarray(x * (1 + self.q * (2 * factor - 1)), x.dtype)

    def all(self, arrays: tuple[Any, ...]) -> tuple[Any, ...]:
        """Each array of a tuple, shaken."""
        return tuple(self.array(x) for x in arrays)

    def saved(self, saved: Any) -> Any:
        """What a forward pass left for backward: the arrays in it are rounded numbers too."""
        if isinstance(saved, tuple):
            return tuple(self.saved(part) for part in saved)
        return self.array(saved)
