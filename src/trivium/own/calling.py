"""How a person's code is called: in the shapes that people write it, on copies, with random numbers that repeat.

Knows nothing of what a right gradient is.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.bringer import accepted, numbered, parameters
from trivium.errors import OracleError, Problem, counted
from trivium.own.both import in_order, parted
from trivium.own.fixed import apart, held
from trivium.own.place import place
from trivium.own.result import Result, is_numbers, read
from trivium.own.stateful import is_stateful, opened
from trivium.own.underscored import plainly
from trivium.own.unwritten import is_unwritten

Function = Callable[..., Any]
Given = Mapping[str, Array]


@dataclass(frozen=True)
class Told:
    """What a person's code says at one point, under the person's own names.

    wrote      arguments that the code has written to
    unwritten  gradients that are still to be written, and none of `gradients`
    """

    loss: float | None
    gradients: Mapping[str, Array]
    values: Mapping[str, Array]
    wrote: tuple[str, ...]
    unwritten: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """A gradient, and what it is handed. `further`: it is what f kept, so that it goes on where f has stopped."""

    grad: Function
    handed: Mapping[str, Any]
    by_name: bool = False
    further: bool = False

    def taken(self) -> Any:
        """What it gives; OracleError with its own words where it raises."""
        return called(self.grad, self.handed, by_name=self.by_name, whose="the gradient")


@dataclass(frozen=True)
class Code:
    """A function and its handwritten gradient. `moving` are the arguments that have one, `names` all of them in order.

    trained    those that a network trains, where one stands beside it: a tuple of so many gradients is theirs
    fixed      arguments that are no numbers, and stay as they are
    labels     those of `moving` that hold whole numbers, as labels do, one in each row
    still      those that are only looked at where they are
    cotangent  what an output that is no single number is multiplied by, and summed: None where f gives a number
    """

    f: Function | None
    grad: Function
    names: tuple[str, ...]
    moving: tuple[str, ...]
    by_name: bool
    cotangent: Array | None = None
    trained: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    still: tuple[str, ...] = ()

    @property
    def unlabelled(self) -> tuple[str, ...]:
        """What a gradient is of, if it is of fewer."""
        return tuple(n for n in self.moving if n not in self.labels)

    def loss(self, given: Mapping[str, Any]) -> Any:
        """The number that is differentiated, made of whatever `given` is; what the code raises is left as it is."""
        if self.f is None:
            raise OracleError("there is no function to differentiate")
        handed = {n: np.array(x) for n, x in given.items()}  # it may write to them
        with repeating():
            return self._number(read(self.f(**handed) if self.by_name else self.f(*handed.values())))

    def told(self, given: Given) -> Told:
        """All that the code says at these numbers; OracleError where it cannot be called, or gives no gradient."""
        handed, again = ({n: np.array(x) for n, x in given.items()} for _ in range(2))
        with repeating():
            result = self._forward(handed) if self.f is not None else None
            way = self._way(again, result)
            found = way.taken() if way.further else None
        if not way.further:
            with repeating():  # a gradient that goes the whole way again draws what was drawn before
                found = way.taken()
        wrote = tuple(
            n
            for n, x in given.items()
            if not all(np.array_equal(y[n], x, equal_nan=x.dtype.kind == "f") for y in (handed, again))
        )
        named = {} if result is None else {n: v for n, v in result.named.items() if is_numbers(v)}
        values = {n: np.array(v) for n, v in named.items() if n not in given}
        loss = None if result is None else float(np.asarray(self._number(result)).reshape(()))
        gradients = self._by_name(found, given)
        unwritten = tuple(n for n, g in gradients.items() if is_unwritten(g))
        return Told(loss, {n: g for n, g in gradients.items() if n not in unwritten}, values, wrote, unwritten)

    def _number(self, result: Result) -> Any:
        return result.loss if self.cotangent is None else (np.asarray(result.output) * self.cotangent).sum()

    def _forward(self, given: Mapping[str, Any]) -> Result:
        if self.f is None:
            raise OracleError(
                "there is no function to differentiate: give it, or a network to hold the gradient against"
            )
        return read(called(self.f, given, by_name=self.by_name, whose="the function"))

    def _way(self, given: Mapping[str, Any], result: Result | None) -> Way:
        """How its parameters say that it is asked: the same arguments, what f kept, or a cotangent and that."""
        wanted, takes = parameters(self.grad), accepted(self.grad, list(given))
        kept = None if result is None else result.kept
        output = self.cotangent is not None
        y_bar = None if self.cotangent is None else self.cotangent.astype(_precision(result))
        same = wanted is None or set(wanted) <= set(given) or len(wanted) == len(given)
        if wanted is not None and takes and set(wanted) <= set(takes):
            return Way(self.grad, {n: given[n] for n in takes}, by_name=True)
        if wanted is not None and len(wanted) == 1 and kept is not None and not output:
            return Way(self.grad, {wanted[0]: kept}, further=True)
        if wanted is not None and len(wanted) == 2 and kept is not None and (output or not same):
            order = (kept, y_bar) if _is_cache(wanted[0]) else (1.0 if y_bar is None else y_bar, kept)
            return Way(self.grad, dict(zip(wanted, order, strict=True)), further=True)
        if wanted is not None and output and len(wanted) == len(given) + 1:
            return Way(self.grad, {"": y_bar, **given})
        if same:
            return Way(self.grad, given)
        raise OracleError(
            f"the gradient takes {', '.join(wanted or ())}, and what there is to hand it are {', '.join(given)}"
            + (", and what the function returns beside its result" if kept is not None else "")
        )

    def _by_name(self, found: Any, given: Given) -> dict[str, Array]:
        """The gradients under names: their own, or those of the arguments, in order."""
        if isinstance(found, Mapping):
            return {str(n): _numbers(g, str(n)) for n, g in found.items() if g is not None}
        if found is None:
            raise OracleError("the gradient gives back None: return a dict that names its arrays, or a tuple of them")
        parts = list(found) if isinstance(found, tuple | list) else [found]
        for names in (self.moving, self.names, self.trained):
            if len(parts) == len(names):
                return {n: _numbers(g, n) for n, g in zip(names, parts, strict=True) if g is not None}
        if len(self.moving) == 1 and is_numbers(found):
            return {self.moving[0]: _numbers(found, self.moving[0])}
        shapes = [np.shape(g) for g in parts] if all(map(is_numbers, parts)) else []
        fewer = in_order(self.moving, given, shapes) or in_order(self.unlabelled, given, shapes)
        if fewer:
            return {n: _numbers(g, n) for n, g in zip(fewer, parts, strict=True)}
        raise OracleError(
            f"the gradient gives {counted(len(parts), 'array')}, and there are {len(self.moving)} arguments to "
            f"differentiate by ({', '.join(self.moving)}): return a dict that names them"
        )


def code(
    f: Function | None, grad: Function | None, at: Mapping[str, Any] | Sequence[Any]
) -> tuple[Code, dict[str, Array]]:
    """A person's functions, or object, and the point to call them at, as one thing that can be called."""
    if grad is None:
        f, grad, at = opened(f, at) if is_stateful(f) else (*parted(_function(f)), at)
    if not isinstance(at, Mapping | Sequence | np.ndarray):
        raise OracleError(f"at is a {type(at).__name__}: give a dict of arrays by name, or a tuple of them in order")
    arrays, fixed = apart(dict(at.items() if isinstance(at, Mapping) else numbered(f or grad, at)))
    unnamed = [n for n in fixed if f is not None and not accepted(f, [n])]
    if unnamed:
        raise OracleError(f"{unnamed[0]} is no array, and the function has no name for it: bind it, with a lambda")
    f, grad = None if f is None else _called(f, at, fixed), _called(grad, at, fixed)
    given = {n: _given(n, x) for n, x in arrays.items()}
    if not given:
        raise OracleError("at holds no numbers: give the arguments that the function takes")
    moving = tuple(n for n, x in given.items() if x.dtype.kind == "f")
    if not moving:
        raise OracleError("no argument holds real numbers: whole numbers have no gradient; write 1.0 for 1")
    by_name = isinstance(at, Mapping) and _takes(f or grad, given)
    wanted = parameters(f or grad)
    if isinstance(at, Mapping) and not by_name and wanted and f is not None:
        names = f"takes {', '.join(wanted)}, and the numbers are {', '.join(given)}"
        raise OracleError(f"the function {names}: use its names")
    labels = tuple(n for n in moving if np.array_equal(given[n], np.rint(given[n])))
    made = Code(f, grad, tuple(given), moving, by_name, fixed=tuple(fixed), labels=labels)
    if f is None:
        return made, given
    with repeating():
        result = read(called(f, {n: np.array(x) for n, x in given.items()}, by_name=by_name, whose="the function"))
    whole = result.output if result.loss is None else result.loss
    if not is_numbers(whole):
        raise OracleError(f"the function gives back a {type(whole).__name__}: it needs a number, or an array of them")
    if result.loss is not None:
        return made, given
    stream = np.random.default_rng(1)
    cotangent = np.asarray(stream.standard_normal(np.shape(result.output)))
    return replace(made, cotangent=cotangent), given


def _called(function: Function, at: Any, fixed: Mapping[str, Any]) -> Function:
    """The function of what is left, under the names that this has."""
    left = held(function, fixed)
    return plainly(left, list(at)) if isinstance(at, Mapping) else left


def _function(f: Any) -> Function:
    if not callable(f):
        raise OracleError(f"there is neither a function nor a gradient to call, but a {type(f).__name__}")
    made: Function = f
    return made


def called(function: Function, given: Mapping[str, Any], *, by_name: bool, whose: str) -> Any:
    """A person's function; OracleError with its own words where it raises."""
    try:
        return function(**given) if by_name else function(*given.values())
    except OracleError:
        raise
    except (Exception, SystemExit) as error:
        line = f"{type(error).__name__}: {error}"
        where, names = place(error), ", ".join(given)
        said = (
            f"called with {names}, {whose} raises {line}" if where else f"{whose} cannot be called with {names}: {line}"
        )
        raise OracleError(Problem(said, where)) from error


@contextmanager
def repeating() -> Iterator[None]:
    """NumPy's and Python's own random numbers are the same in every call; their streams stay where they were."""
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002  the stream that people draw from
    np.random.seed(0)  # noqa: NPY002
    random.seed(0)
    try:
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


def _takes(function: Function, given: Mapping[str, Any]) -> bool:
    """Whether a function can be handed these by name; else they go in the order in which they stand."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    names = {p.name for p in found if p.kind is not p.POSITIONAL_ONLY}
    return any(p.kind is p.VAR_KEYWORD for p in found) or set(given) <= names


def _given(name: object, x: Any) -> Array:
    found = np.asarray(x)
    if found.dtype.kind not in "biuf":
        raise OracleError(
            f"{name} holds {found.dtype}: the arguments in at are arrays of real numbers, labels or masks"
        )
    if not np.isfinite(found).all():
        raise OracleError(f"{name} holds {found[~np.isfinite(found)].flat[0]}: a gradient is checked at finite numbers")
    return found.astype(np.float64) if found.dtype == np.float16 else found


def _numbers(g: Any, name: str) -> Array:
    found = np.array(g)  # a copy: it may be a buffer that the next call writes to
    if found.dtype.kind not in "biuf":
        raise OracleError(f"the gradient of {name} holds {found.dtype}, needs real numbers")
    return found


def _precision(result: Result | None) -> Any:
    """What the cotangent of an output is handed over in: the output's own, as a layer after it would."""
    output = np.asarray(None if result is None else result.output)
    return output.dtype if output.dtype.kind == "f" else np.float64


def _is_cache(name: str) -> bool:
    return any(word in name.lower() for word in ("cache", "saved", "ctx", "memo", "store"))
