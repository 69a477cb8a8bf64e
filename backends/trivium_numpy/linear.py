"""Products of matrices by hand.

Knows nothing of the other roads.
"""

from __future__ import annotations

from trivium.backend import Array
from trivium_numpy.rule import Rule

Pair = tuple[Array, Array]
Triple = tuple[Array, Array, Array]


def matmul_forward(a: Array, b: Array) -> tuple[Array, Pair]:
    """y = a b"""
    return a @ b, (a, b)


def matmul_vjp(saved: Pair, y_bar: Array) -> Pair:
    """ā = ȳ bᵀ     b̄ = aᵀ ȳ     (from ⟨ȳ, da b + a db⟩)"""
    a, b = saved
    return y_bar @ b.T, a.T @ y_bar


def matmul_jvp(saved: Pair, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = ȧ b + a ḃ"""
    a, b = saved
    return a_dot @ b + a @ b_dot


def affine_forward(w: Array, x: Array, c: Array) -> tuple[Array, Pair]:
    """y = w x + c"""
    return w @ x + c, (w, x)


def affine_vjp(saved: Pair, y_bar: Array) -> Triple:
    """w̄ = ȳ xᵀ     x̄ = wᵀ ȳ     c̄ = Σ_b ȳ     (c was spread over b, so its cotangent is gathered over b)"""
    w, x = saved
    return y_bar @ x.T, w.T @ y_bar, y_bar.sum(axis=1, keepdims=True)


def affine_jvp(saved: Pair, w_dot: Array, x_dot: Array, c_dot: Array) -> Array:
    """ẏ = ẇ x + w ẋ + ċ"""
    w, x = saved
    return w_dot @ x + w @ x_dot + c_dot


def linear_forward(x: Array, w: Array, c: Array) -> tuple[Array, Pair]:
    """y = x wᵀ + c"""
    return x @ w.T + c, (x, w)


def linear_vjp(saved: Pair, y_bar: Array) -> Triple:
    """x̄ = ȳ w     w̄ = ȳᵀ x     c̄ = Σ_b ȳ     (c was spread over b, so its cotangent is gathered over b)"""
    x, w = saved
    return y_bar @ w, y_bar.T @ x, y_bar.sum(axis=0)


def linear_jvp(saved: Pair, x_dot: Array, w_dot: Array, c_dot: Array) -> Array:
    """ẏ = ẋ wᵀ + x ẇᵀ + ċ"""
    x, w = saved
    return x_dot @ w.T + x @ w_dot.T + c_dot


RULES = {
    "matmul": Rule(matmul_forward, matmul_vjp, matmul_jvp),
    "affine": Rule(affine_forward, affine_vjp, affine_jvp),
    "linear": Rule(linear_forward, linear_vjp, linear_jvp),
}
