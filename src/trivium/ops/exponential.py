"""Exponentials and logarithms, entry by entry.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Case, Domain, Kind, op

exp = op("exp(x: *s) -> *s", "eˣ", cases=(Case(((3, 5),)),))
log = op(
    "log(x: *s) -> *s",
    "The natural logarithm of x.",
    kinds={"x": Kind("positive")},
    domain=Domain("x > 0", lambda attrs, x: {"x": x <= 0}),
    cases=(Case(((3, 5),)),),
)

OPS = (exp, log)
