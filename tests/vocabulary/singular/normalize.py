"""The family normalize, at its singular points and at extreme values."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.vocabulary.point import Point

STREAM = np.random.default_rng(11)
GAIN, SHIFT = (1.5, -0.75, 2.0, 0.5), (0.25, -1.0, 0.0, 3.0)
ROWS = STREAM.standard_normal((3, 4)).astype(np.float32)
IMAGES = STREAM.standard_normal((2, 4, 3)).astype(np.float32)


def each(why: str, scale: float, offset: float, *, eps: float = 1e-5, verdict: str = "agree") -> tuple[Point, ...]:
    """All five norms at the same numbers, stretched and shifted."""
    rows, images = (scale * x.astype(np.float64) + offset for x in (ROWS, IMAGES))
    weights: tuple[Any, ...] = (GAIN, SHIFT)
    return (
        Point("batch_norm", why, (rows, *weights), {"channel_axis": 1, "eps": eps}, verdict),
        Point("layer_norm", why, (rows, *weights), {"eps": eps}, verdict),
        Point("group_norm", why, (images, *weights), {"groups": 2, "eps": eps}, verdict),
        Point("instance_norm", why, (images, *weights), {"eps": eps}, verdict),
        Point("rms_norm", why, (rows, GAIN), {"eps": eps}, verdict),
    )


POINTS: tuple[Point, ...] = (
    *each("squares past float32", 1e30, 0.0, verdict="undecided"),
    *each("squares that float32 flushes, without eps", 1e-30, 0.0, eps=0.0, verdict="undecided"),
    *each("far from 0", 1.0, 100.0),
    *each("very far from 0", 1.0, 10000.0),
    *each("all the same, and not 0", 0.0, 100.1),
    *each("all the same, and not 0, with a very small eps", 0.0, 3.7, eps=1e-12),
    *each("all 0", 0.0, 0.0),
    *each("small, next to eps", 1e-30, 0.0),
    *each("large", 1e10, 0.0),
    *each("without a variance and without eps", 0.0, 0.0, eps=0.0, verdict="undecided"),
    Point(
        "batch_norm", "of one data point", ([[3.0, -40.0]], [2.0, 0.5], [1.0, 2.0]), {"channel_axis": 1, "eps": 1e-5}
    ),
    Point("batch_norm", "of one row", ([3.0, 1.0], [2.0, 0.5], [1.0, 2.0]), {"channel_axis": 0, "eps": 1e-5}),
    Point("batch_norm", "of two data points", ([[1.0], [3.0]], [2.0], [1.0]), {"channel_axis": 1, "eps": 0.0}),
    Point("layer_norm", "of two features", ([[1.0, 3.0], [100.0, 101.0]], [2.0, 1.0], [1.0, 0.0]), {"eps": 1e-12}),
    Point("layer_norm", "of one feature", ([[1e10], [-3.0]], [2.0], [1.0]), {"eps": 1e-12}),
    Point("layer_norm", "with a gain of 0", ([[1.0, 2.0, 4.0]], [0.0, 0.0, 0.0], [1.0, 0.0, 2.0]), {"eps": 1e-5}),
    Point("group_norm", "of one value", ([[100.0, -3.0]], [2.0, 1.0], [1.0, 0.5]), {"groups": 2, "eps": 1e-5}),
    Point("instance_norm", "of one place", ([[[7.0], [-300.0]]], [2.0, 1.0], [1.0, 0.5]), {"eps": 1e-5}),
    Point("rms_norm", "of one feature, without eps", ([[3.0], [-1e-10]], [2.0]), {"eps": 0.0}),
    Point(
        "batch_norm_evaluation",
        "x at the mean, a variance below eps, and a large one",
        ([[5.0, 1.0, 2.0], [5.0, -1.0, 3.0]], [5.0, 0.0, 1.0], [2.0, 1e-12, 1e12], [1.0, 2.0, 3.0], [0.5, 0.0, 1.0]),
        {"channel_axis": 1, "eps": 1e-5},
    ),
    Point(
        "batch_norm_evaluation",
        "far from 0, x next to the mean",
        ([[10000.5], [9999.0]], [10000.0], [1.5], [2.0], [0.5]),
        {"channel_axis": 1, "eps": 1e-5},
    ),
    *(
        Point(
            "batch_norm_evaluation",
            f"a variance of {size:g}, without eps",
            ([[2 * size], [-size]], [size], [size], [2.0], [0.5]),
            {"channel_axis": 1, "eps": 0.0},
        )
        for size in (1e-20, 1e-30, 1e30)
    ),
    Point("l2_normalize", "a row of zeros", ([[0.0, 0.0], [3.0, 4.0]],), {"axis": 1, "eps": 1e-12}),
    Point("l2_normalize", "below eps", ([1e-30, -2e-30, 0.0],), {"axis": 0, "eps": 1e-12}),
    Point("l2_normalize", "one zero", ([0.0, 1.0, 2.0],), {"axis": 0, "eps": 1e-12}),
    Point("l2_normalize", "a single number", ([[3.0], [-1e-3]],), {"axis": 1, "eps": 1e-12}),
    Point("l2_normalize", "far from 0", ([100.1, 100.2, 100.3],), {"axis": 0, "eps": 1e-12}),
    Point("l2_normalize", "on its kink", ([3.0, 4.0],), {"axis": 0, "eps": 5.0}, "convention"),
    Point("l2_normalize", "squares past float32", ([1e30, -2e30, 5e29],), {"axis": 0, "eps": 1e-12}, "undecided"),
    Point("l2_normalize", "squares below float32", ([1e-30, -2e-30, 5e-31],), {"axis": 0, "eps": 0.0}, "undecided"),
    Point("l2_normalize", "nothing to divide by", ([0.0, 0.0],), {"axis": 0, "eps": 0.0}, "undecided"),
)
