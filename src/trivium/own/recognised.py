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


def _shifted(operands: tuple[Any, ...], attrs: Mapping[str, Any]) -> Whole | None:
    """gain * (x - mean(x)) / sqrt(variance(x) + eps) + shift is a normalization, over data points or over features."""
    for scaled, shift in (operands, operands[::-1]):
        for gain, normal in _both(_is(scaled, "mul")):
            found = _normal(normal)
            if found is not None:
                x, axis, keepdims, eps = found
                if np.shape(gain) != np.shape(shift) or len(np.shape(gain)) != 1 or x.ndim != 2:
                    continue
                if axis == 0:
                    return "batch_norm", (x, gain, shift), {"channel_axis": 1, "eps": eps}
                if axis in (1, -1) and keepdims:
                    return "layer_norm", (x, gain, shift), {"eps": eps}
    return None


def _both(operands: tuple[Any, ...] | None) -> tuple[tuple[Any, ...], ...]:
    return () if operands is None else (operands, operands[::-1])


def _normal(x: Any) -> tuple[Any, Any, bool, float] | None:
    """What is normalized, along which axis, and the number beside its variance."""
    above, below = _is(x, "div") or (None, None)
    centered, root = _is(above, "sub"), _is(below, "sqrt")
    for variance, eps in _both(_is(root[0], "add") if root else None):
        of, mean = _is(variance, "variance"), _is(centered[1], "mean") if centered else None
        if of is None or mean is None or hasattr(eps, "tensor") or variance.origin[2]["ddof"]:
            continue
        along = (variance.origin[2]["axis"], variance.origin[2]["keepdims"])
        one = centered is not None and _same(of[0], centered[0]) and _same(mean[0], of[0])
        if one and centered is not None and (centered[1].origin[2]["axis"], centered[1].origin[2]["keepdims"]) == along:
            return of[0], *along, float(eps)
    return None


RECOGNISED: Mapping[str, Callable[[tuple[Any, ...], Mapping[str, Any]], Whole | None]] = MappingProxyType(
    {"div": _quotient, "maximum": _largest, "add": _shifted}
)
"""By the op that comes last."""
