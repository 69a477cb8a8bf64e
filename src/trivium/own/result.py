"""What a person's function gave, told apart: a number or an array, what it kept for its gradient, what it named.

Knows nothing of how it is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.errors import OracleError
from trivium.own.naming import is_scalar


@dataclass(frozen=True)
class Result:
    """What a function gave: a number, or an array that a cotangent makes one of; what it kept, and what it named."""

    loss: Any
    output: Any
    kept: Any
    named: Mapping[str, Any]


def read(found: Any) -> Result:
    """What a function gave, told apart: the loss, or an output; what goes to the gradient; and what has a name."""
    if isinstance(found, Mapping):
        return _of_mapping(found)
    if not isinstance(found, tuple | list) or (isinstance(found, list) and is_numbers(found)):
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


def is_numbers(x: Any) -> bool:
    try:
        return np.asarray(x).dtype.kind in "biuf"
    except ValueError:
        return False


def _is_single(x: Any) -> bool:
    """A number, or an array of one: by what it is made of, so that balls and complex numbers are numbers too."""
    return not isinstance(x, str | bytes | Mapping | tuple | list) and np.ndim(x) <= 2 and np.size(x) == 1
