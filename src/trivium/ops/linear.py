"""Products of matrices, alone and with a bias, in both conventions: data points as columns (affine) or rows (linear).

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Attributes, Case, op
from trivium.spec.signature import Shape

Terms = tuple[int, tuple[int, ...]]


def _matmul_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (m, k), (_, n) = shapes
    return k, (n, m)


def _affine_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (m, n), (_, b), _ = shapes
    return n + 1, (b, m, b)


def _linear_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (b, n), (m, _), _ = shapes
    return n + 1, (m, b, b)


matmul = op(
    "matmul(a: m k, b: k n) -> m n",
    "a b: entry (i, j) is Σₖ aᵢₖ bₖⱼ",
    fan_in={"a": "k", "b": "k"},
    terms=_matmul_terms,
    absolute="matmul",
    cases=(Case(((3, 5), (5, 7))), Case(((3, 3), (3, 3)))),
    elsewhere=("dot", "mm", "bmm"),
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
    "linear(x: b n, w: m n, c: m) -> b m",
    "x wᵀ + c, a row of x for each data point",
    fan_in={"w": "n", "x": "n"},
    terms=_linear_terms,
    absolute="linear",
    cases=(Case(((7, 5), (3, 5), (3,))),),
    elsewhere=("dense",),
)

OPS = (matmul, affine, linear)
