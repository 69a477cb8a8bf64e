"""Arithmetic by hand, entry by entry; the engine undoes the broadcasting.

Knows nothing of the other roads.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule

Pair = tuple[Array, Array]


def constant_forward(*, value: float) -> tuple[float, None]:
    """y = value"""
    return value, None


def constant_vjp(saved: None, y_bar: Array) -> tuple[()]:
    """A constant depends on nothing."""
    return ()


def constant_jvp(saved: None) -> float:
    """ẏ = 0"""
    return 0.0


def neg_forward(x: Array) -> tuple[Array, None]:
    """y = -x"""
    return -x, None


def neg_vjp(saved: None, y_bar: Array) -> tuple[Array]:
    """x̄ = -ȳ"""
    return (-y_bar,)


def neg_jvp(saved: None, x_dot: Array) -> Array:
    """ẏ = -ẋ"""
    return -x_dot


def add_forward(a: Array, b: Array) -> tuple[Array, None]:
    """y = a + b"""
    return a + b, None


def add_vjp(saved: None, y_bar: Array) -> Pair:
    """ā = ȳ     b̄ = ȳ"""
    return y_bar, y_bar


def add_jvp(saved: None, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = ȧ + ḃ"""
    return a_dot + b_dot


def sub_forward(a: Array, b: Array) -> tuple[Array, None]:
    """y = a - b"""
    return a - b, None


def sub_vjp(saved: None, y_bar: Array) -> Pair:
    """ā = ȳ     b̄ = -ȳ"""
    return y_bar, -y_bar


def sub_jvp(saved: None, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = ȧ - ḃ"""
    return a_dot - b_dot


def mul_forward(a: Array, b: Array) -> tuple[Array, Pair]:
    """y = a ∘ b"""
    return a * b, (a, b)


def mul_vjp(saved: Pair, y_bar: Array) -> Pair:
    """ā = b ∘ ȳ     b̄ = a ∘ ȳ"""
    a, b = saved
    return b * y_bar, a * y_bar


def mul_jvp(saved: Pair, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = b ∘ ȧ + a ∘ ḃ"""
    a, b = saved
    return b * a_dot + a * b_dot


def div_forward(a: Array, b: Array) -> tuple[Array, Pair]:
    """y = a / b"""
    y = a / b
    return y, (y, b)


def div_vjp(saved: Pair, y_bar: Array) -> Pair:
    """ā = ȳ / b     b̄ = -y ∘ ȳ / b     (dy = (da - y db) / b)"""
    y, b = saved
    a_bar = y_bar / b
    return a_bar, -y * a_bar


def div_jvp(saved: Pair, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = (ȧ - y ∘ ḃ) / b"""
    y, b = saved
    return (a_dot - y * b_dot) / b


def square_forward(x: Array) -> tuple[Array, Array]:
    """y = x²"""
    return np.square(x), x


def square_vjp(x: Array, y_bar: Array) -> tuple[Array]:
    """x̄ = 2 x ∘ ȳ"""
    return (2 * x * y_bar,)


def square_jvp(x: Array, x_dot: Array) -> Array:
    """ẏ = 2 x ∘ ẋ"""
    return 2 * x * x_dot


RULES = {
    "constant": Rule(constant_forward, constant_vjp, constant_jvp),
    "neg": Rule(neg_forward, neg_vjp, neg_jvp),
    "add": Rule(add_forward, add_vjp, add_jvp, broadcasts=True),
    "sub": Rule(sub_forward, sub_vjp, sub_jvp, broadcasts=True),
    "mul": Rule(mul_forward, mul_vjp, mul_jvp, broadcasts=True),
    "div": Rule(div_forward, div_vjp, div_jvp, broadcasts=True),
    "square": Rule(square_forward, square_vjp, square_jvp),
}
