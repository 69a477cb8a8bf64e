"""The settings of an op: what each may be, and how one that a person wrote is read and put into numbers.

Knows nothing of which operations there are, nor of their inputs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trivium.errors import SpecError, did_you_mean
from trivium.spec.signature import evaluate, parse_dims, words

Literal = bool | int | float | str | None | tuple[int, ...]
Attributes = Mapping[str, Any]
REQUIRED = object()
"""The default of an attribute that has none: the writer must state it."""

WRITTEN = ("shape", "size")
"""The kinds that may hold size letters."""
ROOT_SCALE = "1/sqrt(d)"
"""The scale of attention's scores by the width d of a key, said in words, so that it follows the size."""

LARGEST_INTEGER = 10**6
"""The largest integer attribute: an axis or a number of parts past it is a slip that would fill the memory."""


@dataclass(frozen=True)
class Attribute:
    """A setting of an op: a literal, keyword-only, stored in full.

    `kind` is one of bool, int, float, str, axis (int or None), axes (int, tuple or None), shape (a written shape),
    size (one written axis), ints (int or tuple), whole (int or None), scale (a number, or the text "1/sqrt(d)").
    """

    name: str
    kind: str
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()


def read_attribute(a: Attribute, value: Any) -> Literal:
    """What a person wrote for an attribute, checked, in its one stored form; SpecError says what it needs instead."""
    if value is REQUIRED:
        wanted = f"one of {', '.join(map(repr, a.choices))}" if a.choices else WANTED[a.kind]
        raise SpecError(f"attribute {a.name!r} must be stated: {wanted}; it has no default")
    checked = READERS[a.kind](value)
    if checked is REQUIRED:
        raise SpecError(f"attribute {a.name!r} is {value!r}, needs {WANTED[a.kind]}")
    if a.choices and checked not in a.choices:
        near = did_you_mean(str(value), a.choices)
        raise SpecError(f"attribute {a.name!r} is {value!r}, needs one of {', '.join(map(repr, a.choices))}{near}")
    return checked  # type: ignore[no-any-return]


def attribute_words(a: Attribute, value: Literal) -> tuple[str, ...]:
    """The size letters that a written attribute uses (a shape attribute may: "N h*k")."""
    return words(parse_dims(value)) if a.kind in WRITTEN and isinstance(value, str) else ()


def bind_attribute(a: Attribute, value: Literal, sizes: Mapping[str, int]) -> Literal:
    """An attribute as a backend gets it: a written shape becomes integers, the rest is itself."""
    if a.kind not in WRITTEN or not isinstance(value, str):
        return value
    shape = evaluate(parse_dims(value), sizes)
    return shape if a.kind == "shape" else shape[0]


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _integer(value: Any) -> Any:
    return value if _is_integer(value) and abs(value) <= LARGEST_INTEGER else REQUIRED


def _number(value: Any) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return REQUIRED
    finite = (
        abs(value) <= sys.float_info.max
    )  # compared before it is converted: an integer may be longer than any float
    return float(value) if finite else REQUIRED


def _axes(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(value) if all(_integer(v) is not REQUIRED for v in value) else REQUIRED
    return None if value is None else _integer(value)


def _ints(value: Any) -> Any:
    found = _axes(value)
    return REQUIRED if found is None or found == () else found


def _size(value: Any) -> Any:
    found = _dims([value] if _is_integer(value) else value) if isinstance(value, int | str) else REQUIRED
    return found if isinstance(found, str) and len(parse_dims(found)) == 1 else REQUIRED


def _dims(value: Any) -> Any:
    if isinstance(value, list | tuple) and all(
        isinstance(v, str) or (_is_integer(v) and abs(v) < 10**18) for v in value
    ):
        value = " ".join(map(str, value))
    return " ".join(parse_dims(value)) if isinstance(value, str) else REQUIRED


READERS: Mapping[str, Callable[[Any], Any]] = {
    "bool": lambda v: v if isinstance(v, bool) else REQUIRED,
    "int": _integer,
    "float": _number,
    "str": lambda v: v if isinstance(v, str) and v.isprintable() and not set(v) & set("'\"\\") else REQUIRED,
    "axis": lambda v: None if v is None else _integer(v),
    "whole": lambda v: None if v is None else _integer(v),
    "scale": lambda v: v if v == ROOT_SCALE else _number(v),
    "ints": _ints,
    "size": _size,
    "axes": _axes,
    "shape": _dims,
}
WANTED: Mapping[str, str] = {
    "bool": "True or False",
    "int": "an integer (a million at most)",
    "float": "a finite number",
    "str": "a text without quotes and backslashes",
    "axis": "an axis number or None",
    "whole": "an integer or None",
    "scale": f"a finite number, or {ROOT_SCALE!r}",
    "ints": "an integer or a tuple of them",
    "size": "one size, such as 6, 'h' or 'h*k'",
    "axes": "an axis number, a tuple of them, or None",
    "shape": "a shape such as 'N 6' or (2, 6)",
}
