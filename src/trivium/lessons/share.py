"""What a script by hand does with what a rule gives, as an engine would: written out with it.

Knows nothing of networks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.own.unwritten import TODO


def shares(bars: Any, *inputs: Any) -> list[Any]:
    """The cotangent of each input; a product that not everybody needs is handed over as a function."""
    return [bar() if callable(bar) else bar for bar in bars]


def summed_shares(bars: Any, *inputs: Any) -> list[Any]:
    """The same, where smaller inputs were spread: summed along the axes along which an input was repeated."""
    return [None if bar is None else summed_to(bar, np.shape(x)) for bar, x in zip(shares(bars), inputs, strict=True)]


def summed_to(bar: Any, shape: Any) -> Any:
    """An array summed until it has a shape that spreads to its own."""
    new = np.ndim(bar) - len(shape)
    repeated = [i + new for i, n in enumerate(shape) if n == 1 and bar.shape[i + new] != 1]
    return np.sum(bar, axis=(*range(new), *repeated)).reshape(shape)


def todo(x: Any) -> Any:
    """What is still to be written: a gradient in the shape of x, of numbers that are none."""
    return np.full(np.shape(x), TODO)
