"""Exponentials and logarithms by hand, entry by entry.

Knows nothing of the other roads.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule


def exp_forward(x: Array) -> tuple[Array, Array]:
    """y = eˣ"""
    y = np.exp(x)
    return y, y


def exp_vjp(y: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = y ∘ ȳ     (eˣ is its own derivative)"""
    return (y * y_bar,)


def exp_jvp(y: Array, x_dot: Array) -> Array:
    """ẏ = y ∘ ẋ"""
    return y * x_dot


def log_forward(x: Array) -> tuple[Array, Array]:
    """y = log x"""
    return np.log(x), x


def log_vjp(x: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ / x"""
    return (y_bar / x,)


def log_jvp(x: Array, x_dot: Array) -> Array:
    """ẏ = ẋ / x"""
    return x_dot / x


RULES = {
    "exp": Rule(exp_forward, exp_vjp, exp_jvp),
    "log": Rule(log_forward, log_vjp, log_jvp),
}
