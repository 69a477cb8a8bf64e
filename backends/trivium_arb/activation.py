"""Smooth activations, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

from trivium_arb.primitive import erf, erfc, exp, log1p, pi, signs, sqrt, tanh, where
from trivium_arb.tape import Tensor, lift


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e⁻ˣ)"""
    return 1 / (1 + exp(-x))


def softplus(x: Tensor) -> Tensor:
    """log(1 + eˣ)"""
    return log1p(exp(x))


def log_sigmoid(x: Tensor) -> Tensor:
    """-log(1 + e⁻ˣ)"""
    return -log1p(exp(-x))


def gelu(x: Tensor) -> Tensor:
    """x erfc(-x/√2) / 2"""
    return x * erfc(-x / sqrt(lift(2))) / 2


def gelu_tanh(x: Tensor) -> Tensor:
    """x / (1 + e⁻²ᵘ), u = √(2/π) (x + 0.044715 x³)"""
    u = sqrt(2 / pi()) * (x + lift(0.044715) * x * x * x)
    return x / (1 + exp(-2 * u))


def silu(x: Tensor) -> Tensor:
    """x / (1 + e⁻ˣ)"""
    return x / (1 + exp(-x))


def mish(x: Tensor) -> Tensor:
    """x tanh(log(1 + eˣ))"""
    return x * tanh(log1p(exp(x)))


def softsign(x: Tensor) -> Tensor:
    """x / (1 + |x|)"""
    return x / (1 + where(signs(x) < 0, -x, x))


OPERATIONS = {
    "tanh": tanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "log_sigmoid": log_sigmoid,
    "erf": erf,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "silu": silu,
    "mish": mish,
    "softsign": softsign,
}
