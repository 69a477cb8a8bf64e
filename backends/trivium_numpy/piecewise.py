"""Functions made of smooth pieces, by hand; on a kink the convention is the one the docstring states.

Knows nothing of the other roads.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule


def relu_forward(x: Array) -> tuple[Array, Array]:
    """y = max(x, 0)"""
    return np.maximum(x, 0), x > 0


def relu_vjp(positive: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = [x > 0] ∘ ȳ     (slope 0 at the kink)"""
    return (np.where(positive, y_bar, 0),)


def relu_jvp(positive: Array, x_dot: Array) -> Array:
    """ẏ = [x > 0] ∘ ẋ"""
    return np.where(positive, x_dot, 0)


RULES = {
    "relu": Rule(relu_forward, relu_vjp, relu_jvp),
}
