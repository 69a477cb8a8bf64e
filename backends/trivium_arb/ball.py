"""Balls: numbers with a radius, in arrays of objects. Every result provably holds the exact one.

Knows nothing of derivatives. python-flint's precision belongs to the whole process, so that all work on balls is done
inside `working`, one thread at a time; a ball never leaves it: what leaves is an Enclosure, in float64.
"""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import methodcaller
from typing import Any

import numpy as np
from flint import acb, acb_mat, arb, arb_mat, ctx

from trivium.referee import Enclosure

Array = np.ndarray[Any, Any]
Balls = np.ndarray[Any, Any]
"""An array of objects: arb, real balls; in the rule-free proof acb, rectangles in the complex plane."""

LOCK = threading.RLock()


class Undecided(Exception):
    """A branch that this precision leaves open: a ball that holds numbers of both sides."""


@dataclass
class Work:
    """What happened inside of one `working`: how many branches stood exactly on a tie, and took a convention."""

    ties: int = 0


WORK: list[Work] = []
"""The work that goes on, innermost last; only who holds LOCK touches it."""


@contextmanager
def working(bits: int) -> Iterator[Work]:
    """So many bits, for one thread at a time, and the caller's own again afterwards."""
    with LOCK, ctx.workprec(bits):
        WORK.append(Work())
        try:
            yield WORK[-1]
        finally:
            _ = WORK.pop()


def tied(count: int) -> None:
    """So many entries stand exactly on a kink."""
    if WORK:
        WORK[-1].ties += int(count)


def each(function: Callable[..., Any], *arrays: Any) -> Balls:
    """The function of every entry; arrays of objects in and out, of any number of axes."""
    return np.asarray(np.frompyfunc(function, len(arrays), 1)(*arrays), object)


def calling(method: str, **options: Any) -> Callable[[Balls], Balls]:
    """What calls a method of every ball, real or complex."""
    call = np.frompyfunc(methodcaller(method, **options), 1, 1)
    return lambda x: np.asarray(call(x), object)


def exact(x: Any) -> Balls:
    """Numbers as balls of radius 0: every finite float64 is one. ValueError for what is no number."""
    array = np.asarray(x, np.float64)
    if not np.isfinite(array).all():
        raise ValueError("a ball needs finite numbers")
    return each(arb, array)


def is_complex(x: Balls) -> bool:
    """Whether the balls are complex: all of them are, or none."""
    return bool(x.size) and isinstance(x.flat[0], acb)


def sign(x: Balls) -> Array:
    """-1, 0, 1 per entry, 0 for what is exactly 0; Undecided where a ball holds 0 and more.

    Of complex balls the sign of the real part; 0 is then undecided: nothing is analytic where a branch ends.
    """
    real = each(lambda z: z.real, x) if is_complex(x) else x
    above, below = np.asarray(real > 0, bool), np.asarray(real < 0, bool)
    rest = ~(above | below)
    if rest.any() and (real is not x or not all(ball.is_zero() for ball in np.atleast_1d(real)[np.atleast_1d(rest)])):
        raise Undecided
    tied(rest.sum())
    return above.astype(int) - below


def product(a: Balls, b: Balls) -> Balls:
    """Matrix products along the last two axes, those in front broadcast as in NumPy."""
    front = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    m, n = a.shape[-2], b.shape[-1]
    y = np.empty((*front, m, n), object)
    a, b = (np.broadcast_to(z, (*front, *z.shape[-2:])) for z in (a, b))
    kind: Any = acb_mat if is_complex(a) or is_complex(b) else arb_mat
    for place in np.ndindex(*front):
        left, right = (kind(*z.shape, z.ravel().tolist()) for z in (a[place], b[place]))
        y[place] = np.array((left * right).entries(), object).reshape(m, n)
    return y


def enclosure(x: Balls) -> Enclosure:
    """The balls as float64 numbers that leave this precision behind; the radius is rounded up."""
    hi, lo, radius = (np.asarray(part, np.float64) for part in _LEAVE(x))
    finite = np.isfinite(hi) & np.isfinite(lo) & np.isfinite(radius)
    return Enclosure(
        np.where(np.isnan(hi), 0.0, hi),
        np.where(finite, lo, 0.0),
        np.where(finite, np.where(radius > 0, np.nextafter(radius, np.inf), 0.0), np.inf),
    )


def _leave(ball: arb) -> tuple[float, float, float]:
    hi = float(ball)
    if math.isinf(hi) and not ball.abs_lower() > LARGEST:
        return math.nan, math.nan, math.inf  # its middle is past float64, and it may not be
    off = ball - hi
    lo = float(off)
    rest = (off - lo).abs_upper()
    return hi, lo, float(rest) or (0.0 if rest.is_zero() else TINY)


TINY, LARGEST = 5e-324, sys.float_info.max
"""The least float64 above 0, and the largest."""
_LEAVE = np.frompyfunc(_leave, 1, 3)
