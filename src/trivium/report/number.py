"""How a number is printed: in few digits, but in enough that two numbers which differ do not look alike.

Knows nothing of comparisons.
"""

from __future__ import annotations

import math

FEW = 4
MOST = 17
"""Significant digits: what a person reads, and what tells any two float64 numbers apart."""


def few(x: float) -> str:
    """Four significant digits; nan and inf by name."""
    return f"{x:.{FEW}g}"


def rough(x: float) -> str:
    """Two significant digits, for what is only an order of magnitude."""
    return f"{x:.2g}"


def telling(*numbers: float | None) -> tuple[str, ...]:
    """The numbers in as many digits as show the first two apart, at least four; a dash for None."""
    digits = _digits(*numbers[:2])
    return tuple("-" if x is None else f"{x:.{digits}g}" for x in numbers)


def _digits(a: float | None, b: float | None) -> int:
    if a is None or b is None or not math.isfinite(a - b) or a == b:
        return FEW
    apart = math.log10(max(abs(a), abs(b))) - math.log10(abs(a - b))
    return min(MOST, max(FEW, math.ceil(apart) + 2))


def decimal_digits(x: float | None) -> str:
    """A count of decimal digits: 15.6; `all` where the numbers are the same, a dash where there is nothing to count."""
    if x is None or math.isnan(x):
        return "-"
    return "all" if x >= MOST else f"{max(x, 0.0):.1f}"


def residual(x: float) -> str:
    """A residual: 3.1, or 2.8e+04 where it is large."""
    return f"{x:.1f}" if x < 1000 else f"{x:.2g}"


def place(index: tuple[int, ...]) -> str:
    """An index as Python writes it: [0, 1]; `alone` for the one entry of a scalar."""
    return f"[{', '.join(map(str, index))}]" if index else "alone"


def seconds(x: float) -> str:
    """A time: 12 s, 0.31 s, 4 ms."""
    return f"{x:.2g} s" if 0.1 <= x < 10 else f"{x:.0f} s" if x >= 10 else f"{1000 * x:.2g} ms"
