"""Implementations of one function, brought to one point: a framework's, or a pair of NumPy functions.

Knows nothing of verdicts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.bringer import Brought, bringers
from trivium.errors import BackendError, ValuesError, did_you_mean
from trivium.own.brought import as_called, bring, output_of
from trivium.own.calling import Code, code
from trivium.own.naming import meant
from trivium.wanted import described


@dataclass(frozen=True)
class Called:
    """An implementation as it is called. `under` makes it of a cotangent, or of None where it gives one number.

    given   its arguments under its own names
    result  the shape of what it gives, () for one number
    """

    name: str
    under: Callable[[Array | None], Code]
    given: Mapping[str, Array]
    result: tuple[int, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One implementation at the common point.

    theirs  its own name of each thing that the first one has
    given   its arguments under its own names: the numbers of the first, in its own order of axes
    axes    that order, by the first one's names
    """

    name: str
    code: Code
    given: Mapping[str, Array]
    theirs: Mapping[str, str]
    axes: Mapping[str, tuple[int, ...]]
    notes: tuple[str, ...]

    def aligned(self, name: str, x: Array) -> Array:
        """A gradient of this one's, in the axes of the first."""
        return np.asarray(x.transpose(np.argsort(self.axes[name])))


def sides(things: Sequence[Any], at: Sequence[Any], names: Mapping[str, str | Sequence[str]]) -> tuple[Side, ...]:
    """Each implementation at the numbers of the first; ValuesError where they cannot be at the same ones."""
    if len(things) < 2:
        raise ValuesError(f"two implementations are needed, and {len(things)} is given: compare_gradients(f1, f2, at=)")
    called = _titled([_called(thing, at) for thing in things])
    results = {c.result for c in called}
    if len(results) > 1:
        said = ", ".join(f"{c.name} {c.result}" for c in called)
        raise ValuesError(f"the results have other shapes: {said}; wrap them so that they give the same")
    (result,) = results
    cotangent = np.asarray(np.random.default_rng(1).standard_normal(result)) if result else None
    return tuple(_beside(called[0], c, _named(names, i - 1), cotangent) for i, c in enumerate(called))


def _beside(first: Called, other: Called, said: Mapping[str, str], cotangent: Array | None) -> Side:
    """An implementation at the numbers of the first."""
    mine = first.given
    theirs = {n: n for n in mine} if other is first else _paired(first, other, said)
    axes = {n: _axes(n, x, theirs[n], other) for n, x in mine.items()}
    moved = {theirs[n]: np.ascontiguousarray(x.transpose(axes[n])) for n, x in mine.items()}
    given = {
        n: moved[n].astype(np.float32 if x.dtype == np.float32 else moved[n].dtype) for n, x in other.given.items()
    }
    paired = tuple(
        f"{theirs[n]} of {other.name} is {n}"
        + ("" if axes[n] == tuple(range(x.ndim)) else f" with its axes in the order {axes[n]}")
        for n, x in mine.items()
        if theirs[n] != n or axes[n] != tuple(range(x.ndim))
    )
    return Side(other.name, other.under(cotangent), given, theirs, axes, (*other.notes, *paired))


def _titled(called: Sequence[Called]) -> list[Called]:
    """With names that tell them apart."""
    names = [c.name for c in called]
    return [c if names.count(c.name) == 1 else replace(c, name=f"{c.name} {i + 1}") for i, c in enumerate(called)]


def _called(thing: Any, at: Sequence[Any]) -> Called:
    """An implementation as it was handed over: a module, a function of tensors, a pair."""
    head, function = thing if isinstance(thing, tuple) and len(thing) == 2 else (None, thing)
    if not callable(function):
        raise BackendError(
            f"{described(thing)} is no implementation: give a module, a function of tensors, or (f, gradient) in NumPy"
        )
    if callable(head):
        made, given = code(head, function, [np.asarray(x) for x in at])
        result = () if made.cotangent is None else made.cotangent.shape
        return Called(_title(head), lambda bar: replace(made, cotangent=bar), given, result, ())
    brought, what = _by_name(str(head), function, at) if head is not None else _asked(function, at)
    shape = output_of(brought, what).shape
    result = () if np.prod(shape) == 1 else shape
    return Called(what, lambda bar: as_called(brought, bar), brought.given, result, brought.notes)


def _by_name(framework: str, function: Any, at: Sequence[Any]) -> tuple[Brought, str]:
    there = {b.name: b for b in bringers()}
    if framework not in there:
        cure = did_you_mean(framework, there)
        raise BackendError(f"no framework {framework!r}{cure}: {', '.join(there) or 'none'} is imported here")
    return there[framework].function(function, at), _title(function)


def _asked(function: Any, at: Sequence[Any]) -> tuple[Brought, str]:
    try:
        return bring(function, None, at)
    except BackendError as error:
        cure = (
            "a NumPy function needs its gradient beside it, (f, gradient); ('torch', f) says which framework is meant"
        )
        raise BackendError(f"{error.problems[0].message}; {cure}") from None


def _title(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _named(names: Mapping[str, str | Sequence[str]], i: int) -> dict[str, str]:
    """The first one's names, and those of the i-th of the others."""
    return {n: said if isinstance(said, str) else said[i] for n, said in names.items()}


def _paired(first: Called, other: Called, said: Mapping[str, str]) -> dict[str, str]:
    """Which of the other's names each of the first's is: as was said, the same, with the same numbers, by order."""
    mine, theirs = list(first.given), list(other.given)
    wrong = [f"{n!r} is no name of {first.name}{did_you_mean(n, mine)}" for n in said if n not in mine]
    wrong += [f"{n!r} is no name of {other.name}{did_you_mean(n, theirs)}" for n in said.values() if n not in theirs]
    if wrong:
        raise ValuesError(*wrong)
    if len(mine) != len(theirs):
        raise ValuesError(
            f"{first.name} has {len(mine)} arguments and parameters ({', '.join(mine)}), {other.name} {len(theirs)} "
            f"({', '.join(theirs)}): they are not the same function"
        )
    found = dict(said)
    ways = (
        lambda name, there: meant(name, there) == there,
        lambda name, there: _order(first.given[name], other.given[there]) is not None,
        lambda name, there: True,
    )
    for way in ways:
        for name in [n for n in mine if n not in found]:
            left = [n for n in theirs if n not in found.values() and way(name, n)]
            found |= {name: left[0]} if left else {}
    return found


def _axes(name: str, mine: Array, said: str, other: Called) -> tuple[int, ...]:
    """The order of axes in which the two hold the same numbers, to the digits that both have."""
    theirs = other.given[said]
    found = _order(mine, theirs)
    if found is None:
        raise ValuesError(
            f"{said} of {other.name}, of shape {theirs.shape}, does not hold the numbers of {name}, of shape "
            f"{mine.shape}, in any order of its axes: give both the same ones, or say with names= which is which"
        )
    return found


def _order(mine: Array, theirs: Array) -> tuple[int, ...] | None:
    """The order of axes in which the first is the second; of several, the one that changes least."""
    if mine.ndim != theirs.ndim:
        return None
    for order in itertools.permutations(range(mine.ndim)):
        turned = mine.transpose(order)
        if turned.shape == theirs.shape and np.array_equal(_short(turned), _short(theirs), equal_nan=True):
            return order
    return None


def _short(x: Array) -> Array:
    """The numbers as float32 has them, which a parameter that has been through a framework is."""
    return x.astype(np.float32) if x.dtype.kind == "f" else x.astype(np.float64)
