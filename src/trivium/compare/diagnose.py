"""How wrong numbers relate to right ones: a constant ratio and what it equals, a transpose, a leak of precision.

Knows nothing of who is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import WHOLE_LEAK, equals
from trivium.compare.comparison import Pattern
from trivium.errors import share
from trivium.spec.graph import Spec
from trivium.spec.node import Node

Quantities = Callable[[], Mapping[str, float]]
"""What a stray factor may be, by name; asked for only where there is one."""
ALMOST_ONE = 2.0**-10
"""A factor so near to 1 is told by its distance from 1."""
LEAK, LITERAL = (0.05, 0.2), (0.2, 0.4)
"""Ranges of the slope rho: rounding near 1, a formula 0, a number once in float32 0.12 to 0.15, a short literal 0.3."""


def pattern(
    got: Array,
    expected: Array,
    bound: Array,
    *,
    dtype: str,
    upstream: Array | None,
    quantities: Quantities,
    rho: float | None,
) -> Pattern:
    """The first pattern that explains every entry of `got` to rounding; "scattered" where none does."""
    if not np.isfinite(got).all():
        return Pattern("not finite", f"{share(int((~np.isfinite(got)).sum()), got.size, 'entry')} not finite")
    wrong = np.abs(got - expected) > bound
    if (np.abs(got) <= bound).all():
        return Pattern("zero", "it is zero everywhere: the cotangent never arrives", 0.0)
    leak = (_rounded(got, expected) if dtype == "float64" else None) or _leak(got, expected, rho)
    ratio = _ratio(got, expected, bound, wrong)
    if leak and (ratio is None or abs(ratio - 1) < WHOLE_LEAK):
        return leak
    if ratio is not None and (got.size > 1 or not equals(ratio, 1)):
        return Pattern("ratio", _say_ratio(ratio, quantities), ratio)
    if upstream is not None and upstream.shape == got.shape and (np.abs(got - upstream) <= bound).all():
        return Pattern("upstream", "it equals the cotangent that came in: the local derivative was not multiplied")
    if got.ndim == 2 and got.shape[0] == got.shape[1] and (np.abs(got - expected.T) <= bound + bound.T).all():
        return Pattern("transposed", "it is the right one, transposed")
    if got.size > 2 and _permuted(got, expected, bound):
        return Pattern("permuted", "it has the right numbers in the wrong places")
    return _where(wrong, got, expected)


def _permuted(got: Array, expected: Array, bound: Array) -> bool:
    """Whether the numbers are the right ones, each to its own rounding, in another order."""
    order = np.argsort(expected, axis=None)
    moved = np.argsort(got, axis=None)
    near = np.abs(got.ravel()[moved] - expected.ravel()[order]) <= bound.ravel()[order]
    return bool(near.all()) and bool((order != moved).any())


def _rounded(got: Array, expected: Array) -> Pattern | None:
    """Whether every number is a float32 one, where the right ones are not."""
    with np.errstate(over="ignore"):  # a number past float32's largest is none of its numbers
        narrow, right = got.astype(np.float32), expected.astype(np.float32)
    if got.size < 2 or (expected == right).all() or (got != narrow).any():
        return None
    off = _apart(got, expected)
    if off > WHOLE_LEAK:
        return None
    return Pattern("leak", f"off by {off:.1e}: every entry is a float32 number, so it has been in float32 on its way")


def _leak(got: Array, expected: Array, rho: float | None) -> Pattern | None:
    """The kind of constant error that the slope between precisions tells."""
    relative = _apart(got, expected)
    if rho is None or relative > WHOLE_LEAK:
        return None
    if LEAK[0] < rho < LEAK[1]:
        return Pattern("leak", f"off by {relative:.1e}, as if a number had been in float32 on its way (rho {rho:.2f})")
    if LITERAL[0] <= rho < LITERAL[1]:
        return Pattern(
            "literal", f"off by {relative:.1e}, as if a constant had been typed with too few digits (rho {rho:.2f})"
        )
    return None


def _ratio(got: Array, expected: Array, bound: Array, wrong: Array) -> float | None:
    """The one number by which every entry is multiplied, if there is one; near 1 it has to show in most entries."""
    energy = float(np.sum(np.square(expected)))
    if energy == 0 or not math.isfinite(energy):
        return None
    ratio = float(np.sum(got * expected)) / energy
    if abs(ratio - 1) < ALMOST_ONE and 2 * wrong.sum() < np.count_nonzero(expected):
        return None
    return ratio if (np.abs(got - ratio * expected) <= bound * (1 + abs(ratio))).all() else None


def _say_ratio(ratio: float, quantities: Quantities) -> str:
    size = abs(ratio)
    if equals(ratio, -1):
        return "the sign is flipped"
    sign = "with the sign flipped and " if ratio < 0 else ""
    if abs(size - 1) < ALMOST_ONE:
        return f"{sign}every entry is multiplied by 1 {'+' if size > 1 else '-'} {abs(size - 1):.3g}"
    factor, word = (size, "large") if size > 1 else (1 / size, "small")
    meaning = _means(factor, quantities())
    return f"{sign}{_plain(factor)} times too {word}{meaning}"


def _plain(factor: float) -> str:
    return str(round(factor)) if equals(factor, round(factor)) else f"{factor:.6g}"


def _means(factor: float, quantities: Mapping[str, float]) -> str:
    """`, and 5 is N` for the sizes, axes and products that a factor equals."""
    names = [text for text, value in quantities.items() if equals(factor, value)]
    return f", and {_plain(factor)} is {' or '.join(names[:3])}" if names else ""


def quantities(spec: Spec, node: Node) -> Mapping[str, float]:
    """What a stray factor may be: size letters, their pairwise products, the axes and entries of the node's inputs."""
    letters, pairs = sizes(spec)
    axes = {
        f"axis {i} of {name}": float(n)
        for name in dict.fromkeys(node.inputs)
        for i, n in enumerate(spec.shapes[name])
        if n > 1 and float(n) not in letters.values()
    }
    entries = {f"the entries of {name}": float(math.prod(spec.shapes[name])) for name in dict.fromkeys(node.inputs)}
    return {**letters, **axes, **pairs, **{k: v for k, v in entries.items() if v > 1}}


def sizes(spec: Spec) -> tuple[dict[str, float], dict[str, float]]:
    """The size letters of a network, and their pairwise products."""
    letters = {name: float(size) for name, size in spec.sizes if size > 1}
    return letters, {f"{a}*{b}": letters[a] * letters[b] for a in letters for b in letters if a < b}


def _where(wrong: Array, got: Array, expected: Array) -> Pattern:
    """Which entries are wrong, where they are few or stand in line."""
    count = int(wrong.sum())
    if count == 1:
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        return Pattern("entry", f"only entry {index} is wrong")
    if wrong.ndim == 2 and count < wrong.size:
        for axis, word in ((1, "row"), (0, "column")):
            lines = np.flatnonzero(wrong.any(axis=axis))
            if len(lines) == 1 and wrong.shape[1 - axis] > 1:
                return Pattern(word, f"only {word} {int(lines[0])} is wrong")
    relative = _apart(got, expected)
    return Pattern(
        "scattered", f"{share(count, wrong.size, 'entry')} wrong, by {relative:.2g} of the whole; no simple pattern"
    )


def _apart(got: Array, expected: Array) -> float:
    """‖got - expected‖ / ‖expected‖, or over 1 where that is 0; scaled, so that no square vanishes or overflows."""
    size = float(np.abs(expected).max(initial=0.0))
    if size == 0:
        return float(np.linalg.norm(got))
    return float(np.linalg.norm(got / size - expected / size) / np.linalg.norm(expected / size))


def rho(wide: Array, narrow: Array) -> float | None:
    """The slope of a difference between precisions, log2(RMS float32 / RMS float64) / 29: rounding 1, formula 0."""
    a, b = float(np.linalg.norm(wide)), float(np.linalg.norm(narrow))
    return math.log2(b / a) / 29 if a > 0 and b > 0 and math.isfinite(a) and math.isfinite(b) else None
