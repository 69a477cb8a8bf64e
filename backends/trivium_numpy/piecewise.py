"""Functions made of smooth pieces, by hand; on a kink the convention is the one the docstring states.

Knows nothing of the other roads. Branches look at the real part alone, so that a complex step passes through.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium.ops.piecewise import SELU_ALPHA, SELU_SCALE
from trivium_numpy.rule import Rule, only, unbroadcast
from trivium_numpy.selection import clip_forward, clip_jvp, clip_vjp

Leaky = tuple[Array, float]
Parametric = tuple[Array, Array, tuple[int, ...]]


def slope_vjp(slope: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = f′(x) ∘ ȳ"""
    return (slope * y_bar,)


def slope_jvp(slope: Array, x_dot: Array) -> Array:
    """ẏ = f′(x) ∘ ẋ"""
    return slope * x_dot


def relu_forward(x: Array) -> tuple[Array, Array]:
    """y = max(x, 0)"""
    return np.maximum(x, 0), x > 0


def relu_vjp(positive: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = [x > 0] ∘ ȳ     (slope 0 at the kink)"""
    return (only(positive, y_bar),)


def relu_jvp(positive: Array, x_dot: Array) -> Array:
    """ẏ = [x > 0] ∘ ẋ"""
    return only(positive, x_dot)


def leaky_relu_forward(x: Array, *, slope: float) -> tuple[Array, Leaky]:
    """y = x where x > 0, else s x"""
    positive = x.real > 0
    return np.where(positive, x, slope * x), (positive, slope)


def leaky_relu_vjp(saved: Leaky, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ where x > 0, else s ȳ     (slope s at the kink)"""
    positive, slope = saved
    return (np.where(positive, y_bar, slope * y_bar),)


def leaky_relu_jvp(saved: Leaky, x_dot: Array) -> Array:
    """ẏ = ẋ where x > 0, else s ẋ"""
    positive, slope = saved
    return np.where(positive, x_dot, slope * x_dot)


def along(slope: Array, x: Array, axis: int | None) -> Array:
    """The slopes with axes of size 1 around them, so that they stretch over x along its channels."""
    shape = [1] * x.ndim
    if axis is not None:
        shape[axis] = slope.size
    return slope.reshape(shape)


def prelu_forward(x: Array, slope: Array, *, channel_axis: int | None) -> tuple[Array, Parametric]:
    """y = x where x > 0, else s ∘ x"""
    s = along(slope, x, channel_axis)
    return np.where(x.real > 0, x, s * x), (x, s, slope.shape)


def prelu_vjp(saved: Parametric, y_bar: Array) -> tuple[Array, Array]:
    """x̄ = ȳ where x > 0, else s ∘ ȳ     s̄ = Σ x ∘ ȳ where x <= 0     (summed over all that share a slope)"""
    x, s, shape = saved
    positive = x > 0
    s_bar = unbroadcast(only(~positive, x * y_bar), s.shape)
    return np.where(positive, y_bar, s * y_bar), s_bar.reshape(shape)


def prelu_jvp(saved: Parametric, x_dot: Array, slope_dot: Array) -> Array:
    """ẏ = ẋ where x > 0, else s ∘ ẋ + ṡ ∘ x"""
    x, s, _ = saved
    return np.where(x > 0, x_dot, s * x_dot + slope_dot.reshape(s.shape) * x)


def elu_forward(x: Array, *, alpha: float) -> tuple[Array, Array]:
    """y = x where x > 0, else α (eˣ - 1);  f′ = 1 where x > 0, else α eˣ     (slope α at the kink)"""
    positive = x.real > 0
    left = only(~positive, x)  # what is not taken must not overflow
    return np.where(positive, x, alpha * np.expm1(left)), np.where(positive, 1, alpha * np.exp(left))


def selu_forward(x: Array) -> tuple[Array, Array]:
    """y = λ x where x > 0, else λ α (eˣ - 1);  f′ = λ where x > 0, else λ α eˣ     (slope λ α at the kink)"""
    y, slope = elu_forward(x, alpha=SELU_ALPHA)
    return SELU_SCALE * y, SELU_SCALE * slope


def celu_forward(x: Array, *, alpha: float) -> tuple[Array, Array]:
    """y = x where x > 0, else α (e^(x/α) - 1);  f′ = 1 where x > 0, else e^(x/α)"""
    positive = x.real > 0
    left = only(~positive, x) / alpha
    return np.where(positive, x, alpha * np.expm1(left)), np.where(positive, 1, np.exp(left))


def hardsigmoid_forward(x: Array) -> tuple[Array, Array]:
    """y = min(max(x / 6 + 1/2, 0), 1)"""
    return np.minimum(np.maximum(x / 6 + 0.5, 0), 1), np.abs(x.real) < 3


def hardsigmoid_vjp(inside: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = ȳ / 6 where |x| < 3, else 0     (slope 0 at the kinks)"""
    return (only(inside, y_bar / 6),)


def hardsigmoid_jvp(inside: Array, x_dot: Array) -> Array:
    """ẏ = ẋ / 6 where |x| < 3, else 0"""
    return only(inside, x_dot / 6)


def hardswish_forward(x: Array) -> tuple[Array, Array]:
    """y = x h,  h = min(max(x / 6 + 1/2, 0), 1);  f′ = x / 3 + 1/2 where |x| < 3, else h     (0 and 1 at the kinks)"""
    h, inside = hardsigmoid_forward(x)
    return x * h, np.where(inside, x / 3 + 0.5, h)


def abs_forward(x: Array) -> tuple[Array, Array]:
    """y = |x|;  f′ = sign(x)     (slope 0 at the kink)"""
    return np.copysign(1, x.real) * x, np.sign(x.real)


def sign_forward(x: Array) -> tuple[Array, None]:
    """y = 1 where x > 0, -1 where x < 0, 0 at 0"""
    return np.sign(x.real).astype(x.dtype), None


def sign_vjp(saved: None, y_bar: Array) -> tuple[Array]:
    """x̄ = 0"""
    return (np.zeros_like(y_bar),)


def sign_jvp(saved: None, x_dot: Array) -> Array:
    """ẏ = 0"""
    return np.zeros_like(x_dot)


RULES = {
    "relu": Rule(relu_forward, relu_vjp, relu_jvp),
    "leaky_relu": Rule(leaky_relu_forward, leaky_relu_vjp, leaky_relu_jvp),
    "prelu": Rule(prelu_forward, prelu_vjp, prelu_jvp),
    "elu": Rule(elu_forward, slope_vjp, slope_jvp),
    "selu": Rule(selu_forward, slope_vjp, slope_jvp),
    "celu": Rule(celu_forward, slope_vjp, slope_jvp),
    "hardtanh": Rule(clip_forward, clip_vjp, clip_jvp),
    "hardsigmoid": Rule(hardsigmoid_forward, hardsigmoid_vjp, hardsigmoid_jvp),
    "hardswish": Rule(hardswish_forward, slope_vjp, slope_jvp),
    "abs": Rule(abs_forward, slope_vjp, slope_jvp),
    "sign": Rule(sign_forward, sign_vjp, sign_jvp),
}
