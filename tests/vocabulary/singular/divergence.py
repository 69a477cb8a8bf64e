"""The family divergence, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

MEAN = {"reduction": "mean"}
SUM = {"reduction": "sum"}
COSINE = {"axis": -1, "eps": 1e-8, "reduction": "sum"}
TRIPLET = {"margin": 5.0, "squared": False, "reduction": "sum"}
SQUARED = {"margin": 75.0, "squared": True, "reduction": "sum"}

POINTS: tuple[Point, ...] = (
    Point("kl_divergence", "of a one-hot p", ([[1.0, 0.0], [0.0, 1.0]], [[0.25, 0.75], [0.5, 0.5]]), MEAN),
    Point("kl_divergence", "where both are 0", ([[0.5, 0.5, 0.0]], [[0.25, 0.75, 0.0]]), SUM),
    Point("kl_divergence", "of a distribution from itself", ([0.125, 0.375, 0.5], [0.125, 0.375, 0.5]), SUM),
    Point("kl_divergence", "of hardly anything", ([1e-30, 1.0], [1e-20, 1.0]), SUM),
    Point("kl_divergence", "from hardly anything", ([1.0, 1e-30], [1e-30, 1.0]), SUM),
    Point("kl_divergence", "where q is 0 and p is not", ([0.5, 0.5], [0.0, 1.0]), SUM, "undecided"),
    Point("kl_divergence", "of a single class", ([[1.0], [1.0]], [[1.0], [1.0]]), MEAN),
    Point("gaussian_kl", "of N(0, 1) from itself", ([0.0, 0.0], [0.0, 0.0]), SUM),
    Point("gaussian_kl", "beside N(0, 1)", ([1e-9, 0.0, 1e-4], [1e-9, -1e-5, 0.0]), MEAN),
    Point("gaussian_kl", "of a variance that underflows", ([0.0, 1e10], [-1000.0, -1e30]), SUM),
    Point("gaussian_kl", "of a variance that overflows", ([0.0], [1000.0]), SUM, "undecided"),
    Point("gaussian_kl", "of a variance past float32", ([0.0], [100.0]), SUM, "undecided"),
    Point("gaussian_nll", "at an exact fit", ([0.0], [0.0], [1e-30]), {"full": True, **SUM}),
    Point("gaussian_nll", "at an exact fit away from 0", ([2.0], [2.0], [1e-30]), {"full": True, **SUM}),
    Point("gaussian_nll", "far off with a huge variance", ([1e25], [-1e25], [1e30]), {"full": False, **SUM}),
    Point("gaussian_nll", "where log v is 0", ([1.0, 3.0], [1.0, 2.0], [1.0, 1.0]), {"full": False, **MEAN}),
    Point("gaussian_nll", "where the terms cancel", ([1.0], [0.0], [0.5671433]), {"full": False, **SUM}),
    Point("gaussian_nll", "at its best variance", ([1.5], [1.0], [0.25]), {"full": True, **SUM}),
    Point("cosine_similarity_loss", "of one direction", ([[1.0, 2.0]], [[3.0, 6.0]]), COSINE),
    Point("cosine_similarity_loss", "of a vector and itself", ([[0.3, 0.7, -1.1]], [[0.3, 0.7, -1.1]]), COSINE),
    Point("cosine_similarity_loss", "of opposite directions", ([[0.1, 0.2]], [[-0.3, -0.6]]), COSINE),
    Point("cosine_similarity_loss", "of a right angle", ([[1.0, 2.0]], [[-2.0, 1.0]]), COSINE),
    Point("cosine_similarity_loss", "with a zero vector", ([[0.0, 0.0]], [[3.0, 4.0]]), COSINE),
    Point("cosine_similarity_loss", "of zero vectors", ([[0.0, 0.0]], [[0.0, 0.0]]), COSINE),
    Point("cosine_similarity_loss", "shorter than eps", ([[1e-9, 0.0]], [[3.0, 4.0]]), COSINE),
    Point("cosine_similarity_loss", "of huge and tiny", ([[1e30, -2e30]], [[1e-7, 3e-7]]), COSINE),
    Point("cosine_similarity_loss", "of 1e-30", ([[1e-30, -2e-30]], [[1e-30, 3e-30]]), COSINE),
    Point("cosine_similarity_loss", "of 1e37", ([[1e37, 1e37]], [[1.0, 2.0]]), COSINE),
    Point("cosine_similarity_loss", "of a length past float32", ([[3e38, 3e38]], [[1.0, 2.0]]), COSINE, "undecided"),
    Point(
        "cosine_similarity_loss", "of length eps", ([[3.0, 4.0]], [[1.0, 7.0]]), {**COSINE, "eps": 5.0}, "convention"
    ),
    Point("triplet", "that is just satisfied", ([[0.0, 0.0]], [[3.0, 4.0]], [[-8.0, 6.0]]), TRIPLET),
    Point("triplet", "that is just satisfied, squared", ([[0.0, 0.0]], [[3.0, 4.0]], [[-8.0, 6.0]]), SQUARED),
    Point("triplet", "that is satisfied", ([[0.0, 0.0]], [[1.0, 1.0]], [[-30.0, 40.0]]), TRIPLET),
    Point("triplet", "whose positive is the anchor", ([[1.0, 2.0]], [[1.0, 2.0]], [[2.0, 3.0]]), TRIPLET),
    Point("triplet", "whose negative is the anchor", ([[1.0, 2.0]], [[2.0, 3.0]], [[1.0, 2.0]]), TRIPLET),
    Point("triplet", "of one point", ([[1.0, 2.0]], [[1.0, 2.0]], [[1.0, 2.0]]), TRIPLET),
    Point("triplet", "of one point, without margin", ([[1.0]], [[1.0]], [[1.0]]), {**TRIPLET, "margin": 0.0}),
    Point("triplet", "of 1e30", ([[1e30, 2e30]], [[-1e30, 0.0]], [[1e30, 1e30]]), TRIPLET),
    Point("triplet", "of 1e30, squared", ([[1e30, 2e30]], [[-1e30, 0.0]], [[1e30, 1e30]]), SQUARED, "undecided"),
    Point("triplet", "of 1e-30", ([[1e-30, 2e-30]], [[-1e-30, 0.0]], [[1e-30, 1e-30]]), TRIPLET),
    Point("triplet", "of 1e-30, squared", ([[1e-30, 2e-30]], [[-1e-30, 0.0]], [[1e-30, 1e-30]]), SQUARED),
)
