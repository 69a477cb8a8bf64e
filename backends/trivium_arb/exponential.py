"""Exponentials, logarithms, powers and the circular functions, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

from trivium_arb.primitive import cos, exp, expm1, log, log1p, sin, sqrt, whole_power
from trivium_arb.tape import Tensor, lift


def rsqrt(x: Tensor) -> Tensor:
    """1 / √x"""
    return 1 / sqrt(x)


def power(base: Tensor, exponent: Tensor) -> Tensor:
    """e^(exponent log base)"""
    return exp(exponent * log(base))


def pow_(x: Tensor, *, exponent: float) -> Tensor:
    """x · … · x where the exponent is whole, one over that where it is below 0, else e^(exponent log x)"""
    return whole_power(x, int(exponent)) if float(exponent).is_integer() else power(x, lift(exponent))


OPERATIONS = {
    "exp": exp,
    "log": log,
    "expm1": expm1,
    "log1p": log1p,
    "sqrt": sqrt,
    "rsqrt": rsqrt,
    "sin": sin,
    "cos": cos,
    "pow": pow_,
    "power": power,
}
