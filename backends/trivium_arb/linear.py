"""Products of matrices and of tensors, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math

import numpy as np

from trivium_arb.primitive import matmul, reshape, sum_, take, transpose
from trivium_arb.tape import Tensor


def turned(x: Tensor) -> Tensor:
    """xᵀ, of the last two axes"""
    return transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def affine(w: Tensor, x: Tensor, c: Tensor) -> Tensor:
    """w x + c"""
    return matmul(w, x) + c


def linear(x: Tensor, w: Tensor, c: Tensor | None = None) -> Tensor:
    """x wᵀ + c, a row of x for each data point"""
    rows = reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))
    y = reshape(matmul(rows, turned(w)), (*x.shape[:-1], w.shape[0]))
    return y if c is None else y + c


def outer(a: Tensor, b: Tensor) -> Tensor:
    """aᵢ bⱼ"""
    return reshape(a, (*a.shape, 1)) * b


def bilinear(x1: Tensor, x2: Tensor, w: Tensor, c: Tensor | None = None) -> Tensor:
    """x1ᵀ wₖ x2 + cₖ"""
    front, (k, m, n) = x1.shape[:-1], w.shape
    rows = math.prod(front)
    half = reshape(matmul(reshape(x1, (1, rows, m)), w), (k, rows, n))
    y = sum_(half * reshape(x2, (1, rows, n)), axis=2)
    y = reshape(transpose(y, (1, 0)), (*front, k))
    return y if c is None else y + c


def einsum(*x: Tensor, equation: str) -> Tensor:
    """The product of the inputs with an axis for every letter, summed over the letters that are not kept.

    An operand is laid out by its places: NumPy's einsum orders axes of integers, and multiplies none.
    """
    terms, arrow, kept = equation.replace(" ", "").partition("->")
    letters = sorted({c for c in equation if c.isalpha()})
    if not arrow:
        kept = "..." * ("..." in terms) + "".join(c for c in letters if terms.count(c) == 1)
    y: Tensor | None = None
    for part, term in zip(x, terms.split(","), strict=True):
        operand = laid_out(part, term, letters)
        y = operand if y is None else y * operand
    if y is None:
        raise ValueError("einsum without an input")
    front = y.ndim - len(letters)
    summed = sum_(y, axis=tuple(front + i for i, c in enumerate(letters) if c not in kept))
    left = [c for c in letters if c in kept]
    before, _, after = kept.partition("...") if "..." in kept else ("", "", kept)
    axes = [*(front + left.index(c) for c in before), *range(front), *(front + left.index(c) for c in after)]
    return transpose(summed, axes)


def laid_out(x: Tensor, term: str, letters: list[str]) -> Tensor:
    """x with the axes of '...' in front, then one for each letter, of size 1 for a letter that it does not have."""
    own = "".join(c for c in letters if c in term)
    dots = "..." * ("..." in term)
    places = np.einsum(f"{term}->{dots}{own}", np.arange(x.balls.size).reshape(x.shape))
    front = places.ndim - len(own)
    sizes = (places.shape[front + own.index(c)] if c in own else 1 for c in letters)
    return take(x, places.reshape((*places.shape[:front], *sizes)))


OPERATIONS = {
    "matmul": matmul,
    "affine": affine,
    "linear": linear,
    "outer": outer,
    "bilinear": bilinear,
    "einsum": einsum,
}
