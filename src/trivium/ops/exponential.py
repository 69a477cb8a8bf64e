"""Exponentials, logarithms, powers and the circular functions, entry by entry.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from typing import Any

from trivium.ops.arithmetic import BROADCAST_CASES, broadcast
from trivium.spec.op import Attribute, Attributes, Case, Domain, Kind, op
from trivium.spec.signature import Shape

CASES = (Case(((3, 5),)), Case(((),)), Case(((1,),)), Case(((2, 1, 3, 7),)))
ABOVE_0 = Domain("x > 0", lambda attrs, x: {"x": x <= 0})


def _base(shapes: tuple[Shape, ...], attrs: Attributes) -> Kind:
    return Kind() if attrs["exponent"].is_integer() else Kind("positive")


def _outside(attrs: Attributes, x: Any) -> dict[str, Any]:
    """A whole power is a product, and below 0 a quotient, that negative numbers have too."""
    exponent = attrs["exponent"]
    if not exponent.is_integer():
        return {"x": x <= 0}
    return {"x": x == 0} if exponent < 0 else {}


exp = op("exp(x: *s) -> *s", "eˣ", cases=CASES)
log = op("log(x: *s) -> *s", "The natural logarithm of x.", kinds={"x": Kind("positive")}, domain=ABOVE_0, cases=CASES)
expm1 = op(
    "expm1(x: *s) -> *s",
    "eˣ - 1, to all its digits where x is near 0; its slope is eˣ",
    cases=CASES,
    differences=(
        "torch: the slope of torch.expm1 is its result plus 1, which is right to a rounding of 1: 0 in place of e⁻⁴⁰.",
        "jax: the slope of jnp.expm1 is its result plus 1, which is right to a rounding of 1: 0 in place of e⁻⁴⁰.",
    ),
)
log1p = op(
    "log1p(x: *s) -> *s",
    "log(1 + x), to all its digits where x is near 0",
    kinds={"x": Kind("above -1")},
    domain=Domain("x > -1", lambda attrs, x: {"x": x <= -1}),
    cases=CASES,
)
sqrt = op("sqrt(x: *s) -> *s", "√x", kinds={"x": Kind("positive")}, domain=ABOVE_0, cases=CASES)
rsqrt = op(
    "rsqrt(x: *s) -> *s",
    "1 / √x",
    kinds={"x": Kind("positive")},
    domain=ABOVE_0,
    cases=CASES,
    elsewhere=("reciprocal_sqrt", "inverse_sqrt"),
)
sin = op("sin(x: *s) -> *s", "The sine of x, an angle in radians.", cases=CASES)
cos = op("cos(x: *s) -> *s", "The cosine of x, an angle in radians.", cases=CASES)
pow_ = op(
    "pow(x: *s) -> *s",
    "x to the power `exponent`, one number; x⁰ = 1 at every x, its slope 0, also at 0",
    attributes=(Attribute("exponent", "float"),),
    kinds={"x": _base},
    domain=Domain("x > 0 (any x for a whole exponent from 0 up, any but 0 for a negative whole one)", _outside),
    cases=(
        Case(((3, 5),), {"exponent": 3.0}),
        Case(((2, 1, 3, 7),), {"exponent": 2.0}),
        Case(((7,),), {"exponent": -3.0}),
        Case(((3, 5),), {"exponent": 0.5}),
        Case(((1, 5),), {"exponent": -1.7}),
        Case(((),), {"exponent": 1.0}),
    ),
    elsewhere=("float_power", "integer_pow"),
    differences=(
        "jax: the slope of jnp.power(x, 0.0) at x = 0 is NaN, that of jnp.power(x, 0) is 0, as here.",
        "numpy: np.power, as torch.pow and jnp.power, also takes an array of exponents; here that is power.",
    ),
)
power = op(
    "power(base: *s, exponent: *t) -> *u",
    "base to the power of exponent, entry by entry",
    shape=broadcast,
    kinds={"base": Kind("positive")},
    domain=Domain("base > 0", lambda attrs, base, exponent: {"base": base <= 0}),
    cases=BROADCAST_CASES,
    differences=(
        "torch: torch.pow raises a negative base to a whole power, with a slope of NaN in the exponent; here use pow.",
        "jax: jnp.power raises a negative base to a whole power, with a slope of NaN in the exponent; here use pow.",
    ),
)

OPS = (exp, log, expm1, log1p, sqrt, rsqrt, sin, cos, pow_, power)
