"""Smooth activations by hand, entry by entry.

Knows nothing of the other roads. Branches look at the real part alone, so that a complex step passes through.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from trivium.backend import Array
from trivium_numpy.rule import Rule, one_or, only

Pair = tuple[Array, Array]
Triple = tuple[Array, Array, Array]

BEND = 0.044715
"""The coefficient of x³ in gelu_tanh."""
FAR = 100
"""Where gelu_tanh has long been x or 0: from here on its u stays as it is, so that no x³ overflows."""


def decay(x: Array) -> Array:
    """e^-|x|, which cannot overflow."""
    return np.exp(np.where(x.real > 0, -x, x) if x.dtype.kind == "c" else -np.abs(x))


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
    y = one_or(x.real > 0, e) / (1 + e)
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
    return only(positive, x) + np.log1p(e), one_or(positive, e) / (1 + e)


def softplus_vjp(slope: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = σ(x) ∘ ȳ"""
    return (slope * y_bar,)


def softplus_jvp(slope: Array, x_dot: Array) -> Array:
    """ẏ = σ(x) ∘ ẋ"""
    return slope * x_dot


def log_sigmoid_forward(x: Array) -> tuple[Array, Array]:
    """y = -log(1 + e⁻ˣ), as x - log(1 + eˣ) where x is negative"""
    e = decay(x)
    positive = x.real > 0
    return only(~positive, x) - np.log1p(e), one_or(~positive, e) / (1 + e)


def log_sigmoid_vjp(slope: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = σ(-x) ∘ ȳ"""
    return (slope * y_bar,)


def log_sigmoid_jvp(slope: Array, x_dot: Array) -> Array:
    """ẏ = σ(-x) ∘ ẋ"""
    return slope * x_dot


def erf_forward(x: Array) -> tuple[Array, Array]:
    """y = erf x"""
    return special.erf(x), x


def erf_vjp(x: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = 2/√π e^-x² ∘ ȳ"""
    return (2 / math.sqrt(math.pi) * np.exp(-x * x) * y_bar,)


def erf_jvp(x: Array, x_dot: Array) -> Array:
    """ẏ = 2/√π e^-x² ∘ ẋ"""
    return 2 / math.sqrt(math.pi) * np.exp(-x * x) * x_dot


def gelu_forward(x: Array) -> tuple[Array, Pair]:
    """y = x Φ(x),  Φ(x) = erfc(-x/√2) / 2, which has all its digits also where it is small"""
    below = special.ndtr(x)
    return x * below, (x, below)


def gelu_vjp(saved: Pair, y_bar: Array) -> tuple[Array]:
    """x̄ = (Φ(x) + x φ(x)) ∘ ȳ"""
    return (gelu_slope(saved) * y_bar,)


def gelu_jvp(saved: Pair, x_dot: Array) -> Array:
    """ẏ = (Φ(x) + x φ(x)) ∘ ẋ"""
    return gelu_slope(saved) * x_dot


def gelu_slope(saved: Pair) -> Array:
    """Φ(x) + x φ(x),  φ(x) = Φ'(x) = e^(-x²/2) / √(2π)"""
    x, below = saved
    return below + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def gelu_tanh_forward(x: Array) -> tuple[Array, Triple]:
    """y = x p,  p = σ(v),  v = 2u = 2√(2/π) (x + 0.044715 x³)     ((1 + tanh u) / 2 is σ(2u), which cancels nowhere)"""
    near = np.where(x.real > FAR, FAR, np.where(x.real < -FAR, -FAR, x))
    v = math.sqrt(8 / math.pi) * near * (1 + BEND * near * near)
    p, _ = sigmoid_forward(v)
    return x * p, (x * p, p, math.sqrt(8 / math.pi) * (1 + 3 * BEND * near * near))


def gelu_tanh_vjp(saved: Triple, y_bar: Array) -> tuple[Array]:
    """x̄ = (p + y (1 - p) v') ∘ ȳ     (p' = p (1 - p) v', and x p = y)"""
    y, p, v_slope = saved
    return ((p + y * (1 - p) * v_slope) * y_bar,)


def gelu_tanh_jvp(saved: Triple, x_dot: Array) -> Array:
    """ẏ = (p + y (1 - p) v') ∘ ẋ"""
    y, p, v_slope = saved
    return (p + y * (1 - p) * v_slope) * x_dot


def silu_forward(x: Array) -> tuple[Array, Pair]:
    """y = x p,  p = σ(x)"""
    p, _ = sigmoid_forward(x)
    return x * p, (x * p, p)


def silu_vjp(saved: Pair, y_bar: Array) -> tuple[Array]:
    """x̄ = (p + y (1 - p)) ∘ ȳ     (p' = p (1 - p), and x p = y)"""
    y, p = saved
    return ((p + y * (1 - p)) * y_bar,)


def silu_jvp(saved: Pair, x_dot: Array) -> Array:
    """ẏ = (p + y (1 - p)) ∘ ẋ"""
    y, p = saved
    return (p + y * (1 - p)) * x_dot


def mish_forward(x: Array) -> tuple[Array, Triple]:
    """y = x t,  t = tanh(log(1 + eˣ)) = n / (n + 2),  n = eˣ (eˣ + 2);  n and 2 both times e⁻²ˣ where x is positive"""
    e = decay(x)
    positive = x.real > 0
    n, two = np.where(positive, 1 + 2 * e, e * (e + 2)), np.where(positive, 2 * e * e, 2)
    t_slope = 4 * e * (1 + e) * np.where(positive, e, 1) / (n + two) ** 2
    return x * n / (n + two), (x, n / (n + two), t_slope)


def mish_vjp(saved: Triple, y_bar: Array) -> tuple[Array]:
    """x̄ = (t + x t') ∘ ȳ,  t' = 2 n' / (n + 2)² = 4 eˣ (1 + eˣ) / (n + 2)²"""
    x, t, t_slope = saved
    return ((t + x * t_slope) * y_bar,)


def mish_jvp(saved: Triple, x_dot: Array) -> Array:
    """ẏ = (t + x t') ∘ ẋ"""
    x, t, t_slope = saved
    return (t + x * t_slope) * x_dot


def softsign_forward(x: Array) -> tuple[Array, Array]:
    """y = x / s,  s = 1 + |x|"""
    s = 1 + np.where(x.real > 0, x, -x)
    return x / s, s


def softsign_vjp(s: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ / s²     (dy = dx / s - x d|x| / s², and x d|x| = |x| dx = (s - 1) dx)"""
    return (y_bar / s / s,)


def softsign_jvp(s: Array, x_dot: Array) -> Array:
    """ẏ = ẋ / s²"""
    return x_dot / s / s


RULES = {
    "tanh": Rule(tanh_forward, tanh_vjp, tanh_jvp),
    "sigmoid": Rule(sigmoid_forward, sigmoid_vjp, sigmoid_jvp),
    "softplus": Rule(softplus_forward, softplus_vjp, softplus_jvp),
    "log_sigmoid": Rule(log_sigmoid_forward, log_sigmoid_vjp, log_sigmoid_jvp),
    "erf": Rule(erf_forward, erf_vjp, erf_jvp),
    "gelu": Rule(gelu_forward, gelu_vjp, gelu_jvp),
    "gelu_tanh": Rule(gelu_tanh_forward, gelu_tanh_vjp, gelu_tanh_jvp),
    "silu": Rule(silu_forward, silu_vjp, silu_jvp),
    "mish": Rule(mish_forward, mish_vjp, mish_jvp),
    "softsign": Rule(softsign_forward, softsign_vjp, softsign_jvp),
}
