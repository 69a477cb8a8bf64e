"""The family pooling, at its singular points and at extreme values."""

from __future__ import annotations

import numpy as np

from tests.vocabulary.point import Point

APART = (7.0 * np.arange(30) % 31 - 15).reshape(1, 1, 5, 6)
"""No two entries are equal."""
LEVELS = np.array([[0.0, 2, 1, 1, 2], [2, 1, 0, 2, 2], [1, 1, 2, 0, 1], [0, 2, 1, 1, 2]]).reshape(1, 1, 4, 5)
"""Few levels: some entries are the only largest of one window and one of several in another."""
RELU = np.array([[0.0, 0, 3, 0], [0, 0, 0, 0], [0, 5, 0, 0], [2, 0, 0, 0]]).reshape(1, 1, 4, 4)

POINTS: tuple[Point, ...] = (
    Point("max_pool2d", "overlapping windows without ties", (APART,), {"kernel": 2, "stride": 1}),
    Point("max_pool2d", "all entries tied", (np.ones((2, 1, 4, 4)),), {"kernel": 2, "stride": 2}),
    Point("max_pool2d", "overlapping ties", (LEVELS,), {"kernel": (2, 3), "stride": 1, "padding": 1}),
    Point("max_pool2d", "ties at the zeros of a relu", (RELU,), {"kernel": 3, "stride": 2, "padding": 1}),
    Point("max_pool2d", "ties between zeros of both signs", (RELU * [1, -1, 1, -1],), {"kernel": 2, "stride": 2}),
    Point(
        "max_pool2d",
        "ties under dilation, which jax shares evenly",
        (LEVELS,),
        {"kernel": 2, "stride": 1, "dilation": (1, 2)},
        "convention",
    ),
    Point(
        "max_pool2d",
        "numbers below all padding of zeros",
        (-1e30 - APART * 1e29,),
        {"kernel": 2, "stride": 1, "padding": 1},
    ),
    Point("max_pool2d", "tiny numbers", (APART * 1e-38,), {"kernel": 2, "stride": 1, "padding": 1}),
    Point("avg_pool2d", "windows that cancel", (APART * 1e15 + 1,), {"kernel": 2, "stride": 1, "count_padding": True}),
    Point(
        "avg_pool2d",
        "corners of one entry",
        (APART,),
        {"kernel": 2, "stride": 3, "padding": 1, "count_padding": False},
    ),
    Point("global_avg_pool", "a sum next to the largest float32", (np.full((1, 2, 4, 4), 2e37),)),
    Point("global_avg_pool", "no positions: itself", (np.array([[1e30, -1e-30]]),)),
    Point("upsample_nearest", "factor 41", (APART * 1e30,), {"factor": (41, 1)}),
)
