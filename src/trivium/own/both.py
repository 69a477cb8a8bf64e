"""One function that gives a loss and its gradient together, as two functions.

Knows nothing of what a right gradient is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.errors import OracleError

Function = Callable[..., Any]


def parted(function: Function) -> tuple[Function, Function]:
    """The function alone, and its gradient alone; OracleError, when called, where it gives but one of them."""
    name = getattr(function, "__name__", type(function).__name__)

    @functools.wraps(function)
    def value(*arguments: Any, **named: Any) -> Any:
        return _both(function(*arguments, **named), name)[0]

    @functools.wraps(function)
    def gradient(*arguments: Any, **named: Any) -> Any:
        _, *rest = _both(function(*arguments, **named), name)
        return rest[0] if len(rest) == 1 else rest

    return value, gradient


def _both(found: Any, name: str) -> Sequence[Any]:
    if isinstance(found, tuple | list) and len(found) > 1 and np.size(found[0]) == 1:
        return found
    raise OracleError(
        f"{name} alone cannot be judged: it takes a function and its gradient (on the command line, --cost FUNCTION), "
        "or a network to hold a gradient against, or a function that gives the loss and the gradient as a pair"
    )


def in_order(names: Sequence[str], given: Mapping[str, Array], shapes: Sequence[tuple[int, ...]]) -> list[str] | None:
    """The arguments that fewer gradients are of, where their shapes and order leave one answer."""
    found = list(_matches(names, given, shapes))
    return found[0] if len(found) == 1 else None


def _matches(
    names: Sequence[str], given: Mapping[str, Array], shapes: Sequence[tuple[int, ...]]
) -> Iterator[list[str]]:
    if not shapes:
        yield []
        return
    for i, name in enumerate(names):
        if given[name].shape == shapes[0]:
            for rest in _matches(names[i + 1 :], given, shapes[1:]):
                yield [name, *rest]
