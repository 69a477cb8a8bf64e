"""The values a check runs on: numbers drawn for a spec, at its own sizes and at sizes that make mistakes show.

Knows nothing of backends or verdicts.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trivium.errors import SpecError, ValuesError
from trivium.given import KINDS, as_float32, check_values
from trivium.given.kind import Array
from trivium.spec.attribute import WRITTEN
from trivium.spec.graph import Spec
from trivium.spec.node import Given
from trivium.spec.signature import parse_dims, words

PRIME = "prime sizes"
"""The point at which every letter has a size of its own, so that a wrong ratio names its dimension."""
SQUARE, BATCH = 3, 5
"""The sizes of the square probe: of every letter that a parameter uses, and of the others."""


@dataclass(frozen=True)
class Probe:
    """One point to check at: a spec at concrete sizes, and a number for each entry of what is fed in."""

    name: str
    spec: Spec
    given: Mapping[str, Array] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Probes:
    """The points of a check, and for each that is missing a sentence why."""

    points: tuple[Probe, ...]
    left_out: tuple[str, ...]


def draw(spec: Spec, *, seed: int = 0) -> dict[str, Array]:
    """Numbers for every given, in streams of (seed, name): a given more or less moves no other's numbers.

    An input is N(0, 1), a parameter N(0, 1 / fan-in), unless the kind says otherwise; floats are float32 numbers.
    """
    if seed < 0:
        raise ValuesError(f"seed is {seed}; a seed is an integer from 0 up")
    return {name: _draw_given(given, _stream(seed, name)) for name, given in spec.givens.items()}


def probes(spec: Spec, *, seed: int = 0, values: Mapping[str, Any] | None = None) -> Probes:
    """The points to check a spec at: as written (or the person's own values), at prime sizes, with square layers.

    Prime sizes: a wrong ratio names its dimension. Square layers: what a shape would betray elsewhere is silent.
    """
    if values is None:
        points = [Probe("as written", spec, draw(spec, seed=seed))]
    else:
        points = [Probe("own values", spec, check_values(spec, values))]
    left_out = []
    for name, sizes in other_sizes(spec).items():
        resized = _resized(spec, sizes, points)
        if isinstance(resized, Spec):
            points.append(Probe(name, resized, draw(resized, seed=seed)))
        else:
            left_out.append(f"{name}: {resized}")
    return Probes(tuple(points), tuple(left_out))


def other_sizes(spec: Spec) -> dict[str, dict[str, int]]:
    """The sizes that tell more than those written, by the name of the point; none where all is of single numbers."""
    return {PRIME: prime_sizes(spec), "square layers": square_sizes(spec)} if has_axes(spec) else {}


def has_axes(spec: Spec) -> bool:
    """Whether anything that is fed in has a size: of single numbers none could be another."""
    return any(dims for _, dims in (*spec.inputs, *spec.parameters))


def prime_sizes(spec: Spec) -> dict[str, int]:
    """A prime of its own for every size letter, parameters' letters first; none is 2, nor a number written in a shape.

    Two is left to squares, whose derivative has it as a factor.

    >>> from trivium.zoo import network
    >>> prime_sizes(network("classifier"))
    {'h': 3, 'n': 5, 'c': 7, 'b': 11}
    """
    taken = _written_numbers(spec)
    free = (p for p in primes() if p not in taken)
    weights, others = _letters(spec)
    return {letter: next(free) for letter in (*weights, *others)}


def square_sizes(spec: Spec) -> dict[str, int]:
    """One size for every letter that a parameter uses, so that its matrices are square, and another for the others."""
    weights, others = _letters(spec)
    return dict.fromkeys(weights, SQUARE) | dict.fromkeys(others, BATCH)


def _draw_given(given: Given, stream: np.random.Generator) -> Array:
    numbers = KINDS[given.kind.name].draw(stream, given.shape, given.kind)
    if given.parameter and given.kind.name == "real":
        return as_float32(numbers / math.sqrt(given.fan_in))
    return numbers


def _stream(seed: int, name: str) -> np.random.Generator:
    words = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words.tolist()])))


def _letters(spec: Spec) -> tuple[list[str], list[str]]:
    """The size letters that parameters use, in the order in which they occur, and those that only data use."""
    weights = dict.fromkeys(word for _, dims in spec.parameters for word in words(dims))
    return list(weights), [word for word, _ in spec.sizes if word not in weights]


def _written_numbers(spec: Spec) -> set[int]:
    """Every whole number that stands in a written shape, those in attributes included."""
    shapes = [dims for _, dims in (*spec.inputs, *spec.parameters)]
    kinds = {(node.op.name, a.name): a.kind for node in spec.nodes for a in node.op.attributes}
    for node in spec.nodes:
        shapes += [parse_dims(str(value)) for name, value in node.attrs if kinds[node.op.name, name] in WRITTEN]
    return {int(part) for dims in shapes for token in dims for part in token.split("*") if part.isdigit()}


def primes() -> Iterator[int]:
    """3, 5, 7, 11 and so on."""
    found: list[int] = []
    candidate = 3
    while True:
        if all(candidate % p for p in found):
            found.append(candidate)
            yield candidate
        candidate += 2


def _resized(spec: Spec, sizes: Mapping[str, int], points: list[Probe]) -> Spec | str:
    """The spec at other sizes, or why there is none worth checking."""
    if not sizes:
        return "every shape is written in numbers, so no size is free; write letters and bind them in [sizes]"
    try:
        resized = spec.resized(**sizes)
    except SpecError as error:
        at = ", ".join(f"{letter} = {size}" for letter, size in sizes.items())
        return f"the network does not fit together at {at}: {error.problems[0].message}"
    same = next((p.name for p in points if p.spec == resized and p.name != "own values"), None)
    return resized if same is None else f"the sizes are those of {same!r}"
