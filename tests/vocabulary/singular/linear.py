"""The family linear, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

LARGE = [[1e30, 1.0, -1e30]]
ONES = [[1.0, 1.0, 1.0]]
COLUMN = [[1.0], [1.0], [1.0]]

POINTS: tuple[Point, ...] = (
    Point("matmul", "large terms that cancel", (LARGE, COLUMN)),
    Point("matmul", "zeros", ([[0.0, -0.0]], [[-0.0], [0.0]])),
    Point("matmul", "products too small for float32", ([[1e-30]], [[1e-30]])),
    Point("matmul", "products too large for float32", ([[1e30]], [[1e30]]), verdict="undecided"),
    Point("matmul", "one matrix against many", ([[[1e30]], [[1e-30]], [[-1e30]]], [[1.0]])),
    Point("affine", "a bias that cancels the product", (LARGE, COLUMN, [[-1e30]])),
    Point("linear", "large terms that cancel", (LARGE, ONES, [1.0])),
    Point("linear", "a single row without a bias", (LARGE[0], ONES)),
    Point("outer", "entries 60 orders apart", ([1e30, 1e-30, 0.0], [1.0, -1.0])),
    Point("bilinear", "large terms that cancel", (LARGE, ONES, [[[1.0] * 3] * 3])),
    Point("bilinear", "zeros", ([[0.0]], [[0.0]], [[[0.0]]], [0.0])),
    Point("einsum", "a trace that cancels", ([[1e30, 5.0], [7.0, -1e30]],), {"equation": "ii->"}),
    Point("einsum", "a matrix times itself", (LARGE, LARGE), {"equation": "ij,kj->ik"}, verdict="undecided"),
    Point("einsum", "a sum of nothing but zeros", ([0.0, -0.0], [1e30, 1e30]), {"equation": "i,i->"}),
    Point("einsum", "an index that one input alone has", (LARGE, [1.0, 1.0]), {"equation": "ij,k->i"}),
)
