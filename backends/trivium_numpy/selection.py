"""Choices between numbers by hand; on a tie and on a bound, the convention is the one the docstring states.

Knows nothing of the other roads. Comparisons look at the real part alone, as np.maximum does before all else, so that
a complex step passes through.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule, only

Pair = tuple[Array, Array]


def share(wins: Array, ties: Array, dot_or_bar: Array) -> Array:
    """All of it where an input is taken, half of it at a tie, nothing elsewhere."""
    return np.where(ties, dot_or_bar / 2, np.where(wins, dot_or_bar, 0))


def maximum_forward(a: Array, b: Array) -> tuple[Array, Pair]:
    """y = max(a, b)"""
    return np.maximum(a, b), (a.real > b.real, a.real == b.real)


def minimum_forward(a: Array, b: Array) -> tuple[Array, Pair]:
    """y = min(a, b)"""
    return np.minimum(a, b), (a.real < b.real, a.real == b.real)


def taken_vjp(saved: Pair, y_bar: Array) -> Pair:
    """ā = [a is taken] ∘ ȳ     b̄ = [b is taken] ∘ ȳ     (half each at a tie)"""
    a_wins, ties = saved
    return share(a_wins, ties, y_bar), share(~a_wins, ties, y_bar)


def taken_jvp(saved: Pair, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = [a is taken] ∘ ȧ + [b is taken] ∘ ḃ"""
    a_wins, ties = saved
    return share(a_wins, ties, a_dot) + share(~a_wins, ties, b_dot)


def clip_forward(x: Array, *, low: float, high: float) -> tuple[Array, Array]:
    """y = min(max(x, low), high)"""
    return np.minimum(np.maximum(x, low), high), (low < x.real) & (x.real < high)


def clip_vjp(inside: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = [low < x < high] ∘ ȳ     (slope 0 on the bounds)"""
    return (only(inside, y_bar),)


def clip_jvp(inside: Array, x_dot: Array) -> Array:
    """ẏ = [low < x < high] ∘ ẋ"""
    return only(inside, x_dot)


def where_forward(mask: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """y = a where m, else b"""
    return np.where(mask, a, b), mask


def where_vjp(mask: Array, y_bar: Array) -> tuple[None, Array, Array]:
    """ā = ȳ where m, else 0     b̄ = 0 where m, else ȳ     (chosen, not multiplied: 0 times infinity is no number)"""
    return None, only(mask, y_bar), only(~mask, y_bar)


def where_jvp(mask: Array, mask_dot: None, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = ȧ where m, else ḃ"""
    return np.where(mask, a_dot, b_dot)


def dropout_forward(x: Array, mask: Array, *, rate: float) -> tuple[Array, tuple[Array, float]]:
    """y = x / (1 - r) where m, else 0     (so that the mean of y over all masks is x)"""
    return only(mask, x) / (1 - rate), (mask, 1 - rate)


def dropout_vjp(saved: tuple[Array, float], y_bar: Array) -> tuple[Array, None]:
    """x̄ = ȳ / (1 - r) where m, else 0"""
    mask, kept = saved
    return only(mask, y_bar) / kept, None


def dropout_jvp(saved: tuple[Array, float], x_dot: Array, mask_dot: None) -> Array:
    """ẏ = ẋ / (1 - r) where m, else 0"""
    mask, kept = saved
    return only(mask, x_dot) / kept


RULES = {
    "maximum": Rule(maximum_forward, taken_vjp, taken_jvp, broadcasts=True),
    "minimum": Rule(minimum_forward, taken_vjp, taken_jvp, broadcasts=True),
    "clip": Rule(clip_forward, clip_vjp, clip_jvp),
    "where": Rule(where_forward, where_vjp, where_jvp, broadcasts=True),
    "dropout": Rule(dropout_forward, dropout_vjp, dropout_jvp),
}
