"""The family convolution, at its singular points and at extreme values."""

from __future__ import annotations

import numpy as np

from tests.vocabulary.point import Point


def signed(*shape: int, size: float = 1.0) -> np.ndarray:
    """Numbers between half of a size and the size, of both signs, no two alike."""
    n = int(np.prod(shape))
    return size * (np.linspace(0.5, 1, n) * np.where(np.arange(n) % 3, 1, -1)).reshape(shape)


CANCELLING = np.tile([1e8, -1e8], 6).reshape(1, 1, 12) + signed(1, 1, 12)

POINTS: tuple[Point, ...] = (
    Point("conv1d", "terms that cancel", (CANCELLING, np.ones((2, 1, 4)), signed(2)), {"stride": 2}),
    Point("conv1d", "mostly padding", (signed(2, 1, 1), signed(3, 1, 2)), {"padding": 5, "stride": 3}),
    Point("conv2d", "a kernel of zeros", (signed(1, 2, 4, 4), np.zeros((3, 2, 2, 2)))),
    Point("conv2d", "1e-15 times 1e15", (signed(1, 2, 4, 4, size=1e-15), signed(3, 2, 2, 2, size=1e15))),
    Point("conv2d", "huge numbers", (signed(1, 2, 4, 4, size=1e17), signed(3, 2, 2, 2, size=1e17))),
    Point("conv2d", "tiny numbers", (signed(1, 2, 4, 4, size=1e-30), signed(3, 2, 2, 2, size=1e-30)), {"padding": 1}),
    Point("conv2d", "entries that no window reads", (signed(1, 1, 6, 6), signed(1, 1, 1, 1)), {"stride": (3, 4)}),
    Point("depthwise_conv2d", "huge times tiny", (signed(1, 2, 4, 4, size=1e30), signed(2, 2, 2, 2, size=1e-30))),
    Point(
        "conv_transpose2d",
        "a kernel shorter than its stride",
        (signed(1, 2, 2, 2), signed(2, 1, 1, 2), signed(1)),
        {"stride": (3, 4), "output_padding": (2, 1)},
    ),
    Point(
        "conv_transpose2d",
        "padding that cuts off all but one position",
        (signed(1, 1, 2, 3), signed(1, 2, 2, 1)),
        {"padding": 1},
    ),
)
