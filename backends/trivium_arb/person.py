"""A number for a person's own NumPy code: a ball that answers what is certain, and refuses to guess.

Knows nothing of derivatives. NumPy calls the methods of an object's own class, so that unmodified code runs on arrays
of these. Nothing turns one into a float: code that would drop its radius fails, and says where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from operator import methodcaller
from typing import Any, NoReturn

import numpy as np
from flint import acb, arb

from trivium_arb.ball import Balls, Undecided, each, exact


class TooLongError(Exception):
    """The code takes more operations than were allowed."""


LEFT: ContextVar[list[int] | None] = ContextVar("LEFT", default=None)
"""Operations that are left, where they are counted."""


@contextmanager
def counted(most: int) -> Iterator[None]:
    """No more than so many operations of two numbers: TooLongError at the next."""
    token = LEFT.set([most])
    try:
        yield
    finally:
        LEFT.reset(token)


class Ball:
    """A real ball or a rectangle in the complex plane, behind what NumPy asks of an object."""

    __slots__ = ("z",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, z: Any) -> None:
        self.z = z

    def __repr__(self) -> str:
        return f"Ball({self.z})"

    def __add__(self, other: Any) -> Any:
        return _new(self, other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Any:
        return _new(self, other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> Any:
        return _new(self, other, lambda a, b: a * b)

    def __truediv__(self, other: Any) -> Any:
        return _new(self, other, lambda a, b: a / b)

    def __rsub__(self, other: Any) -> Any:
        return _new(self, other, lambda a, b: b - a)

    def __rtruediv__(self, other: Any) -> Any:
        return _new(self, other, lambda a, b: b / a)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n: Any) -> Any:
        return _new(self, n, _power)

    def __rpow__(self, base: Any) -> Any:
        return _new(self, base, lambda n, b: (n * b.log()).exp())

    def __neg__(self) -> Ball:
        return Ball(-self.z)

    def __pos__(self) -> Ball:
        return self

    def __abs__(self) -> Ball:
        return Ball(-self.z if self < 0 else self.z)

    def __lt__(self, other: Any) -> bool:
        return self._side(other) < 0

    def __gt__(self, other: Any) -> bool:
        return self._side(other) > 0

    def __le__(self, other: Any) -> bool:
        return self._side(other) <= 0

    def __ge__(self, other: Any) -> bool:
        return self._side(other) >= 0

    def __eq__(self, other: object) -> bool:
        return self._side(other) == 0

    def __ne__(self, other: object) -> bool:
        return self._side(other) != 0

    def __bool__(self) -> bool:
        return self._side(0) != 0

    def _side(self, other: Any) -> int:
        """The sign of self - other; Undecided where they overlap, but for two that are exactly one number."""
        found = _number(other)
        if found is None:
            raise TypeError(f"a ball is not compared with a {type(other).__name__}")
        gap = self.z - found
        real = gap.real
        if real > 0 or real < 0:
            return 1 if real > 0 else -1
        if isinstance(gap, arb) and gap.is_zero():
            return 0
        raise Undecided

    def __float__(self) -> NoReturn:
        raise TypeError("a ball cannot become a float: its radius would be lost (an array of floats was written to?)")

    __int__ = __complex__ = __index__ = __float__

    def __getattr__(self, name: str) -> Callable[[], Ball]:
        if name in FUNCTIONS:
            return lambda: Ball(FUNCTIONS[name](self.z))
        raise AttributeError(f"a ball has no {name}")


def _power(x: Any, n: Any) -> Any:
    whole = n if isinstance(n, int) else int(n.real.unique_fmpz()) if n.real.is_integer() and n.imag.is_zero() else None
    return x**whole if whole is not None else (n * _log(x)).exp()


def _log(z: Any) -> Any:
    return z.log(analytic=True) if isinstance(z, acb) else z.log()


def _sqrt(z: Any) -> Any:
    return z.sqrt(analytic=True) if isinstance(z, acb) else z.sqrt()


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    **{name: methodcaller(name) for name in ("exp", "tanh", "sin", "cos", "sinh", "cosh", "tan")},
    "expm1": lambda z: z.expm1(),
    "log": _log,
    "log1p": lambda z: _log(1 + z) if isinstance(z, acb) else z.log1p(),
    "log2": lambda z: _log(z) / arb(2).log(),
    "log10": lambda z: _log(z) / arb(10).log(),
    "exp2": lambda z: (z * arb(2).log()).exp(),
    "sqrt": _sqrt,
    "square": lambda z: z * z,
    "reciprocal": lambda z: 1 / z,
    "conjugate": lambda z: z,  # of a real number; where t is complex, the function that a real formula goes on as
    "arctan": lambda z: z.atan(),
}
"""What NumPy calls by name on the entries of an array of objects."""


def _number(x: Any) -> Any:
    """A ball's or a plain number's value as flint has it; None for anything else."""
    if isinstance(x, Ball):
        return x.z
    if isinstance(x, bool | int | np.integer | np.bool_):
        return int(x)
    if isinstance(x, float | np.floating):
        return arb(float(x)) if np.isfinite(x) else None
    return None


def _new(a: Ball, b: Any, f: Callable[[Any, Any], Any]) -> Any:
    left = LEFT.get()
    if left is not None:
        left[0] -= 1
        if left[0] < 0:
            raise TooLongError
    other = _number(b)
    if other is None:
        return NotImplemented
    return Ball(f(a.z, arb(other) if isinstance(other, int) and f is not _power else other))


def handed(x: Any, along: Any = None, t: Any = None) -> Any:
    """x as an array of balls; x + t v where it is moved."""
    balls: Balls = exact(x)
    if along is not None:
        balls = np.asarray(each(acb, balls) + exact(along) * t, object)
    return each(Ball, balls)


def taken(x: Any) -> Balls:
    """What a person's code gave back, as flint's balls; TypeError for what is neither a ball nor a number."""

    def one(entry: Any) -> Any:
        found = _number(entry)
        if found is None:
            raise TypeError(f"it gives back a {type(entry).__name__}, needs numbers")
        return arb(found) if isinstance(found, int) else found

    return each(one, np.asarray(x, object))
