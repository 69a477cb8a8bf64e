"""Products of matrices, alone and with a bias, in both conventions: data points as columns (affine) or rows (linear);
and the products of tensors that letters spell out.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from string import ascii_letters

import numpy as np

from trivium.errors import SpecError
from trivium.spec.op import Attribute, Attributes, Case, op
from trivium.spec.signature import Shape

Terms = tuple[int, tuple[int, ...]]

TERM = r"[A-Za-z]*(\.\.\.)?[A-Za-z]*"
LONGEST = 500
"""Characters of an equation that are read."""
MOST_FANS = 8
"""The inputs of an einsum whose fan-in is known; a parameter further on is drawn as N(0, 1)."""


def _matmul(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (*s, m, _), (*t, _, n) = shapes
    return ((*_common((tuple(s), tuple(t)), "the axes in front of the matrices"), m, n),)


def _common(shapes: tuple[Shape, ...], what: str) -> Shape:
    """The shape to which these broadcast, as in NumPy."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        different = " and ".join(map(str, dict.fromkeys(shapes)))
        raise SpecError(
            f"{what} are {different}, which do not broadcast: counted from the right, two sizes differ and neither is 1"
        ) from None


def _matmul_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (*s, m, k), (*t, _, n) = shapes
    batch = math.prod(np.broadcast_shapes(tuple(s), tuple(t)))
    return k, (n * batch // math.prod(s), m * batch // math.prod(t))


def _affine_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (m, n), (_, b), _ = shapes
    return n + 1, (b, m, b)


def _linear_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (*s, n), (m, _), *c = shapes
    b = math.prod(s)
    return n + len(c), (m, b, b)[: len(shapes)]


def _bilinear_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (*s, m), (*_, n), (k, _, _), *c = shapes
    b = math.prod(s)
    return m * n + len(c), (k * n, k * m, b, b)[: len(shapes)]


def _bilinear_fan(shapes: tuple[Shape, ...], attrs: Attributes) -> int:
    return shapes[2][1] * shapes[2][2]


def spelled(equation: str, shapes: tuple[Shape, ...]) -> tuple[tuple[str, ...], str, dict[str, int]]:
    """An equation with a letter for every axis: the letters of each input, those of the result, the size of each.

    The axes under '...' get letters that the equation leaves free, counted from the right; an axis of size 1 that is
    spread gets one of its own, for a sum over a single entry is that entry. SpecError says what does not fit.

    >>> spelled("...ij,...jk->...ik", ((4, 3, 5), (5, 7)))
    (('aij', 'jk'), 'aik', {'a': 4, 'i': 3, 'j': 5, 'k': 7})
    """
    *terms, out = _read(equation, len(shapes))
    under = [_under(term, shape, i) for i, (term, shape) in enumerate(zip(terms, shapes, strict=True), 1)]
    whole = _common(tuple(under), "the axes under '...'")
    fresh = _unused(equation)
    shared = [next(fresh) for _ in whole]
    letters = []
    for term, part in zip(terms, under, strict=True):
        sizes = zip(part[::-1], whole[::-1], shared[::-1], strict=False)
        own = [letter if n == most else next(fresh) for n, most, letter in sizes][::-1]
        letters.append(term.replace("...", "".join(own)))
    return tuple(letters), out.replace("...", "".join(shared)), _sizes(letters, shapes)


def _read(equation: str, count: int) -> tuple[str, ...]:
    """The terms as written, the result's last."""
    if len(equation) > LONGEST:
        raise SpecError(f"an equation of {len(equation)} characters; the longest is {LONGEST}")
    text = equation.replace(" ", "")
    left, arrow, out = text.partition("->")
    if not arrow:
        raise SpecError(
            f"equation {equation!r} has no '->'; write the axes of the result behind one, as in 'ij,jk->ik'"
        )
    terms = left.split(",")
    for term in (*terms, out):
        if not re.fullmatch(TERM, term):
            raise SpecError(f"{term!r} in equation {equation!r} is no term: a letter for each axis, '...' at most once")
    if len(terms) != count:
        raise SpecError(f"equation {equation!r} names {len(terms)} inputs, got {count}")
    letters = out.replace(".", "")
    for letter in letters:
        if letters.count(letter) > 1:
            raise SpecError(f"axis {letter!r} stands more than once behind the '->' of {equation!r}; write it once")
        if letter not in left:
            raise SpecError(f"axis {letter!r} behind the '->' of {equation!r} is an axis of no input")
    if ("..." in left) != ("..." in out):
        raise SpecError(f"'...' stands on one side of {equation!r} alone; its axes are not summed over")
    return (*terms, out)


def _under(term: str, shape: Shape, i: int) -> Shape:
    """The sizes of the axes that '...' stands for in a term."""
    open_ = "..." in term
    named = len(term) - 3 * open_
    if len(shape) < named or (len(shape) > named and not open_):
        raise SpecError(f"term {term!r} does not fit input 'x{i}' {shape}: it has a letter for each axis")
    start = term.index("...") if open_ else named
    return shape[start : start + len(shape) - named]


def _unused(equation: str) -> Iterator[str]:
    yield from (letter for letter in ascii_letters if letter not in equation)
    raise SpecError(f"equation {equation!r} has more axes than the {len(ascii_letters)} letters")


def _sizes(terms: list[str], shapes: tuple[Shape, ...]) -> dict[str, int]:
    """The size of each letter; SpecError where two inputs, or two axes of one, do not have it alike."""
    sizes: dict[str, int] = {}
    first: dict[str, tuple[int, Shape]] = {}
    for i, (term, shape) in enumerate(zip(terms, shapes, strict=True), 1):
        for letter, n in zip(term, shape, strict=True):
            j, other = first.setdefault(letter, (i, shape))
            if sizes.setdefault(letter, n) != n:
                raise SpecError(f"axis {letter!r} is {n} in input 'x{i}' {shape} but {sizes[letter]} in 'x{j}' {other}")
    return sizes


def _einsum(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _, out, sizes = spelled(attrs["equation"], shapes)
    return (tuple(sizes[letter] for letter in out),)


def _einsum_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    """All letters are summed over but those of the result; for a cotangent, but those of the input."""
    terms, _, sizes = spelled(attrs["equation"], shapes)
    summed = partial(_product_without, sizes)
    return summed(spelled(attrs["equation"], shapes)[1]), tuple(map(summed, terms))


def _product_without(sizes: dict[str, int], letters: str) -> int:
    return math.prod(n for letter, n in sizes.items() if letter not in letters)


def _einsum_fan(i: int) -> Callable[[tuple[Shape, ...], Attributes], int]:
    """Of an input's own letters, the product of those that are summed over."""

    def fan(shapes: tuple[Shape, ...], attrs: Attributes) -> int:
        terms, out, sizes = spelled(attrs["equation"], shapes)
        return math.prod(sizes[letter] for letter in set(terms[i]) - set(out))

    return fan


matmul = op(
    "matmul(a: *s m k, b: *t k n) -> *u m n",
    "a b: entry (i, j) is Σₖ aᵢₖ bₖⱼ, for each pair of matrices as the axes in front of them broadcast",
    shape=_matmul,
    fan_in={"a": "k", "b": "k"},
    terms=_matmul_terms,
    absolute="matmul",
    cases=(
        Case(((3, 5), (5, 7))),
        Case(((3, 3), (3, 3))),
        Case(((2, 3, 5), (5, 7))),
        Case(((5, 1), (3, 1, 2))),
        Case(((2, 1, 3, 5), (3, 5, 2))),
    ),
    elsewhere=("dot", "mm", "bmm"),
    differences=(
        "numpy, torch, jax: matmul takes a vector for a row on the left and for a column on the right, and drops that "
        "axis again; here both factors are matrices, and expand_dims says which of the two a vector is.",
    ),
)
affine = op(
    "affine(w: m n, x: n b, c: m 1) -> m b",
    "w x + c, a column of x for each data point",
    fan_in={"w": "n", "x": "n"},
    terms=_affine_terms,
    absolute="affine",
    cases=(Case(((3, 5), (5, 7), (3, 1))),),
    elsewhere=("dense",),
)
linear = op(
    "linear(x: *s n, w: m n, c?: m) -> *s m",
    "x wᵀ + c, a row of x for each data point",
    fan_in={"w": "n", "x": "n"},
    terms=_linear_terms,
    absolute="linear",
    cases=(
        Case(((7, 5), (3, 5), (3,))),
        Case(((7, 5), (3, 5))),
        Case(((5,), (3, 5), (3,))),
        Case(((2, 3, 5), (7, 5), (7,))),
        Case(((2, 1, 3, 1), (5, 1))),
    ),
    elsewhere=("dense",),
)
outer = op(
    "outer(a: m, b: n) -> m n",
    "a bᵀ: entry (i, j) is aᵢ bⱼ",
    absolute="outer",
    cases=(Case(((3,), (5,))), Case(((1,), (3,))), Case(((3,), (1,)))),
    elsewhere=("ger",),
    differences=("numpy, jax: outer flattens a tensor of more axes first; here, as in torch, it takes vectors alone.",),
)
bilinear = op(
    "bilinear(x1: *s m, x2: *s n, w: k m n, c?: k) -> *s k",
    "x1ᵀ wₖ x2 + cₖ for each matrix wₖ, a row of x1 and of x2 for each data point",
    fan_in={"x1": "m", "x2": "n", "w": _bilinear_fan},
    terms=_bilinear_terms,
    absolute="bilinear",
    cases=(
        Case(((5, 2), (5, 3), (7, 2, 3), (7,))),
        Case(((5, 2), (5, 3), (1, 2, 3))),
        Case(((3,), (5,), (2, 3, 5), (2,))),
        Case(((2, 3, 1), (2, 3, 5), (2, 1, 5))),
    ),
)
einsum = op(
    "einsum(x...: *s) -> *t",
    "The product of the inputs, an axis for each letter of the equation, summed over the letters that stand behind no "
    "'->'; a letter twice in one input is its diagonal, and '...' stands for axes that broadcast",
    attributes=(Attribute("equation", "str"),),
    shape=_einsum,
    fan_in={f"x{i + 1}": _einsum_fan(i) for i in range(MOST_FANS)},
    terms=_einsum_terms,
    absolute="einsum",
    cases=(
        Case(((3, 5), (5, 7)), {"equation": "ij,jk->ik"}),
        Case(((2, 3, 5), (2, 7, 5)), {"equation": "bqd, bkd -> bqk"}),
        Case(((2, 1, 3, 5), (4, 5, 2)), {"equation": "...ij,...jk->...ik"}),
        Case(((3, 3, 5),), {"equation": "iij->ji"}),
        Case(((3, 5, 2), (5,)), {"equation": "iaj,a->"}),
        Case(((3, 3), (3,), (3, 2)), {"equation": "ii,i,ij->j"}),
        Case(((), (1, 5), (7,)), {"equation": ",...i,j->j...i"}),
        Case(((2, 3), (5,)), {"equation": "ij,k->kj"}),
    ),
    elsewhere=("tensordot", "contract"),
    differences=(
        "numpy, torch, jax: an equation without '->' keeps the letters that stand once, in the order of the alphabet; "
        "here the '->' is written.",
        "numpy, torch, jax: a letter whose size is 1 in one input is stretched to its size in another; here a letter "
        "has one size, and the axes under '...' alone broadcast.",
        "torch, jax: '...' that is left out behind the '->' is summed over; here, as in numpy, that is an error.",
    ),
)

OPS = (matmul, affine, linear, outer, bilinear, einsum)
