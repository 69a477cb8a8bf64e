"""A step that people write in several: a sigmoid, a softmax, a rectifier, known by its parts.

Knows nothing of how a symbol records them: it is told by its `tensor`, and by its `origin`, an op and what went in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

Whole = tuple[str, tuple[Any, ...], dict[str, Any]]
"""An op, what goes in, and its attributes."""


def _is(x: Any, name: str) -> tuple[Any, ...] | None:
    """What went into a symbol, if it was made by this op."""
    return x.origin[1] if getattr(x, "origin", ()) and x.origin[0] == name else None


def _same(a: Any, b: Any) -> bool:
    return hasattr(a, "tensor") and hasattr(b, "tensor") and bool(a.tensor._source == b.tensor._source)


def _quotient(operands: tuple[Any, ...], attrs: Mapping[str, Any]) -> Whole | None:
    """1/(1 + exp(-x)) is a sigmoid, and exp(x)/sum(exp(x)) a softmax, of x or of x less its largest."""
    above, below = operands
    summed = _is(below, "sum")
    if summed is not None and _same(summed[0], above) and (inside := _is(above, "exp")) is not None:
        axis = below.origin[2]["axis"]
        less = _is(inside[0], "sub")
        top = None if less is None else _is(less[1], "max")
        scores = less[0] if less is not None and top is not None and _same(top[0], less[0]) else inside[0]
        if below.origin[2]["keepdims"] and isinstance(axis, int):
            return "softmax", (scores,), {"axis": axis}
    both = _is(below, "add")
    if not hasattr(above, "tensor") and above == 1 and both is not None:
        powers = [inside for part in both if (inside := _is(part, "exp")) is not None]
        ones = [part for part in both if not hasattr(part, "tensor") and part == 1]
        under = _is(powers[0][0], "neg") if powers and ones else None
        return None if under is None else ("sigmoid", (under[0],), {})
    return None


def _largest(operands: tuple[Any, ...], attrs: Mapping[str, Any]) -> Whole | None:
    """max(0, x) is a rectifier."""
    for number, x in (operands, operands[::-1]):
        if not hasattr(number, "tensor") and np.ndim(number) == 0 and number == 0:
            return "relu", (x,), {}
    return None


RECOGNISED: Mapping[str, Callable[[tuple[Any, ...], Mapping[str, Any]], Whole | None]] = MappingProxyType(
    {"div": _quotient, "maximum": _largest}
)
"""By the op that comes last."""
