"""A person's own formula against the derivative of a person's own function: proved wrong, or not to be told apart.

Knows nothing of any op and of no rule: the derivative is Cauchy's, from values of the function alone, and both sides
are balls. What does not meet is not equal: there is no rounding in the argument, and no tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from flint import acb

from trivium.backend import Array
from trivium.errors import OracleError
from trivium.referee import CONSISTENT, UNKNOWN, WRONG, Enclosure, Proof, Proved
from trivium_arb.ball import Balls, Undecided, enclosure, exact, working
from trivium_arb.cauchy import BITS, slope
from trivium_arb.person import handed, taken

ENTRYWISE = 64
"""Arrays of up to so many entries are proved entry by entry; larger ones along signed directions."""
DIRECTIONS = 4

Function = Callable[[Mapping[str, Any]], Any]


def prove(f: Function, grad: Function, at: Mapping[str, Array], names: tuple[str, ...]) -> Proof:
    """Every named argument's gradient, as `grad` has it, against the derivative of `f`; both take arrays by name."""
    with working(BITS):
        told = _run(lambda: dict(grad({n: handed(x) for n, x in at.items()})), "the gradient")
        bars = {n: _run(partial(_entry, told, n), f"the gradient with respect to {n!r}") for n in names}
        found = []
        for name in names:
            if bars[name].shape != at[name].shape:
                raise OracleError(
                    f"the gradient with respect to {name!r} has shape {bars[name].shape}, needs {at[name].shape}"
                )
            for index, v in _directions(at[name].shape):
                along = enclosure(np.asarray((bars[name] * exact(v)).sum(), object))
                found.append(_proved(name, index, along, _slope(f, at, name, v)))
    return Proof(tuple(found))


def _entry(told: Mapping[str, Any], name: str) -> Balls:
    return taken(told[name])


def _slope(f: Function, at: Mapping[str, Array], name: str, v: Array) -> Enclosure:
    def phi(t: acb) -> acb:
        y = _run(
            lambda: taken(f({n: handed(x, v, t) if n == name else handed(x) for n, x in at.items()})), "the function"
        )
        if y.size != 1:
            raise OracleError(f"the function gives shape {y.shape}, needs one number: the loss")
        return acb(y.reshape(-1)[0])

    try:
        return slope(phi)
    except Undecided:
        return Enclosure(np.asarray(0.0), np.asarray(0.0), np.asarray(np.inf))


def _proved(name: str, index: tuple[int, ...] | None, said: Enclosure, right: Enclosure) -> Proved:
    if not (said.known and right.known):
        verdict = UNKNOWN
    else:
        known = Fraction(float(said.radius)) + Fraction(float(right.radius))
        verdict = WRONG if abs(_middle(said) - _middle(right)) > known else CONSISTENT
    return Proved(name, index, verdict, float(said.hi), float(right.hi), float(right.radius))


def _middle(e: Enclosure) -> Fraction:
    """hi + lo, exactly."""
    return Fraction(float(e.hi)) + Fraction(float(e.lo))


def _directions(shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...] | None, Array]]:
    size = int(np.prod(shape, dtype=int))
    if size <= ENTRYWISE:
        for i in range(size):
            yield tuple(int(k) for k in np.unravel_index(i, shape)), np.eye(1, size, i).reshape(shape)
        return
    random = np.random.default_rng(size)
    for _ in range(DIRECTIONS):
        yield None, random.choice([-1.0, 1.0], shape)


def _run(code: Callable[[], Any], whose: str) -> Any:
    """A person's code; OracleError where it cannot run on balls."""
    try:
        return code()
    except Undecided:
        raise
    except KeyError as error:
        raise OracleError(f"{whose} has no {error}: give one array per argument") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise OracleError(f"{whose} cannot run on exact numbers: {error}") from error
