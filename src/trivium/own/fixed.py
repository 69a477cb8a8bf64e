"""Arguments that are no arrays of numbers (a dict of settings, a word, None): held as they are, in every call.

Knows nothing of what a function computes.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from trivium.bringer import accepted

Function = Callable[..., Any]


def apart(at: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments that are arrays of numbers, and those that are something else."""
    fixed = {n: x for n, x in at.items() if isinstance(x, str | Mapping) or x is None or callable(x)}
    return {n: x for n, x in at.items() if n not in fixed}, fixed


def held(function: Function, fixed: Mapping[str, Any]) -> Function:
    """The function of the other arguments alone; what takes none of the fixed ones stays as it is."""
    taken = accepted(function, list(fixed))
    if not taken:
        return function
    signature = inspect.signature(function)
    left = [p for n, p in signature.parameters.items() if n not in taken]

    @functools.wraps(function)
    def called(*arguments: Any, **named: Any) -> Any:
        given = dict(zip((p.name for p in left), arguments, strict=False)) | named
        return function(**given, **{n: copy.deepcopy(fixed[n]) for n in taken})

    called.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
    return called
