"""A person's own numbers held against a spec: every name, shape, dtype and entry that does not fit, all at once.

Knows nothing of where the numbers come from; never rounds one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from trivium.errors import Problem, ValuesError, did_you_mean
from trivium.given.kind import KINDS, Array
from trivium.spec.graph import Spec
from trivium.spec.node import Given
from trivium.spec.signature import Shape, evaluate, show, words

HOLDS: Mapping[str, str] = {
    "b": "booleans",
    "i": "integers",
    "u": "integers",
    "f": "floats",
    "c": "complex numbers",
    "U": "texts",
    "S": "bytes",
    "O": "things that are no numbers, or integers past 64 bits",
}
CURES: Mapping[tuple[str, str], str] = {
    ("index", "f"): "a label is a whole number: write 2, not 2.0 (in NumPy: .astype(int))",
    ("index", "b"): "write 0 and 1 (in NumPy: .astype(int))",
    ("mask", "i"): "write true and false (in NumPy: .astype(bool))",
    ("mask", "f"): "write true and false (in NumPy: .astype(bool))",
    ("real", "b"): "write 0.0 and 1.0 (in NumPy: .astype(float))",
    ("real", "c"): "networks here are real: give the real and the imaginary part an input each",
    ("real", "U"): "write numbers without quotes",
}
"""What helps, by the kind that is needed and NumPy's letter for what was given."""


def check_values(spec: Spec, values: Mapping[str, Any], *, where: str = "") -> dict[str, Array]:
    """The values as the spec takes them (float64, int64 or bool, in its order); ValuesError says all that does not fit.

    `where` is the place to name in each problem, such as the file that they were read from.
    """
    problems = [*_absent(spec, values), *_superfluous(spec, values)]
    found = {}
    for name, given in spec.givens.items():
        if name in values:
            try:
                found[name] = _as_given(spec, given, values[name])
            except ValuesError as error:
                problems += error.problems
    if problems:
        raise ValuesError(*(Problem(p.message, where, p.hint) for p in problems))
    return found


def shapes_of(values: Mapping[str, Any]) -> dict[str, Shape]:
    """The shape of every value that has one; rows of different lengths have none, and `check_values` says so.

    >>> shapes_of({"S": np.ones((2, 7)), "ragged": [[1.0], [1.0, 2.0]]})
    {'S': (2, 7)}
    """
    return {name: shape for name, value in values.items() if (shape := _shape(value)) is not None}


def _shape(value: Any) -> Shape | None:
    try:
        return tuple(np.shape(value))
    except ValueError:
        return None


def _absent(spec: Spec, values: Mapping[str, Any]) -> Iterator[Problem]:
    for name, given in spec.givens.items():
        if name not in values:
            yield Problem(f"{_title(given)} has no value; it needs {_shape_text(spec, given)}")


def _superfluous(spec: Spec, values: Mapping[str, Any]) -> Iterator[Problem]:
    for name in values:
        if name in spec.producer:
            node = spec.producer[name]
            yield Problem(f"{name!r} is given a value, but it is computed: {node}; only what is fed in is given")
        elif name not in spec.givens:
            near = did_you_mean(name, [n for n in spec.givens if n not in values])
            yield Problem(f"{name!r} is given a value, but {spec.name} has no input or parameter of that name{near}")


def _as_given(spec: Spec, given: Given, value: Any) -> Array:
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        ragged = isinstance(value, list | tuple) and isinstance(error, ValueError)
        wrong = "has rows of different lengths; an array's are equally long" if ragged else f"is no array: {error}"
        raise ValuesError(f"{_title(given)} {wrong}") from error
    problems = [*_wrong_shape(spec, given, array), *_wrong_entries(given, array)]
    if problems:
        raise ValuesError(*problems)
    return np.array(array, dtype=KINDS[given.kind.name].dtype, order="C")


def _wrong_shape(spec: Spec, given: Given, array: Array) -> Iterator[Problem]:
    if array.shape != given.shape:
        hint = _shape_cure(spec, given, array.shape)
        yield Problem(f"{_title(given)} has shape {show(array.shape)}, needs {_shape_text(spec, given)}", hint=hint)


def _wrong_entries(given: Given, array: Array) -> Iterator[Problem]:
    rule, letter = KINDS[given.kind.name], array.dtype.kind
    if broken := rule.broken(array, given.kind):
        yield Problem(f"{_title(given)}{broken}", hint="a label is a whole number: the number of its class")
    elif letter not in rule.accepts:
        holds = HOLDS.get(letter, "entries")
        like = "real" if rule.dtype is np.float64 else given.kind.name
        cure = CURES.get((like, letter), "")
        yield Problem(f"{_title(given)} holds {holds} ({array.dtype}); needs {rule.needs(given.kind)}", hint=cure)
    elif wrong := rule.wrong(array, given.kind):
        yield Problem(f"{_title(given)}{wrong}")
    elif rule.dtype is np.float64 and _inexact(array):
        yield Problem(f"{_title(given)} ({array.dtype}) holds a number that float64 would round; none is ever rounded")


def _inexact(array: Array) -> bool:
    """Whether float64 cannot hold every entry as it is: an integer past 2^53, a long double."""
    if array.dtype.kind == "f":
        with np.errstate(over="ignore", under="ignore"):
            return bool((array.astype(np.float64) != array).any())
    large = array[(array > 2**53) | (array < -(2**53))]
    return any(int(float(i)) != i for i in large.tolist())


def _title(given: Given) -> str:
    return f"{'parameter' if given.parameter else 'input'} {given.name!r}"


def _shape_text(spec: Spec, given: Given) -> str:
    """The shape in numbers, and how it comes to be: "(2, 7): written '2 N', N = 7"."""
    if not (letters := words(given.dims)):
        return show(given.shape)
    bound = ", ".join(f"{word} = {spec.binding[word]}" for word in letters)
    return f"{show(given.shape)}: written {' '.join(given.dims)!r}, {bound}"


def _shape_cure(spec: Spec, given: Given, shape: Shape) -> str:
    if shape == given.shape[::-1]:
        return "its axes are in reverse order: give its transpose"
    if len(shape) != len(given.shape):
        return ""
    axes = zip(given.dims, shape, strict=True)
    off = [(token, size) for token, size in axes if evaluate((token,), spec.binding) != (size,)]
    if all(token.isidentifier() and size > 0 for token, size in off):
        return f"or check at that size: {' '.join(f'--size {token}={size}' for token, size in off)}"
    return ""
