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
from trivium_arb.cauchy import BITS, RADIUS, STEP, slope
from trivium_arb.person import TooLongError, counted, handed, taken

MOST = 2**16
"""Operations of two numbers that one derivative of a person's function may take: some tenths of a second."""
ENTRYWISE = 64
"""Arrays of up to so many entries are proved entry by entry; larger ones along signed directions."""
DIRECTIONS = 4
DISCS = (
    {"bits": BITS, "step": STEP, "radius": RADIUS},
    {"bits": 3200, "step": -2400, "radius": -1100},
)
"""The second one is smaller than any float64: only a branch exactly at the point lies in it."""
TELLING = 2.0**-26
"""Two numbers that meet are consistent if they are known to this part of themselves."""
NOTHING = 2.0**-53
"""Two that may be 0 are consistent if they are known to this part of the loss over the largest argument."""

Function = Callable[[Mapping[str, Any]], Any]


def prove(f: Function, grad: Function, at: Mapping[str, Array], names: tuple[str, ...]) -> Proof:
    """Every named argument's gradient, as `grad` has it, against the derivative of `f`; both take arrays by name."""
    with working(BITS):
        still = {n: handed(x) if n in names or x.dtype.kind == "f" else x for n, x in at.items()}
        told = _twice(lambda: _graded(grad, still, names), "the gradient")
        middle = float(enclosure(_twice(lambda: {"": _loss(f, still)}, "the function")[""]).hi)
        found = []
        for name in names:
            if told[name].shape != at[name].shape:
                raise OracleError(
                    f"the gradient with respect to {name!r} has shape {told[name].shape}, needs {at[name].shape}"
                )
            size = max(1.0, float(np.abs(at[name]).max(initial=0.0)))
            for index, v in _directions(at[name].shape):
                along = enclosure(np.asarray(np.asarray(told[name] * exact(v), object).sum(), object))
                enough = NOTHING * max(1.0, abs(middle)) / size
                right, why = _slope(f, still, name, at[name], v, enough)
                found.append(_proved(name, index, along, right, why, enough))
    if not found:
        raise OracleError(f"nothing to prove: {', '.join(names)} have no entries")
    return Proof(tuple(found))


def derivative(f: Function, at: Mapping[str, Array], name: str, v: Array) -> Enclosure:
    """Where the derivative of `f` provably is, as one argument moves along v; nothing is known where a branch lies.

    OracleError where that takes more operations than MOST.
    """
    with working(BITS), counted(MOST):
        still = {n: handed(x) if x.dtype.kind == "f" else x for n, x in at.items()}
        try:
            return _slope(f, still, name, at[name], v, NOTHING)[0]
        except TooLongError:
            raise OracleError(f"the function takes more than {MOST:,} operations") from None


def _graded(grad: Function, still: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Balls]:
    told = _run(lambda: dict(grad(still)), "the gradient")
    return {n: _run(partial(_entry, told, n), f"the gradient with respect to {n!r}") for n in names}


def _entry(told: Mapping[str, Any], name: str) -> Balls:
    return taken(told[name])


def _loss(f: Function, given: Mapping[str, Any]) -> Balls:
    y = _run(lambda: taken(f(given)), "the function")
    if y.size != 1:
        raise OracleError(f"the function gives shape {y.shape}, needs one number: the loss")
    return y.reshape(())


def _twice(code: Callable[[], dict[str, Balls]], whose: str) -> dict[str, Balls]:
    """What code gives, if it gives the same again: a proof is about one function."""
    try:
        one, other = code(), code()
    except Undecided:
        raise OracleError(f"{whose} has a branch that these numbers leave open: move the point a little") from None
    if any(a.shape != other[n].shape or not all(map(_meet, a.flat, other[n].flat)) for n, a in one.items()):
        raise OracleError(
            f"{whose} gives other numbers when it is called again: it draws random numbers, or keeps a state; seed it "
            "inside, or hand it the mask"
        )
    return one


def _meet(a: Any, b: Any) -> bool:
    return bool(a.overlaps(b)) or not (a.is_finite() and b.is_finite())


def _slope(
    f: Function, still: Mapping[str, Any], name: str, x: Array, v: Array, enough: float
) -> tuple[Enclosure, str]:
    """The derivative along v, and why there is none; where a disc is too large to say much, a smaller one is taken."""
    best, why = Enclosure(np.asarray(0.0), np.asarray(0.0), np.asarray(np.inf)), ""
    for disc in DISCS:
        with working(disc["bits"]):
            try:
                found = slope(lambda t: acb(_loss(f, {**still, name: handed(x, v, t)}).item()), **disc)
            except Undecided:
                why = "a branch lies here"
                continue
        why = why or ("" if found.known else "nothing finite encloses it")
        best = found if found.radius < best.radius else best
        if best.radius <= max(TELLING * abs(float(best.hi)), enough):
            break
    return best, why


def _proved(
    name: str, index: tuple[int, ...] | None, said: Enclosure, right: Enclosure, why: str, enough: float
) -> Proved:
    """Wrong where the two do not meet; consistent where they do and are narrow; else nothing is known."""
    verdict, radius = UNKNOWN, float(said.radius) + float(right.radius)
    if not said.known:
        why = "the gradient is not finite"
    elif right.known and abs(_middle(said) - _middle(right)) > Fraction(float(said.radius)) + Fraction(
        float(right.radius)
    ):
        verdict = WRONG
    elif right.known and radius <= max(TELLING * max(abs(float(said.hi)), abs(float(right.hi))), enough):
        verdict = CONSISTENT
    elif right.known:
        why = f"they meet, but are known to {radius:.1g} only"
    return Proved(name, index, verdict, float(said.hi), float(right.hi), radius, why)


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
    except (TypeError, AttributeError, ValueError, IndexError, ArithmeticError) as error:
        raise OracleError(f"{whose} cannot run on exact numbers: {error}") from error
