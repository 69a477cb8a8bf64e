"""The family linear, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def matmul(a: Array, b: Array) -> Array:
    return (a[..., :, :, None] * b[..., None, :, :]).sum(axis=-2)


def linear(x: Array, w: Array, c: Any = 0) -> Array:
    return (x[..., None, :] * w).sum(axis=-1) + c


def bilinear(x1: Array, x2: Array, w: Array, c: Any = 0) -> Array:
    y = np.zeros((*x1.shape[:-1], len(w)))
    for at in np.ndindex(*y.shape):
        y[at] = x1[at[:-1]] @ w[at[-1]] @ x2[at[:-1]]
    return y + c


def einsum(*xs: Array, equation: str) -> Array:
    """A loop over every value of every letter; under the dots, one digit for each axis, counted from the right."""
    *terms, out = equation.replace(" ", "").replace("->", ",").split(",")
    under = [x.ndim - len(term.replace("...", "")) for x, term in zip(xs, terms, strict=True)]
    names = [term.replace("...", "9876543210"[10 - n :]) for term, n in zip(terms, under, strict=True)]
    result = out.replace("...", "9876543210"[10 - max(under) :])
    sizes: dict[str, int] = {}
    for x, term in zip(xs, names, strict=True):
        for letter, n in zip(term, x.shape, strict=True):
            sizes[letter] = max(n, sizes.get(letter, 1))
    y = np.zeros([sizes[letter] for letter in result])
    for values in np.ndindex(*sizes.values()):
        at = dict(zip(sizes, values, strict=True))
        product = 1.0
        for x, term in zip(xs, names, strict=True):
            product *= x[tuple(at[letter] % n for letter, n in zip(term, x.shape, strict=True))]
        y[tuple(at[letter] for letter in result)] += product
    return y


NAIVE: Mapping[str, Callable[..., Any]] = {
    "matmul": matmul,
    "affine": lambda w, x, c: w @ x + c,
    "linear": linear,
    "outer": lambda a, b: np.array([[p * q for q in b] for p in a]),
    "bilinear": bilinear,
    "einsum": einsum,
}
