"""Exponentials, logarithms, powers and the circular functions by hand, entry by entry.

Knows nothing of the other roads.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule

Pair = tuple[Array, Array]
Triple = tuple[Array, Array, Array]
Powered = tuple[Array, float]


def exp_forward(x: Array) -> Pair:
    """y = eˣ"""
    y = np.exp(x)
    return y, y


def exp_vjp(y: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = y ∘ ȳ     (eˣ is its own derivative)"""
    return (y * y_bar,)


def exp_jvp(y: Array, x_dot: Array) -> Array:
    """ẏ = y ∘ ẋ"""
    return y * x_dot


def log_forward(x: Array) -> Pair:
    """y = log x"""
    return np.log(x), x


def log_vjp(x: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ / x"""
    return (y_bar / x,)


def log_jvp(x: Array, x_dot: Array) -> Array:
    """ẏ = ẋ / x"""
    return x_dot / x


def expm1_forward(x: Array) -> Pair:
    """y = eˣ - 1"""
    return np.expm1(x), np.exp(x)


def expm1_vjp(slope: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = eˣ ∘ ȳ     (not y + 1, in which nothing is left of a small eˣ)"""
    return (slope * y_bar,)


def expm1_jvp(slope: Array, x_dot: Array) -> Array:
    """ẏ = eˣ ∘ ẋ"""
    return slope * x_dot


def log1p_forward(x: Array) -> Pair:
    """y = log(1 + x)"""
    return np.log1p(x), x


def log1p_vjp(x: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ / (1 + x)"""
    return (y_bar / (1 + x),)


def log1p_jvp(x: Array, x_dot: Array) -> Array:
    """ẏ = ẋ / (1 + x)"""
    return x_dot / (1 + x)


def sqrt_forward(x: Array) -> Pair:
    """y = √x"""
    y = np.sqrt(x)
    return y, y


def sqrt_vjp(y: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ / 2y     (from y² = x: 2y dy = dx)"""
    return (y_bar / (2 * y),)


def sqrt_jvp(y: Array, x_dot: Array) -> Array:
    """ẏ = ẋ / 2y"""
    return x_dot / (2 * y)


def rsqrt_forward(x: Array) -> tuple[Array, Pair]:
    """y = 1 / √x"""
    y = 1 / np.sqrt(x)
    return y, (x, y)


def rsqrt_vjp(saved: Pair, y_bar: Array) -> tuple[Array]:
    """x̄ = -y ∘ ȳ / 2x     (from x y² = 1: y² dx + 2x y dy = 0)"""
    x, y = saved
    return (-y * y_bar / (2 * x),)


def rsqrt_jvp(saved: Pair, x_dot: Array) -> Array:
    """ẏ = -y ∘ ẋ / 2x"""
    x, y = saved
    return -y * x_dot / (2 * x)


def sin_forward(x: Array) -> Pair:
    """y = sin x"""
    return np.sin(x), np.cos(x)


def sin_vjp(slope: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = cos x ∘ ȳ"""
    return (slope * y_bar,)


def sin_jvp(slope: Array, x_dot: Array) -> Array:
    """ẏ = cos x ∘ ẋ"""
    return slope * x_dot


def cos_forward(x: Array) -> Pair:
    """y = cos x"""
    return np.cos(x), -np.sin(x)


def cos_vjp(slope: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = -sin x ∘ ȳ"""
    return (slope * y_bar,)


def cos_jvp(slope: Array, x_dot: Array) -> Array:
    """ẏ = -sin x ∘ ẋ"""
    return slope * x_dot


def pow_forward(x: Array, *, exponent: float) -> tuple[Array, Powered]:
    """y = xᵖ;  a whole power of x < 0 is ±(-x)ᵖ, so that a complex step stays away from the logarithm's branch cut."""
    if not exponent.is_integer():
        return x**exponent, (x, exponent)
    negative = x.real < 0
    size = np.where(negative, -x, x) ** exponent
    return np.where(negative & (exponent % 2 == 1), -size, size), (x, exponent)


def pow_vjp(saved: Powered, y_bar: Array) -> tuple[Array]:
    """x̄ = p xᵖ⁻¹ ∘ ȳ"""
    return (pow_slope(saved) * y_bar,)


def pow_jvp(saved: Powered, x_dot: Array) -> Array:
    """ẏ = p xᵖ⁻¹ ∘ ẋ"""
    return pow_slope(saved) * x_dot


def pow_slope(saved: Powered) -> Array:
    """p xᵖ⁻¹, which is 0 for p = 0, where 0 x⁻¹ would be NaN at x = 0."""
    x, p = saved
    return p * x ** (p - 1) if p else np.zeros_like(x)


def power_forward(base: Array, exponent: Array) -> tuple[Array, Triple]:
    """y = bᵖ"""
    y = base**exponent
    return y, (base, exponent, y)


def power_vjp(saved: Triple, y_bar: Array) -> Pair:
    """b̄ = p bᵖ⁻¹ ∘ ȳ     p̄ = y log b ∘ ȳ     (bᵖ = e^(p log b))"""
    base, exponent, y = saved
    return exponent * base ** (exponent - 1) * y_bar, y * np.log(base) * y_bar


def power_jvp(saved: Triple, base_dot: Array, exponent_dot: Array) -> Array:
    """ẏ = p bᵖ⁻¹ ∘ ḃ + y log b ∘ ṗ"""
    base, exponent, y = saved
    return exponent * base ** (exponent - 1) * base_dot + y * np.log(base) * exponent_dot


RULES = {
    "exp": Rule(exp_forward, exp_vjp, exp_jvp),
    "log": Rule(log_forward, log_vjp, log_jvp),
    "expm1": Rule(expm1_forward, expm1_vjp, expm1_jvp),
    "log1p": Rule(log1p_forward, log1p_vjp, log1p_jvp),
    "sqrt": Rule(sqrt_forward, sqrt_vjp, sqrt_jvp),
    "rsqrt": Rule(rsqrt_forward, rsqrt_vjp, rsqrt_jvp),
    "sin": Rule(sin_forward, sin_vjp, sin_jvp),
    "cos": Rule(cos_forward, cos_vjp, cos_jvp),
    "pow": Rule(pow_forward, pow_vjp, pow_jvp),
    "power": Rule(power_forward, power_vjp, power_jvp, broadcasts=True),
}
