"""Pooling over windows, over all positions, and its opposite, repetition.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from itertools import product

import numpy as np

from trivium.errors import SpecError
from trivium.ops.convolution import Numbers, Terms, grid, overlap, per_axis
from trivium.spec.op import Attribute, Attributes, Case, Kink, op
from trivium.spec.signature import Shape

WINDOW = (
    Attribute("kernel", "ints"),
    Attribute("stride", "ints"),
    Attribute("padding", "ints", default=0),
)
DILATION = Attribute("dilation", "ints", default=1)
Interval = tuple[np.ndarray, np.ndarray]


def _pooled(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    x = shapes[0]
    kernel, _, padding, dilation = _geometry(attrs)
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise SpecError(f"padding={attrs['padding']} is more than half of kernel={attrs['kernel']}")
    counts = grid(x, kernel, attrs)
    for axis, (n, k, p, d) in enumerate(zip(x[2:], kernel, padding, dilation, strict=True), 2):
        if not any(0 <= i * d - p < n for i in range(k)):  # where the first window does not, it is the only one
            raise SpecError(
                f"the window along axis {axis} (kernel {k}, dilation {d}, padding {p}) steps over x {x}: "
                "it meets padding alone; use less dilation"
            )
    return ((*x[:2], *counts),)


def _geometry(attrs: Attributes) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Kernel, stride, padding and dilation, a pair each."""
    return (
        per_axis(attrs, "kernel", 2, least=1),
        per_axis(attrs, "stride", 2, least=1),
        per_axis(attrs, "padding", 2, least=0),
        per_axis(attrs, "dilation", 2, least=1) if "dilation" in attrs else (1, 1),
    )


def _met(attrs: Attributes, y: Shape) -> Iterator[tuple[slice, ...]]:
    """Per offset of the kernel, the entries of padded x that it meets, one for each window."""
    size, stride, _, dilation = _geometry(attrs)
    for offset in product(*map(range, size)):
        walk = zip(offset, y[2:], stride, dilation, strict=True)
        yield (slice(None), slice(None), *(slice(i * d, i * d + (n - 1) * s + 1, s) for i, n, s, d in walk))


def _bordered(attrs: Attributes, x: np.ndarray) -> tuple[np.ndarray, tuple[slice, ...]]:
    """x with -infinity around it, and where x stands in that."""
    padding = _geometry(attrs)[2]
    wide = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)), constant_values=-np.inf)
    rows, columns = (slice(p, p + n) for p, n in zip(padding, x.shape[2:], strict=True))
    return wide, (slice(None), slice(None), rows, columns)


def _max_margin(attrs: Attributes, x: np.ndarray) -> dict[str, np.ndarray]:
    """How far an entry is from sharing the top of a window, in the window where that is nearest."""
    (y,) = _pooled((x.shape,), attrs)
    wide, inside = _bordered(attrs, x)
    top = second = np.full(y, -np.inf)
    for place in _met(attrs, y):
        top, second = np.maximum(top, wide[place]), np.maximum(second, np.minimum(top, wide[place]))
    margin = np.full(wide.shape, np.inf)
    with np.errstate(invalid="ignore"):  # infinity less infinity, where x is infinite
        for place in _met(attrs, y):
            gap = top - np.where(wide[place] == top, second, wide[place])
            margin[place] = np.minimum(margin[place], gap)
    return {"x": margin[inside]}


def _max_interval(attrs: Attributes, inputs: tuple[np.ndarray, ...], y_bar: np.ndarray) -> dict[str, Interval]:
    """Of a window's cotangent, an only largest entry gets all; one of several gets anything from nothing to all."""
    (x,) = inputs
    wide, inside = _bordered(attrs, x)
    places = list(_met(attrs, y_bar.shape))
    top = functools.reduce(np.maximum, (wide[place] for place in places))
    alone = sum((wide[place] == top).astype(int) for place in places) == 1
    ends = []
    for end in (np.minimum, np.maximum):
        share = np.where(alone, y_bar, end(y_bar, 0))
        total = np.zeros(wide.shape)
        for place in places:
            total[place] += np.where(wide[place] == top, share, 0)
        ends.append(total[inside])
    return {"x": (ends[0], ends[1])}


def _max_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    return 1, (overlap(_geometry(attrs)[0], attrs),)


def _average_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    kernel = _geometry(attrs)[0]
    return math.prod(kernel), (overlap(kernel, attrs),)


def _upsampled(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (x,) = shapes
    if len(x) == 2:
        raise SpecError(f"x {x} has no axis of positions after its first two (data point, channel)")
    factor = per_axis(attrs, "factor", len(x) - 2, least=1)
    return ((*x[:2], *(n * f for n, f in zip(x[2:], factor, strict=True))),)


def _upsample_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    return 1, (math.prod(per_axis(attrs, "factor", len(shapes[0]) - 2, least=1)),)


max_pool2d = op(
    "max_pool2d(x: b c h w) -> b c p q",
    "y[b, c, p] = max_i x[b, c, p stride + i dilation - padding] over the offsets i of the kernel, p and i pairs; "
    "padding never wins; what is left over at the end of an axis is not read",
    attributes=(*WINDOW, DILATION),
    shape=_pooled,
    kink=Kink(
        "max_pool2d at a tie: the cotangent of the window goes to its largest entries in any shares",
        margin=_max_margin,
        interval=_max_interval,
        shared=True,
    ),
    terms=_max_terms,
    cases=(
        Case(((2, 3, 5, 7),), {"kernel": 2, "stride": 2}),
        Case(((1, 2, 5, 6),), {"kernel": (3, 2), "stride": (1, 3), "padding": (1, 0)}),
        Case(((2, 2, 7, 5),), {"kernel": (2, 3), "stride": (2, 1), "padding": 1, "dilation": (3, 2)}),
        Case(((2, 3, 2, 1),), {"kernel": 1, "stride": 2}),
    ),
    elsewhere=("max_pool", "maxpool2d", "maxpooling2d", "maxpool", "max_pooling", "reduce_window"),
    differences=(
        "torch: F.max_pool2d without a stride takes the kernel's size for it; here the stride is stated.",
        "jax: jax.lax.reduce_window with max has no derivative under window_dilation, and raises NotImplementedError.",
    ),
)
avg_pool2d = op(
    "avg_pool2d(x: b c h w) -> b c p q",
    "y[b, c, p] = Σ_i x[b, c, p stride + i - padding] / n over the offsets i of the kernel, p and i pairs, with zeros "
    "around x; n counts the offsets, or, where count_padding is False, those that meet x; what is left over at the end "
    "of an axis is not read",
    attributes=(*WINDOW, Attribute("count_padding", "bool")),
    shape=_pooled,
    terms=_average_terms,
    absolute="avg_pool2d",
    cases=(
        Case(((2, 3, 5, 7),), {"kernel": 2, "stride": 2, "count_padding": True}),
        Case(((1, 2, 5, 6),), {"kernel": (3, 2), "stride": (1, 3), "padding": 1, "count_padding": False}),
        Case(((2, 2, 4, 5),), {"kernel": (2, 3), "stride": (3, 1), "padding": (1, 0), "count_padding": True}),
        Case(((2, 3, 3, 1),), {"kernel": (3, 1), "stride": 1, "count_padding": False}),
    ),
    elsewhere=("avg_pool", "avgpool2d", "average_pool", "averagepooling2d", "mean_pool", "avgpool"),
    differences=(
        "torch: F.avg_pool2d without a stride takes the kernel's size for it, and counts the padding unless told not "
        "to; here both are stated.",
    ),
)
global_avg_pool = op(
    "global_avg_pool(x: b c *s) -> b c",
    "y[b, c] = Σ_p x[b, c, p] / n over all n positions p",
    absolute="global_avg_pool",
    cases=(Case(((2, 3, 5, 7),)), Case(((3, 2, 5),)), Case(((2, 3),)), Case(((2, 1, 2, 3, 5),))),
    elsewhere=("adaptive_avg_pool2d", "globalaveragepooling2d", "adaptiveavgpool2d", "global_average_pooling"),
    differences=("torch: F.adaptive_avg_pool2d(x, 1) keeps the axes of positions, with size 1; here they are gone.",),
)
upsample_nearest = op(
    "upsample_nearest(x: b c *s) -> b c *t",
    "every entry repeated `factor` times along each axis of positions: y[b, c, p] = x[b, c, ⌊p / factor⌋]",
    attributes=(Attribute("factor", "ints"),),
    shape=_upsampled,
    terms=_upsample_terms,
    absolute="upsample_nearest",
    cases=(
        Case(((2, 3, 2, 5),), {"factor": (3, 2)}),
        Case(((2, 3, 5),), {"factor": 41}),
        Case(((1, 2, 2, 1, 3),), {"factor": (2, 1, 3)}),
    ),
    elsewhere=("interpolate", "upsample", "upsampling2d", "resize", "upsamplingnearest2d", "upsampling_nearest2d"),
    differences=(
        "torch: F.interpolate(mode='nearest') in float32 rounds p / factor: at factor 41, y[41] is x[0], not x[1], "
        "and so at 47 and 55; in float64 it is right.",
    ),
)

OPS = (max_pool2d, avg_pool2d, global_avg_pool, upsample_nearest)
