"""Arithmetic, entry by entry, as defined; the operators of a Tensor broadcast.

Knows nothing of derivatives.
"""

from __future__ import annotations

from operator import add, mul, neg, sub, truediv

from trivium_arb.tape import Tensor, lift


def constant(*, value: float) -> Tensor:
    """The number"""
    return lift(value)


def square(x: Tensor) -> Tensor:
    """x²"""
    return x * x


OPERATIONS = {
    "constant": constant,
    "neg": neg,
    "add": add,
    "sub": sub,
    "mul": mul,
    "div": truediv,
    "square": square,
}
