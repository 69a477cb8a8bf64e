"""An object with `forward` and `backward`, which keeps what it needs, and leaves gradients in its attributes.

It becomes a function and its gradient: every call is made on a copy. Knows nothing of what a right gradient is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.bringer import accepted, numbered, parameters
from trivium.errors import OracleError
from trivium.own.naming import meant

FORWARD = ("forward", "loss", "__call__")
GRADIENTS = ("grads", "gradients", "grad", "gradient")
"""What people call the dict or list in which an object keeps gradients, beside one of parameters."""
STATE = ""
"""Under which the object itself travels from the function to its gradient; no attribute has this name."""
DEEPEST = 6

Way = tuple[Any, ...]
"""From an object to an array: names of attributes, keys of dicts, places in lists."""


@dataclass(frozen=True)
class Parameters:
    """The arrays of real numbers that an object keeps, by name, and every way to each: one array may stand in two."""

    ways: Mapping[str, tuple[Way, ...]]

    @property
    def names(self) -> dict[Way, str]:
        return {way: name for name, ways in self.ways.items() for way in ways}

    def gradient_at(self, way: Way) -> str | None:
        """The parameter whose gradient a way leads to: `dW` beside `W`, `grads["W"]` beside `params["W"]`."""
        beside = {w[-1]: n for w, n in self.names.items() if w[:-1] == way[:-1] and isinstance(w[-1], str)}
        found = meant(way[-1], beside) if isinstance(way[-1], str) else None
        if found is not None and found != way[-1]:
            return beside[found]
        at = next((i for i, part in enumerate(way) if part in GRADIENTS), None)
        if at is None:
            return None
        rest = way[at + 1 :]
        return next((n for w, n in self.names.items() if w[:at] == way[:at] and w[at + 1 :] == rest), None)


def is_stateful(thing: Any) -> bool:
    """Whether it has a way forward and a way back."""
    return callable(getattr(thing, "backward", None)) and any(callable(getattr(thing, n, None)) for n in FORWARD)


def opened(
    thing: Any, at: Mapping[str, Any] | Sequence[Any]
) -> tuple[Callable[..., Any], Callable[..., Any], dict[str, Any]]:
    """The function, its gradient, and the numbers: the inputs given, and the parameters that the object has."""
    thing = instance(thing)
    forward = next(n for n in FORWARD if callable(getattr(thing, n, None)))
    kept, there = _parameters(thing), dict(_arrays(thing))
    given = dict(at.items() if isinstance(at, Mapping) else numbered(getattr(thing, forward), at))
    takes = accepted(getattr(thing, forward), list(given))
    set_ = {n: m for n in given if n not in takes and (m := meant(n, kept.ways)) is not None}
    inputs = [n for n in given if n not in set_]
    named = isinstance(at, Mapping) and set(accepted(getattr(thing, forward), inputs)) == set(inputs)
    numbers = {n: given[n] for n in inputs} | {n: np.array(there[ways[0]]) for n, ways in kept.ways.items()}
    numbers |= {m: np.asarray(given[n], numbers[m].dtype) for n, m in set_.items()}

    def run(*arrays: Any) -> Any:
        handed, mine = dict(zip(numbers, arrays, strict=True)), copy.deepcopy(thing)
        for n, ways in kept.ways.items():
            for way in ways:
                _put(mine, way, handed[n])
        fed = {n: handed[n] for n in inputs}
        output = getattr(mine, forward)(**fed) if named else getattr(mine, forward)(*fed.values())
        return output[0] if isinstance(output, tuple) and output else output, {**_named(mine, kept), STATE: mine}

    def collect(mine: Any, returned: Any) -> dict[str, Any]:
        found = ((kept.gradient_at(way), x) for way, x in _arrays(mine))
        gradients: dict[str, Any] = {n: x for n, x in found if n is not None}
        if isinstance(returned, Mapping):
            return {**gradients, **returned}
        parts = () if returned is None else returned if isinstance(returned, tuple | list) else (returned,)
        real = [n for n in inputs if np.asarray(numbers[n]).dtype.kind == "f"]
        return gradients | {n: g for n, g in zip(real, parts, strict=False) if g is not None}

    def of_loss(cache: Any) -> dict[str, Any]:
        back = cache[STATE].backward
        return collect(cache[STATE], back(1.0) if len(parameters(back) or ()) == 1 else back())

    def of_output(y_bar: Any, cache: Any) -> dict[str, Any]:
        return collect(cache[STATE], cache[STATE].backward(y_bar))

    try:
        output, _ = run(*(np.array(x) for x in numbers.values()))
    except (Exception, SystemExit) as error:
        raise OracleError(
            f"{type(thing).__name__}.{forward} cannot be called with {', '.join(inputs) or 'nothing'}: "
            f"{type(error).__name__}: {error}"
        ) from error
    return run, of_loss if np.size(output) == 1 else of_output, numbers


def instance(thing: Any) -> Any:
    """An object of a class that needs no arguments; what is no class is left as it is."""
    if not isinstance(thing, type):
        return thing
    try:
        return thing()
    except (Exception, SystemExit) as error:  # noqa: BLE001  a stranger's class may raise whatever it likes
        said = f"{type(error).__name__}: {error}"
        raise OracleError(
            f"{thing.__name__} cannot be made without arguments ({said}): give every argument of __init__ a "
            "default, or hand over an object"
        ) from None


def _parameters(thing: Any) -> Parameters:
    """What is real, and no gradient of something else that is."""
    places = [(way, x) for way, x in _arrays(thing) if x.dtype.kind == "f"]
    all_ = Parameters({name: (way,) for way, name in _titled([way for way, _ in places])})
    real = [(way, x) for way, x in places if all_.gradient_at(way) is None]
    same: dict[int, list[Way]] = {}
    for way, x in real:
        same.setdefault(id(x), []).append(way)
    titles = dict(_titled([ways[0] for ways in same.values()]))
    return Parameters({titles[ways[0]]: tuple(ways) for ways in same.values()})


def _named(mine: Any, kept: Parameters) -> dict[str, Array]:
    """What the object has come to keep: intermediates by their names."""
    found = {way: x for way, x in _arrays(mine) if way not in kept.names and kept.gradient_at(way) is None}
    return {name: found[way] for way, name in _titled(list(found)) if name not in kept.ways}


def _titled(ways: Sequence[Way]) -> Iterator[tuple[Way, str]]:
    """A name for each way: its last part, where that is a word and nothing else has it."""
    last = [way[-1] for way in ways]
    for way in ways:
        short = isinstance(way[-1], str) and last.count(way[-1]) == 1
        yield way, way[-1] if short else ".".join(map(str, way))


def _arrays(thing: Any, way: Way = (), seen: frozenset[int] = frozenset()) -> Iterator[tuple[Way, Array]]:
    """Every array inside an object, and the way to it."""
    if isinstance(thing, np.ndarray):
        yield way, thing
    elif len(way) < DEEPEST and id(thing) not in seen:
        for key, part in _parts(thing):
            yield from _arrays(part, (*way, key), seen | {id(thing)})


def _parts(thing: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(thing, Mapping):
        return list(thing.items())
    if isinstance(thing, list | tuple):
        return list(enumerate(thing))
    plain = isinstance(thing, type | ModuleType | FunctionType | MethodType) or not hasattr(thing, "__dict__")
    return () if plain else list(vars(thing).items())


def _put(thing: Any, way: Way, x: Any) -> None:
    """Set what a way leads to."""
    for key in way[:-1]:
        thing = thing[key] if isinstance(thing, Mapping | list | tuple) else vars(thing)[key]
    if isinstance(thing, tuple):
        raise OracleError(f"{'.'.join(map(str, way))} stands in a tuple, which cannot be set: keep it in a list")
    if isinstance(thing, Mapping | list):
        thing[way[-1]] = x  # type: ignore[index]
    else:
        setattr(thing, way[-1], x)
