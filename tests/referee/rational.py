"""Exact inner products of enclosures, in fractions: what two proofs are held against each other with.

Knows nothing of balls.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from trivium.backend import Array
from trivium.referee import Enclosure

Interval = tuple[Fraction, Fraction]
"""A middle and a radius."""


def interval(e: Enclosure) -> Interval:
    """One number's."""
    return Fraction(float(e.hi)) + Fraction(float(e.lo)), Fraction(float(e.radius))


def along(pairs: Iterable[tuple[Enclosure | None, Array | None]]) -> Interval:
    """Σ x̄ ẋ over all entries; None where nothing moves."""
    middle = radius = Fraction(0)
    for e, dot in pairs:
        if e is not None and dot is not None:
            for hi, lo, r, v in zip(e.hi.flat, e.lo.flat, e.radius.flat, dot.flat, strict=True):
                middle += (Fraction(float(hi)) + Fraction(float(lo))) * Fraction(float(v))
                radius += Fraction(float(r)) * abs(Fraction(float(v)))
    return middle, radius


def meet(a: Interval, b: Interval) -> bool:
    """Whether the two have a number in common."""
    return abs(a[0] - b[0]) <= a[1] + b[1]


def narrow(a: Interval, *, digits: int) -> bool:
    """Whether the radius is below so many decimal digits of the middle, or of 1 where that is less."""
    return a[1] * 10**digits <= max(abs(a[0]), Fraction(1))
