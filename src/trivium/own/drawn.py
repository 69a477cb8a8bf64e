"""Points for a function of which only the shapes of the arguments are known: of prime sizes, of equal ones, again.

Knows nothing of the function.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array
from trivium.errors import SpecError, ValuesError, did_you_mean
from trivium.given import KINDS
from trivium.probe import PRIME, primes
from trivium.spec.op import Kind
from trivium.spec.signature import Dims, evaluate, parse_dims, words

MOST = 10**7
"""Entries of one argument."""
EQUAL = 4
"""The size of every letter at the point where all are equal: what a shape would betray elsewhere is silent."""
INDEX = re.compile(r"index\s*<\s*(\w+)")


@dataclass(frozen=True)
class Argument:
    """One argument as it was written: "N 3", "N: index < 3", "m: positive"."""

    dims: Dims
    kind: str
    below: str = ""

    def draw(self, stream: np.random.Generator, sizes: Mapping[str, int]) -> Array:
        """Numbers of its kind, none of them 0, the real ones such as float32 has."""
        below = evaluate((self.below,), sizes)[0] if self.below else None
        return KINDS[self.kind].draw(stream, evaluate(self.dims, sizes), Kind(self.kind, below))


@dataclass(frozen=True)
class Point:
    """Where to look, and along which axis of which argument each letter is an axis."""

    label: str
    given: Mapping[str, Array]
    axes: Mapping[str, Mapping[str, int]]


def points(shapes: Mapping[str, str | Sequence[int]]) -> Iterator[Point]:
    """Three points: at prime sizes, where letters are equal, at prime sizes again; ValuesError for no shape."""
    if not isinstance(shapes, Mapping) or not shapes:
        raise ValuesError("shapes= is a dict of shapes by the arguments' names: {'x': 'N 3', 'w': (3, 2)}")
    read = {name: _argument(name, said) for name, said in shapes.items()}
    letters = list(dict.fromkeys(w for a in read.values() for w in words((*a.dims, *filter(None, [a.below])))))
    written = {int(n) for a in read.values() for token in a.dims for n in token.split("*") if n.isdigit()}
    telling = dict(zip(letters, (p for p in primes() if p not in written), strict=False))
    ways = (
        (PRIME, telling),
        ("equal sizes", dict.fromkeys(letters, EQUAL)),
        (f"other numbers of {PRIME}", telling),
    )
    axes = {
        w: {n: a.dims.index(w) for n, a in read.items() if a.dims.count(w) == 1}
        for w in letters
        if all(token == w or w not in words((token,)) for a in read.values() for token in a.dims)
    }
    for seed, (label, sizes) in enumerate(ways if letters else [("drawn numbers", {}), ("other drawn numbers", {})]):
        _afford(read, sizes)
        streams = np.random.SeedSequence(seed).spawn(len(read))
        given = {n: a.draw(np.random.default_rng(s), sizes) for (n, a), s in zip(read.items(), streams, strict=True)}
        yield Point(label, given, axes)


def _afford(read: Mapping[str, Argument], sizes: Mapping[str, int]) -> None:
    for name, argument in read.items():
        entries = math.prod(evaluate(argument.dims, sizes))
        if entries > MOST:
            raise ValuesError(f"shapes: {name} would have {entries:,} entries, and the most is {MOST:,}")


def _argument(name: str, said: str | Sequence[int]) -> Argument:
    if not isinstance(said, str):
        if not all(isinstance(n, int) and n > 0 for n in said):
            raise ValuesError(f"shapes: {name}: {said!r} is no shape: write whole numbers above 0, or a text")
        return Argument(tuple(map(str, said)), "real")
    text, _, kind = said.partition(":")
    try:
        dims = parse_dims(text)
    except SpecError as error:
        raise ValuesError(f"shapes: {name}: {error.problems[0].message}") from None
    found = INDEX.fullmatch(kind.strip())
    if found is not None:
        return Argument(dims, "index", found.group(1))
    plain = kind.strip() or "real"
    if plain not in KINDS or plain == "index":
        known = [*(k for k in KINDS if k != "index"), "index < C"]
        raise ValuesError(f"shapes: {name}: no kind {plain!r}{did_you_mean(plain, known)}: {', '.join(known)}")
    return Argument(dims, plain)
