"""Products of matrices by hand.

Knows nothing of the other roads.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from trivium.backend import Array
from trivium.ops.linear import spelled
from trivium_numpy.rule import Bar, Rule, plus

Arrays = tuple[Array, ...]
Pair = tuple[Array, Array]
Triple = tuple[Array, Array, Array]
Terms = tuple[str, ...]
Bars = tuple[Bar, ...]


def turned(a: Array) -> Array:
    """aᵀ of every matrix."""
    return a.swapaxes(-1, -2)


def rows(x: Array) -> Array:
    """Every data point a row, whatever axes they were along."""
    return x.reshape(-1, x.shape[-1])


def matmul_forward(a: Array, b: Array) -> tuple[Array, Pair]:
    """y = a b"""
    return a @ b, (a, b)


def matmul_vjp(saved: Pair, y_bar: Array) -> Bars:
    """ā = ȳ bᵀ     b̄ = aᵀ ȳ     (from ⟨ȳ, da b + a db⟩; the engine adds up a matrix that met several)"""
    a, b = saved
    return lambda: y_bar @ turned(b), lambda: turned(a) @ y_bar


def matmul_jvp(saved: Pair, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = ȧ b + a ḃ"""
    a, b = saved
    return a_dot @ b + a @ b_dot


def affine_forward(w: Array, x: Array, c: Array) -> tuple[Array, Pair]:
    """y = w x + c"""
    return plus(w @ x, c), (w, x)


def affine_vjp(saved: Pair, y_bar: Array) -> Bars:
    """w̄ = ȳ xᵀ     x̄ = wᵀ ȳ     c̄ = Σ_b ȳ     (c was spread over b, so its cotangent is gathered over b)"""
    w, x = saved
    return lambda: y_bar @ x.T, lambda: w.T @ y_bar, y_bar.sum(axis=1, keepdims=True)


def affine_jvp(saved: Pair, w_dot: Array, x_dot: Array, c_dot: Array) -> Array:
    """ẏ = ẇ x + w ẋ + ċ"""
    w, x = saved
    return w_dot @ x + w @ x_dot + c_dot


def linear_forward(x: Array, w: Array, c: Array | None = None) -> tuple[Array, tuple[Array, Array, bool]]:
    """y = x wᵀ + c"""
    y = (rows(x) @ w.T).reshape(*x.shape[:-1], len(w))  # one product, however many axes the data points lie along
    return y if c is None else plus(y, c), (x, w, c is not None)


def linear_vjp(saved: tuple[Array, Array, bool], y_bar: Array) -> Bars:
    """x̄ = ȳ w     w̄ = ȳᵀ x     c̄ = Σ_b ȳ     (c was spread over b, so its cotangent is gathered over b)"""
    x, w, biased = saved
    y_rows = rows(y_bar)
    products = lambda: (y_rows @ w).reshape(x.shape), lambda: y_rows.T @ rows(x)
    return (*products, y_rows.sum(axis=0)) if biased else products


def linear_jvp(saved: tuple[Array, Array, bool], x_dot: Array, w_dot: Array, c_dot: Array | float = 0.0) -> Array:
    """ẏ = ẋ wᵀ + x ẇᵀ + ċ"""
    x, w, _ = saved
    return x_dot @ w.T + x @ w_dot.T + c_dot


def outer_forward(a: Array, b: Array) -> tuple[Array, Pair]:
    """y = a bᵀ"""
    return np.outer(a, b), (a, b)


def outer_vjp(saved: Pair, y_bar: Array) -> Pair:
    """ā = ȳ b     b̄ = ȳᵀ a"""
    a, b = saved
    return y_bar @ b, y_bar.T @ a


def outer_jvp(saved: Pair, a_dot: Array, b_dot: Array) -> Array:
    """ẏ = ȧ bᵀ + a ḃᵀ"""
    a, b = saved
    return np.outer(a_dot, b) + np.outer(a, b_dot)


def bilinear_forward(
    x1: Array, x2: Array, w: Array, c: Array | None = None
) -> tuple[Array, tuple[Array, Array, Array, bool]]:
    """yₖ = x₁ᵀ wₖ x₂ + cₖ for every row"""
    y = paired(x1, w, x2)
    return y if c is None else y + c, (x1, x2, w, c is not None)


def bilinear_vjp(saved: tuple[Array, Array, Array, bool], y_bar: Array) -> Arrays:
    """x̄₁ = Σₖ ȳₖ wₖ x₂     x̄₂ = Σₖ ȳₖ wₖᵀ x₁     w̄ₖ = Σ_b ȳₖ x₁ x₂ᵀ     c̄ = Σ_b ȳ"""
    x1, x2, w, biased = saved
    y_rows = rows(y_bar)
    x1_bar = np.einsum("bk,kbm->bm", y_rows, rows(x2) @ turned(w)).reshape(x1.shape)
    x2_bar = np.einsum("bk,kbn->bn", y_rows, rows(x1) @ w).reshape(x2.shape)
    w_bar = (y_rows.T[:, None, :] * rows(x1).T) @ rows(x2)
    return (x1_bar, x2_bar, w_bar, y_rows.sum(axis=0)) if biased else (x1_bar, x2_bar, w_bar)


def bilinear_jvp(
    saved: tuple[Array, Array, Array, bool], x1_dot: Array, x2_dot: Array, w_dot: Array, c_dot: Array | float = 0.0
) -> Array:
    """ẏₖ = ẋ₁ᵀ wₖ x₂ + x₁ᵀ wₖ ẋ₂ + x₁ᵀ ẇₖ x₂ + ċₖ"""
    x1, x2, w, _ = saved
    return paired(x1_dot, w, x2) + paired(x1, w, x2_dot) + paired(x1, w_dot, x2) + c_dot


def paired(x1: Array, w: Array, x2: Array) -> Array:
    """x₁ᵀ wₖ x₂ for every k, last, and every row."""
    return np.einsum("kbn,bn->bk", rows(x1) @ w, rows(x2)).reshape(*x1.shape[:-1], len(w))


def einsum_forward(*xs: Array, equation: str) -> tuple[Array, tuple[Arrays, Terms, str]]:
    """y = Σ x₁ x₂ … over every letter that y does not have"""
    terms, out, _ = spelled(equation, tuple(x.shape for x in xs))
    return summed(terms, out, xs), (xs, terms, out)


def einsum_vjp(saved: tuple[Arrays, Terms, str], y_bar: Array) -> Bars:
    """x̄ᵢ = Σ ȳ x₁ x₂ … without xᵢ, over every letter that xᵢ does not have"""
    xs, terms, out = saved
    bars = []
    for i, (x, term) in enumerate(zip(xs, terms, strict=True)):
        others = (out, *terms[:i], *terms[i + 1 :])
        own = "".join(dict.fromkeys(term))
        shared = "".join(letter for letter in own if any(letter in other for other in others))
        factors = (y_bar, *xs[:i], *xs[i + 1 :])
        bars.append(partial(_einsum_bar, others, shared, factors, term, x.shape))
    return tuple(bars)


def _einsum_bar(others: Terms, shared: str, factors: Arrays, term: str, shape: tuple[int, ...]) -> Array:
    bar = summed(others, shared, factors)
    return bar if shared == term else spread(bar, shared, term, shape)


def einsum_jvp(saved: tuple[Arrays, Terms, str], *x_dots: Array) -> Array:
    """ẏ = Σᵢ of the product with ẋᵢ in place of xᵢ"""
    xs, terms, out = saved
    return np.asarray(sum(summed(terms, out, (*xs[:i], x_dot, *xs[i + 1 :])) for i, x_dot in enumerate(x_dots)))


def summed(terms: Terms, out: str, xs: Arrays) -> Array:
    """The product of the xs, summed over the letters that are not in `out`, two factors at a time."""
    if len(xs) == 2 and all(len(set(term)) == len(term) for term in terms):
        return product(terms[0], xs[0], terms[1], xs[1], out)
    return np.asarray(np.einsum(f"{','.join(terms)}->{out}", *xs, optimize=True))


def product(a_letters: str, a: Array, b_letters: str, b: Array, out: str) -> Array:
    """Two factors as a product of matrices for every entry of the letters that both have and `out` keeps.

    The rows are a's own letters, the columns b's; what both have and `out` has not is summed over.
    """
    a_letters, a = without(a_letters, a, b_letters + out)
    b_letters, b = without(b_letters, b, a_letters + out)
    both = [x for x in a_letters if x in b_letters and x in out]
    inner = [x for x in a_letters if x in b_letters and x not in out]
    left, right = [x for x in a_letters if x not in b_letters], [x for x in b_letters if x not in a_letters]
    sizes = dict(zip(a_letters + b_letters, a.shape + b.shape, strict=True))
    counts = [math.prod(sizes[x] for x in letters) for letters in (both, left, inner, right)]
    of_a = a.transpose([a_letters.index(x) for x in both + left + inner]).reshape(counts[:3])
    of_b = b.transpose([b_letters.index(x) for x in both + inner + right]).reshape(counts[0], *counts[2:])
    found = (of_a @ of_b if inner else of_a * of_b).reshape([sizes[x] for x in both + left + right])
    return np.asarray(found.transpose([(both + left + right).index(x) for x in out]))


def without(letters: str, x: Array, others: str) -> tuple[str, Array]:
    """A factor summed over the letters that it has alone."""
    alone = tuple(i for i, letter in enumerate(letters) if letter not in others)
    return "".join(x for x in letters if x in others), x.sum(axis=alone) if alone else x


def spread(bar: Array, letters: str, term: str, shape: tuple[int, ...]) -> Array:
    """A cotangent given by letter, in the shape of its input: repeated along letters of its own, on the diagonal of two
    alike, for off the diagonal nothing was read."""
    own = "".join(dict.fromkeys(term))
    x_bar = np.zeros(shape, bar.dtype)
    diagonal = np.einsum(f"{term}->{own}", x_bar) if len(own) < len(term) else x_bar  # a view, which passes writes on
    diagonal[...] = bar.reshape([n if letter in letters else 1 for letter, n in zip(own, diagonal.shape, strict=True)])
    return x_bar


RULES = {
    "matmul": Rule(matmul_forward, matmul_vjp, matmul_jvp, broadcasts=True),
    "affine": Rule(affine_forward, affine_vjp, affine_jvp),
    "linear": Rule(linear_forward, linear_vjp, linear_jvp),
    "outer": Rule(outer_forward, outer_vjp, outer_jvp),
    "bilinear": Rule(bilinear_forward, bilinear_vjp, bilinear_jvp),
    "einsum": Rule(einsum_forward, einsum_vjp, einsum_jvp),
}
