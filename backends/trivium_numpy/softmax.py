"""Softmax by hand.

Knows nothing of the other roads. Branches look at the real part alone, so that a complex step passes through.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule

Saved = tuple[Array, int]
"""The probabilities p, and the axis along which they sum to 1."""


def softmax_forward(x: Array, *, axis: int) -> tuple[Array, Saved]:
    """p = e^(x - m) / Σ e^(x - m), m the largest x, so that nothing overflows"""
    e = np.exp(x - x.real.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    return p, (p, axis)


def softmax_vjp(saved: Saved, p_bar: Array) -> tuple[Array]:
    """x̄ = p ∘ (p̄ - Σ p ∘ p̄)     (every x moves the sum by which all p are divided)"""
    p, axis = saved
    return (p * (p_bar - (p * p_bar).sum(axis=axis, keepdims=True)),)


def softmax_jvp(saved: Saved, x_dot: Array) -> Array:
    """ṗ = p ∘ (ẋ - Σ p ∘ ẋ)     (the same map: the Jacobian, diag p - p pᵀ, is symmetric)"""
    p, axis = saved
    return p * (x_dot - (p * x_dot).sum(axis=axis, keepdims=True))


def log_softmax_forward(x: Array, *, axis: int) -> tuple[Array, Saved]:
    """y = (x - m) - log Σ e^(x - m), m the largest x"""
    shifted = x - x.real.max(axis=axis, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=axis, keepdims=True)
    return shifted - np.log(total), (e / total, axis)


def log_softmax_vjp(saved: Saved, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ - p ∘ Σ ȳ     (p = eʸ)"""
    p, axis = saved
    return (y_bar - p * y_bar.sum(axis=axis, keepdims=True),)


def log_softmax_jvp(saved: Saved, x_dot: Array) -> Array:
    """ẏ = ẋ - Σ p ∘ ẋ"""
    p, axis = saved
    return x_dot - (p * x_dot).sum(axis=axis, keepdims=True)


def masked_softmax_forward(x: Array, mask: Array, *, axis: int) -> tuple[Array, Saved]:
    """p = e^(x - m) / Σ e^(x - m) over the entries that take part, m the largest of them; 0 for all others"""
    largest = np.where(mask, x.real, -np.inf).max(axis=axis, keepdims=True)
    e = np.where(mask, np.exp(np.where(mask, x - largest, 0)), 0)
    total = e.sum(axis=axis, keepdims=True)
    p = e / np.where(total == 0, 1, total)
    return p, (p, axis)


def masked_softmax_vjp(saved: Saved, p_bar: Array) -> tuple[Array, None]:
    """x̄ = p ∘ (p̄ - Σ p ∘ p̄)     (0 where p is 0: what takes no part has no gradient)"""
    (x_bar,) = softmax_vjp(saved, p_bar)
    return x_bar, None


def masked_softmax_jvp(saved: Saved, x_dot: Array, mask_dot: None) -> Array:
    """ṗ = p ∘ (ẋ - Σ p ∘ ẋ)"""
    return softmax_jvp(saved, x_dot)


RULES = {
    "softmax": Rule(softmax_forward, softmax_vjp, softmax_jvp),
    "log_softmax": Rule(log_softmax_forward, log_softmax_vjp, log_softmax_jvp),
    "masked_softmax": Rule(masked_softmax_forward, masked_softmax_vjp, masked_softmax_jvp),
}
