"""What a handwritten rule is: a forward pass, its transpose and its tangent map, tied by what forward saves.

Knows nothing of networks: a rule sees the numbers of its own step and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array

Saved = Any
"""What forward leaves for backward: arrays, numbers, and tuples of them."""
Bar = Array | Callable[[], Array] | None
"""The cotangent of an input, or what computes it."""


@dataclass(frozen=True)
class Rule:
    """One op by hand.

    forward     (*inputs, **attrs) -> (y, saved)
    vjp         (saved, ȳ) -> (x̄, ...), one per input, None for a label or a mask; an x̄ that costs a product of its own
                may be a function of nothing, which is called if somebody asks for it (data has no use for one)
    jvp         (saved, ẋ, ...) -> ẏ
    several     the op has a number of outputs, even where that number is 1: y and ȳ are tuples
    broadcasts  the inputs were stretched to one shape: the engine sums each x̄ back to its input's shape
    """

    forward: Callable[..., tuple[Any, Saved]]
    vjp: Callable[..., tuple[Bar, ...]]
    jvp: Callable[..., Any]
    broadcasts: bool = False
    several: bool = False


def asked(x_bar: Bar) -> Any:
    """The cotangent itself."""
    return x_bar() if callable(x_bar) else x_bar


def only(mask: Array, x: Array) -> Array:
    """x where the mask is, else 0: chosen, not multiplied, for 0 times infinity is no number.

    By its bits, which are all kept or none is: np.where takes three times as long.
    """
    if x.dtype.kind != "f":
        return np.where(mask, x, 0)
    bits = np.dtype(f"i{x.itemsize}")
    return np.asarray(x.view(bits) & -mask.astype(bits)).view(x.dtype)


def one_or(mask: Array, x: Array) -> Array:
    """1 where the mask is, else x, which is at most 1."""
    return np.where(mask, 1, x) if x.dtype.kind == "c" else np.maximum(x, mask)


def plus(y: Array, c: Array) -> Array:
    """y + c, in the place of y, an array of the caller's own, where that can hold it."""
    return np.add(y, c, out=y if y.dtype == c.dtype else None)


def unbroadcast(x_bar: Array, shape: tuple[int, ...]) -> Array:
    """Σ over the axes along which an input of this shape was repeated: what was spread forward is gathered backward."""
    if x_bar.shape == shape:
        return x_bar
    new = x_bar.ndim - len(shape)
    repeated = tuple(range(new)) + tuple(i + new for i, n in enumerate(shape) if n == 1 and x_bar.shape[i + new] != 1)
    return np.asarray(x_bar.sum(axis=repeated)).reshape(shape)
