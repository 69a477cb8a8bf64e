"""Smooth activations by hand, entry by entry.

Knows nothing of the other roads. Branches look at the real part alone, so that a complex step passes through.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule


def decay(x: Array) -> Array:
    """e^-|x|, which cannot overflow."""
    return np.exp(np.where(x.real > 0, -x, x))


def tanh_forward(x: Array) -> tuple[Array, Array]:
    """y = tanh x"""
    y = np.tanh(x)
    return y, y


def tanh_vjp(y: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = (1 - y²) ∘ ȳ"""
    return ((1 - y * y) * y_bar,)


def tanh_jvp(y: Array, x_dot: Array) -> Array:
    """ẏ = (1 - y²) ∘ ẋ"""
    return (1 - y * y) * x_dot


def sigmoid_forward(x: Array) -> tuple[Array, Array]:
    """y = 1 / (1 + e⁻ˣ), as e^-|x| / (1 + e^-|x|) where x is negative"""
    e = decay(x)
    y = np.where(x.real > 0, 1, e) / (1 + e)
    return y, y


def sigmoid_vjp(y: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = y (1 - y) ∘ ȳ"""
    return (y * (1 - y) * y_bar,)


def sigmoid_jvp(y: Array, x_dot: Array) -> Array:
    """ẏ = y (1 - y) ∘ ẋ"""
    return y * (1 - y) * x_dot


def softplus_forward(x: Array) -> tuple[Array, Array]:
    """y = log(1 + eˣ), as x + log(1 + e⁻ˣ) where x is positive"""
    e = decay(x)
    positive = x.real > 0
    return np.where(positive, x, 0) + np.log1p(e), np.where(positive, 1, e) / (1 + e)


def softplus_vjp(slope: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = σ(x) ∘ ȳ"""
    return (slope * y_bar,)


def softplus_jvp(slope: Array, x_dot: Array) -> Array:
    """ẏ = σ(x) ∘ ẋ"""
    return slope * x_dot


RULES = {
    "tanh": Rule(tanh_forward, tanh_vjp, tanh_jvp),
    "sigmoid": Rule(sigmoid_forward, sigmoid_vjp, sigmoid_jvp),
    "softplus": Rule(softplus_forward, softplus_vjp, softplus_jvp),
}
