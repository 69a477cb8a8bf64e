"""Arguments with an underscore behind: `np_` and `loss_` are `np` and `loss`, where code has those for something else.

Knows nothing of what a function computes.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterator
from keyword import iskeyword
from typing import Any

Function = Callable[..., Any]
BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def plainly(function: Function, names: Collection[str]) -> Function:
    """The function under these names; what has no underscores to leave out stays as it is."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return function
    taken = {n for n, p in signature.parameters.items() if p.kind in BY_NAME}
    free = [n for n in names if n not in taken and not iskeyword(n)]
    said = {name: n for n in taken if n not in names for name in _without(n) if name in free}
    if not said:
        return function

    @functools.wraps(function)
    def called(*arguments: Any, **named: Any) -> Any:
        return function(*arguments, **{said.get(n, n): x for n, x in named.items()})

    plain = {n: name for name, n in said.items()}
    parameters = [p.replace(name=plain.get(n, n)) for n, p in signature.parameters.items()]
    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return called


def _without(name: str) -> Iterator[str]:
    """A name with one underscore less behind, and so on."""
    while name.endswith("_"):
        name = name[:-1]
        yield name
