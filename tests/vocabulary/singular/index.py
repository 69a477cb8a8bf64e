"""The family index, at its singular points and at extreme values."""

from __future__ import annotations

from tests.vocabulary.point import Point

TABLE = [[0.0, -0.0, 1e30], [1e-30, -1e30, -1e-30]]

POINTS: tuple[Point, ...] = (
    Point("embedding", "every label the same", (TABLE, [1, 1, 1, 1, 1])),
    Point("embedding", "every label the padding", (TABLE, [0, 0, 0]), {"padding": 0}),
    Point("embedding", "a padding that no label is", (TABLE, [1, 1]), {"padding": 0}),
    Point("take_along_axis", "one entry read by all", (TABLE, [[2, 2, 2, 2], [0, 0, 0, 0]]), {"axis": 1}),
    Point(
        "scatter_add", "large terms that cancel in one place", ([1.0, 1.0], [0, 0, 0], [1e30, 1.0, -1e30]), {"axis": 0}
    ),
    Point("scatter_add", "terms 60 orders apart", ([1e-30, 0.0], [0, 0, 1], [1e30, 1e-30, 1e-30]), {"axis": 0}),
    Point("index_select", "one row many times", (TABLE, [1, 1, 1, 1, 1, 1, 1]), {"axis": 0}),
    Point("one_hot", "every label the same", ([1, 1, 1],), {"classes": 3}),
    Point("one_hot", "one class", ([0, 0],), {"classes": 1}),
)
