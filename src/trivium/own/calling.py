"""How a person's code is called: in the shapes that people write it, on copies, with random numbers that repeat.

Knows nothing of what a right gradient is.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.bringer import accepted, numbered, parameters
from trivium.errors import OracleError, counted
from trivium.own.both import in_order, parted
from trivium.own.naming import is_scalar
from trivium.own.stateful import is_stateful, opened

Function = Callable[..., Any]
Given = Mapping[str, Array]


@dataclass(frozen=True)
class Result:
    """What a function gave: a number, or an array that a cotangent makes one of; what it kept, and what it named."""

    loss: Any
    output: Any
    kept: Any
    named: Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What a person's code says at one point, under the person's own names.

    wrote  arguments that the code has written to
    """

    loss: float | None
    gradients: Mapping[str, Array]
    values: Mapping[str, Array]
    wrote: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """A function and its handwritten gradient. `moving` are the arguments that have one, `names` all of them in order.

    trained    those that a network trains, where one stands beside it: a tuple of so many gradients is theirs
    cotangent  what an output that is no single number is multiplied by, and summed: None where f gives a number
    """

    f: Function | None
    grad: Function
    names: tuple[str, ...]
    moving: tuple[str, ...]
    by_name: bool
    cotangent: Array | None = None
    trained: tuple[str, ...] = ()

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
        with repeating():  # what is drawn again on the way back is what was drawn before
            found = self._backward(again, result)
        wrote = tuple(
            n
            for n, x in given.items()
            if not all(np.array_equal(y[n], x, equal_nan=x.dtype.kind == "f") for y in (handed, again))
        )
        named = {} if result is None else {n: v for n, v in result.named.items() if _is_numbers(v)}
        values = {n: np.array(v) for n, v in named.items() if n not in given}
        loss = None if result is None else float(np.asarray(self._number(result)).reshape(()))
        return Told(loss, self._by_name(found, given), values, wrote)

    def _number(self, result: Result) -> Any:
        return result.loss if self.cotangent is None else (np.asarray(result.output) * self.cotangent).sum()

    def _forward(self, given: Mapping[str, Any]) -> Result:
        if self.f is None:
            raise OracleError(
                "there is no function to differentiate: give it, or a network to hold the gradient against"
            )
        return read(called(self.f, given, by_name=self.by_name, whose="the function"))

    def _backward(self, given: Mapping[str, Any], result: Result | None) -> Any:
        """The gradient, asked as its parameters say: the same arguments, what f kept, or a cotangent and that."""
        wanted, takes = parameters(self.grad), accepted(self.grad, list(given))
        kept = None if result is None else result.kept
        output = self.cotangent is not None
        y_bar = None if self.cotangent is None else self.cotangent.astype(_precision(result))
        same = wanted is None or set(wanted) <= set(given) or len(wanted) == len(given)
        whose = "the gradient"
        if wanted is not None and takes and set(wanted) <= set(takes):
            return called(self.grad, {n: given[n] for n in takes}, by_name=True, whose=whose)
        if wanted is not None and len(wanted) == 1 and kept is not None and not output:
            return called(self.grad, {wanted[0]: kept}, by_name=False, whose=whose)
        if wanted is not None and len(wanted) == 2 and kept is not None and output:
            order = (kept, y_bar) if _is_cache(wanted[0]) else (y_bar, kept)
            return called(self.grad, dict(zip(wanted, order, strict=True)), by_name=False, whose=whose)
        if wanted is not None and output and len(wanted) == len(given) + 1:
            return called(self.grad, {"": y_bar, **given}, by_name=False, whose=whose)
        if same:
            return called(self.grad, given, by_name=False, whose=whose)
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
        if len(self.moving) == 1 and _is_numbers(found):
            return {self.moving[0]: _numbers(found, self.moving[0])}
        shapes = [np.shape(g) for g in parts] if all(map(_is_numbers, parts)) else []
        fewer = in_order(self.moving, given, shapes)
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
    given = {n: _given(n, x) for n, x in (at.items() if isinstance(at, Mapping) else numbered(f or grad, at))}
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
    made = Code(f, grad, tuple(given), moving, by_name)
    if f is None:
        return made, given
    with repeating():
        result = read(called(f, {n: np.array(x) for n, x in given.items()}, by_name=by_name, whose="the function"))
    whole = result.output if result.loss is None else result.loss
    if not _is_numbers(whole):
        raise OracleError(f"the function gives back a {type(whole).__name__}: it needs a number, or an array of them")
    if result.loss is not None:
        return made, given
    stream = np.random.default_rng(1)
    cotangent = np.asarray(stream.standard_normal(np.shape(result.output)))
    return Code(f, grad, tuple(given), moving, by_name, cotangent), given


def _function(f: Any) -> Function:
    if not callable(f):
        raise OracleError(f"there is neither a function nor a gradient to call, but a {type(f).__name__}")
    made: Function = f
    return made


def read(found: Any) -> Result:
    """What a function gave, told apart: the loss, or an output; what goes to the gradient; and what has a name."""
    if isinstance(found, Mapping):
        return _of_mapping(found)
    if not isinstance(found, tuple | list) or (isinstance(found, list) and _is_numbers(found)):
        return Result(found, None, None, {}) if _is_single(found) else Result(None, found, None, {})
    parts = list(found)
    single = [i for i, part in enumerate(parts) if not isinstance(part, Mapping) and _is_single(part)]
    named = {str(n): v for part in parts if isinstance(part, Mapping) for n, v in part.items()}
    if len(single) > 1:
        raise OracleError(
            f"the function gives {len(single)} single numbers, and one of them is the loss: return that one"
        )
    at = single[0] if single else 0
    others = [part for i, part in enumerate(parts) if i != at]
    kept = others[0] if len(others) == 1 else tuple(others) if others else None
    return Result(parts[at], None, kept, named) if single else Result(None, parts[at], kept, named)


def _of_mapping(found: Mapping[Any, Any]) -> Result:
    single = [n for n, v in found.items() if _is_single(v)]
    named = [n for n in single if is_scalar(str(n))] or single
    if len(named) != 1:
        raise OracleError(
            f"the function gives a dict in which {len(named)} entries may be the loss: return it beside the dict"
        )
    rest = {str(n): v for n, v in found.items() if n != named[0]}
    return Result(found[named[0]], None, found, rest)


def called(function: Function, given: Mapping[str, Any], *, by_name: bool, whose: str) -> Any:
    """A person's function; OracleError with its own words where it raises."""
    try:
        return function(**given) if by_name else function(*given.values())
    except OracleError:
        raise
    except (Exception, SystemExit) as error:
        line = f"{type(error).__name__}: {error}"
        raise OracleError(f"{whose} cannot be called with {', '.join(given)}: {line}") from error


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


def _is_numbers(x: Any) -> bool:
    try:
        return np.asarray(x).dtype.kind in "biuf"
    except ValueError:
        return False


def _is_single(x: Any) -> bool:
    """A number, or an array of one: by what it is made of, so that balls and complex numbers are numbers too."""
    return not isinstance(x, str | bytes | Mapping | tuple | list) and np.ndim(x) <= 2 and np.size(x) == 1


def _precision(result: Result | None) -> Any:
    """What the cotangent of an output is handed over in: the output's own, as a layer after it would."""
    output = np.asarray(None if result is None else result.output)
    return output.dtype if output.dtype.kind == "f" else np.float64


def _is_cache(name: str) -> bool:
    return any(word in name.lower() for word in ("cache", "saved", "ctx", "memo", "store"))
