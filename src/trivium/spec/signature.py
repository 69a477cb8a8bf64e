"""Shapes in letters: "affine(w: m n, x: n b, c: m 1) -> m b" is parsed, unified with real shapes, and explained.

Knows nothing of networks or arrays: a shape here is a tuple of integers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trivium.errors import Problem, SpecError

Shape = tuple[int, ...]
Dims = tuple[str, ...]
"""A shape as written: tokens, each an integer, a word, a product of them ("h*k"), or, in a signature, a run ("*s")."""

TOKEN = re.compile(r"\*?[A-Za-z_]\w*(\*([A-Za-z_]\w*|\d+))*|\d+(\*([A-Za-z_]\w*|\d+))*")

OPTIONAL, REPEATED = "?", "..."
"""Behind the name of a role: it may be left out; it stands for one input or more."""

LONG_NUMBER = re.compile(r"\d{19}")
AXIS = "write a number from 1 up (3), a letter or word (N, hidden), or a product (h*k)"
SPACES = "; axes are separated by spaces: '3 N'"
MOST_AXES = 32
"""The most axes of one tensor: every library that stands behind a road can hold so many."""


@dataclass(frozen=True)
class Signature:
    """An op's shapes in letters: its name, each role with its dims, and the dims of each output."""

    name: str
    roles: tuple[tuple[str, Dims], ...]
    outputs: tuple[Dims, ...]
    text: str


def parse_dims(text: str, *, runs: bool = False) -> Dims:
    """The tokens of a written shape: "h*k 3 N" is ("h*k", "3", "N"); the empty text is a scalar.

    A run of axes ("*s") is allowed only where `runs` says so, in signatures.
    """
    tokens = tuple(text.split())
    for token in tokens:
        if not TOKEN.fullmatch(token) or (token.startswith("*") and not runs):
            raise SpecError(f"{token[:40]!r} is no axis: {AXIS}{SPACES if set(text) & set(',;()[]') else ''}")
        if LONG_NUMBER.search(token):
            raise SpecError(f"axis {token[:20]}... is a number of more than 18 digits; no tensor is that long")
    if len(tokens) > MOST_AXES:
        raise SpecError(f"a shape of {len(tokens)} axes; the most is {MOST_AXES}")
    return tokens


def parse_signature(text: str) -> Signature:
    """Read "name(role: dims, role: dims) -> dims"; several outputs: "-> dims, dims"; open roles: "m?:", "x...:"."""
    match = re.fullmatch(r"\s*(\w+)\(([^()]*)\)\s*->\s*(.*?)\s*", text)
    if match is None:
        raise SpecError(f"{text!r} is no signature: write 'name(role: dims, ...) -> dims'")
    name, inside, after = match.groups()
    roles = []
    for part in filter(None, (p.strip() for p in inside.split(","))):
        role, colon, dims = part.partition(":")
        if not colon:
            raise SpecError(f"{text!r}: role {part!r} has no shape: write 'role: dims'")
        roles.append((role.strip(), parse_dims(dims, runs=True)))
    outputs = tuple(parse_dims(dims, runs=True) for dims in after.split(","))
    return Signature(name, tuple(roles), outputs, " ".join(text.split()))


def taking(signature: Signature, count: int) -> Signature | None:
    """The signature for just so many inputs, its open roles settled; None where it does not take so many.

    A role `mask?` may be left out, from the right; a last role `x...` stands for one or more: x1, x2, ..., of which a
    run of axes (`*s`) is each one's own, and a letter all have in common.
    """
    least, most = arity(signature)
    if not least <= count <= (most or count):
        return None
    roles = [(stem(name), dims) for name, dims in signature.roles[:count]]
    if most is None:
        name, dims = roles.pop()
        roles += [(f"{name}{i}", _each(dims, i)) for i in range(1, count - len(roles) + 1)]
    return Signature(signature.name, tuple(roles), signature.outputs, signature.text)


def _each(dims: Dims, i: int) -> Dims:
    return tuple(f"{token}{i}" if token.startswith("*") else token for token in dims)


def arity(signature: Signature) -> tuple[int, int | None]:
    """The fewest and the most inputs; no most where the last role may be repeated."""
    names = [name for name, _ in signature.roles]
    repeated = any(name.endswith(REPEATED) for name in names)
    return sum(not name.endswith(OPTIONAL) for name in names), None if repeated else len(names)


def stem(role: str) -> str:
    """A role's own name, without the mark that it may be left out or repeated."""
    return role.removesuffix(OPTIONAL).removesuffix(REPEATED)


def words(dims: Dims) -> tuple[str, ...]:
    """The letters and words that a written shape leaves open, in order, without repeats."""
    found = [part for token in dims for part in token.lstrip("*").split("*") if not part.isdigit()]
    return tuple(dict.fromkeys(found))


def evaluate(dims: Dims, sizes: Mapping[str, int]) -> Shape:
    """The integers of a written shape: evaluated, never solved for; SpecError when a word is not bound."""
    for word in words(dims):
        if word not in sizes:
            raise SpecError(unbound_size(word))
    return tuple(math.prod(int(part) if part.isdigit() else sizes[part] for part in token.split("*")) for token in dims)


def unbound_size(word: str) -> str:
    """What to say when a size has no value."""
    return f"size {word!r} is not bound: give it in [sizes], or as --size {word}=7, or by the values' shapes"


def show(shape: Sequence[int]) -> str:
    """A shape as Python writes it: (3, 2), (3,), ()."""
    return str(tuple(shape))


class _Unifier:
    """One unification: letters bound so far, and which input bound each, so that a conflict can name both sides."""

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self.bound: dict[str, int | Shape] = {}
        self.witness: dict[str, tuple[str, Shape]] = {}

    def fail(self, message: str) -> SpecError:
        return SpecError(Problem(f"{self.signature.name}: {message}", hint=self.signature.text))

    def bind(self, letter: str, value: int | Shape, role: str, shape: Shape) -> None:
        known = self.bound.setdefault(letter, value)
        first = self.witness.setdefault(letter, (role, shape))
        if known != value:
            what = "axes" if isinstance(value, tuple) else "axis"
            raise self.fail(
                f"{what} {letter!r} is {_plain(value)} in input {role!r} {show(shape)} "
                f"but {_plain(known)} in {first[0]!r} {show(first[1])}"
            )

    def match(self, role: str, dims: Dims, shape: Shape) -> None:
        run = next((i for i, token in enumerate(dims) if token.startswith("*")), None)
        fixed = len(dims) - (run is not None)
        if len(shape) < fixed or (run is None and len(shape) > fixed):
            least = "at least " if run is not None else ""
            raise self.fail(
                f"input {role!r} has {_axes(len(shape))} {show(shape)}, needs {least}{_axes(fixed)} ({' '.join(dims)})"
            )
        if run is not None:
            length = len(shape) - fixed
            self.bind(dims[run][1:], shape[run : run + length], role, shape)
            dims = dims[:run] + dims[run + 1 :]
            rest = shape[:run] + shape[run + length :]
        else:
            rest = shape
        for token, size in zip(dims, rest, strict=True):
            if not token.isdigit():
                self.bind(token, size, role, shape)
            elif int(token) != size:
                raise self.fail(f"input {role!r} {show(shape)} has {size} where the signature has {token}")


def _plain(value: int | Shape) -> str:
    return show(value) if isinstance(value, tuple) else str(value)


def _axes(count: int) -> str:
    return "1 axis" if count == 1 else f"{count} axes"


def unify(signature: Signature, shapes: Sequence[Shape]) -> dict[str, int | Shape]:
    """Bind the signature's letters to the shapes given, one per role; SpecError names the axis and both sides."""
    unifier = _Unifier(signature)
    for (role, dims), shape in zip(signature.roles, shapes, strict=True):
        unifier.match(role, dims, shape)
    return unifier.bound


def output_shapes(signature: Signature, bound: Mapping[str, int | Shape]) -> tuple[Shape, ...]:
    """The shape of each output under the letters bound by `unify`."""

    def sizes(token: str) -> Shape:
        if token.isdigit():
            return (int(token),)
        value = bound[token.lstrip("*")]
        return value if isinstance(value, tuple) else (value,)

    return tuple(tuple(n for token in dims for n in sizes(token)) for dims in signature.outputs)
