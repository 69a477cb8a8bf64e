"""Functions made of smooth pieces, as defined; a ball that reaches over a kink is refused.

Knows nothing of derivatives.
"""

from __future__ import annotations

from trivium.ops.piecewise import SELU_ALPHA, SELU_SCALE
from trivium_arb.primitive import expm1, reshape, signs, where
from trivium_arb.selection import clip
from trivium_arb.tape import Tensor, lift


def relu(x: Tensor) -> Tensor:
    """x where x > 0, else 0; at 0 the slope is 0"""
    return where(signs(x) > 0, x, 0)


def leaky_relu(x: Tensor, *, slope: float) -> Tensor:
    """x where x > 0, else slope x; at 0 the slope is the left one"""
    return where(signs(x) > 0, x, x * slope)


def prelu(x: Tensor, slope: Tensor, *, channel_axis: int | None) -> Tensor:
    """x where x > 0, else slope x, a slope for each channel or one for all"""
    behind = 0 if channel_axis is None else x.ndim - 1 - channel_axis % x.ndim
    own = reshape(slope, ()) if channel_axis is None else reshape(slope, (*slope.shape, *(1,) * behind))
    return where(signs(x) > 0, x, x * own)


def curved(x: Tensor, alpha: Tensor, per: Tensor) -> Tensor:
    """x where x > 0, else alpha (e^(x / per) - 1)"""
    right = signs(x) > 0
    return where(right, x, alpha * expm1(where(right, 0, x) / per))


def elu(x: Tensor, *, alpha: float) -> Tensor:
    """x where x > 0, else alpha (eˣ - 1)"""
    return curved(x, lift(alpha), lift(1))


def selu(x: Tensor) -> Tensor:
    """λ elu(x)"""
    return curved(x, lift(SELU_ALPHA), lift(1)) * SELU_SCALE


def celu(x: Tensor, *, alpha: float) -> Tensor:
    """x where x > 0, else alpha (e^(x / alpha) - 1)"""
    return curved(x, lift(alpha), lift(alpha))


def hardsigmoid(x: Tensor) -> Tensor:
    """x / 6 + 1/2, but 0 below -3 and 1 above 3"""
    return where(signs(x + 3) < 0, 0, where(signs(x - 3) > 0, 1, (x + 3) / 6))


def hardswish(x: Tensor) -> Tensor:
    """x hardsigmoid(x)"""
    return x * hardsigmoid(x)


def abs_(x: Tensor) -> Tensor:
    """x times its sign; at 0 the slope is 0"""
    return x * signs(x)


def sign(x: Tensor) -> Tensor:
    """-1, 0 or 1"""
    return lift(signs(x))


OPERATIONS = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "elu": elu,
    "selu": selu,
    "celu": celu,
    "hardtanh": clip,
    "hardsigmoid": hardsigmoid,
    "hardswish": hardswish,
    "abs": abs_,
    "sign": sign,
}
