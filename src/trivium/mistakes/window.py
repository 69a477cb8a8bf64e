"""Convolutions and pooling by hand: where a kernel reads, and where what it asks for goes, with room for a slip.

Knows nothing of any one mistake. Every field of a walk holds a number for each axis of positions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.mistakes.mistake import Place, Step
from trivium.ops.convolution import Numbers, per_axis
from trivium.spec.signature import Shape

CONVOLUTIONS = ("conv1d", "conv2d", "depthwise_conv2d", "conv_transpose2d")
POOLS = ("max_pool2d", "avg_pool2d")
Index = tuple[Any, ...]
"""What stands in brackets behind an array."""


@dataclass(frozen=True)
class Walk:
    """A kernel's offsets, its positions, and how it goes: position p, offset i meet p stride + i dilation - padding.

    start  where x begins inside of its border; the padding, unless a slip puts it elsewhere
    """

    size: Numbers
    grid: Numbers
    stride: Numbers
    padding: Numbers
    dilation: Numbers
    start: Numbers

    def places(self) -> Iterator[tuple[Index, Index]]:
        """Each offset in the kernel, and the entries of bordered x that it meets, one for each position."""
        for offset in product(*map(range, self.size)):
            axes = zip(offset, self.grid, self.stride, self.dilation, strict=True)
            yield (..., *offset), (..., *(slice(i * d, i * d + (n - 1) * s + 1, s) for i, n, s, d in axes))

    def plain(self, name: str, value: int) -> Walk:
        """The walk with one number, the same along every axis, in the place of its own."""
        return replace(self, **{name: (value,) * len(self.size)})

    @property
    def offsets(self) -> int:
        return math.prod(self.size)


def sized(at: Place | Step) -> tuple[Place, tuple[Shape, ...], Shape]:
    """A place, the shapes of its inputs and of its output: as the network has them, or as they were in a step."""
    if isinstance(at, Step):
        return at.place, tuple(x.shape for x in at.inputs), at.y.shape
    return at, at.shapes, at.out


def walk_of(at: Place | Step) -> Walk:
    """How the kernel of a convolution or a pooling goes over the positions."""
    place, shapes, out = sized(at)
    axes, attrs = len(shapes[0]) - 2, place.attrs
    size = per_axis(attrs, "kernel", axes, least=1) if place.op in POOLS else shapes[1][2:]
    padding = per_axis(attrs, "padding", axes, least=0)
    dilation = per_axis(attrs, "dilation", axes, least=1) if "dilation" in attrs else (1,) * axes
    grid = shapes[0][2:] if place.op == "conv_transpose2d" else out[2:]
    return Walk(size, grid, per_axis(attrs, "stride", axes, least=1), padding, dilation, padding)


def bordered(x: Array, walk: Walk, value: float = 0.0) -> Array:
    """x with as many entries of this value around it as the padding says."""
    sizes = tuple(n + 2 * p for n, p in zip(x.shape[-len(walk.size) :], walk.padding, strict=True))
    wide = np.full((*x.shape[: -len(sizes)], *sizes), value, x.dtype)
    wide[_inside(walk, x.shape)] = x
    return wide


def put(shares: Iterable[tuple[Index, Array]], walk: Walk, shape: Shape) -> Array:
    """Every offset's share added where it was read; x̄ in the shape of x."""
    wide = bordered(np.zeros(shape), walk)
    for place, share in shares:
        wide[place] += share
    return np.asarray(wide[_inside(walk, shape)])


def assigned(shares: Sequence[tuple[Index, Array, Any]], walk: Walk, shape: Shape) -> Array:
    """As `put`, where a loop over the positions assigns what it should add: of all windows, the last stays.

    With each share comes where it is assigned. Seen from an entry, the last window meets it with the first offset.
    """
    wide = bordered(np.zeros(shape), walk)
    for place, share, taken in reversed(shares):
        wide[place] = np.where(taken, share, wide[place])
    return np.asarray(wide[_inside(walk, shape)])


def _inside(walk: Walk, shape: Shape) -> Index:
    sizes = shape[-len(walk.size) :]
    return (..., *(slice(p, p + n) for p, n in zip(walk.start, sizes, strict=True)))


def groups(at: Place | Step) -> int:
    """Into how many blocks the channels are cut."""
    place, shapes, _ = sized(at)
    return shapes[0][1] if place.op == "depthwise_conv2d" else int(place.attrs["groups"])


def grouped(x: Array, groups: int) -> Array:
    """The channels of x cut into groups."""
    return x.reshape(len(x), groups, -1, *x.shape[2:])


def grouped_kernel(step: Step) -> Array:
    """kernel[g, m, k, i]: in group g, from channel m at a position to channel k at position and offset."""
    kernel, parts = step.input("kernel"), groups(step)
    m = math.prod(kernel.shape[:2]) // parts if step.place.op == "depthwise_conv2d" else len(kernel) // parts
    return kernel.reshape(parts, m, -1, *kernel.shape[2:])


def ends(step: Step, x: Array, y_bar: Array) -> tuple[Array, Array]:
    """What has an entry for each position, and what the kernel walks over: ȳ and x, or, transposed, x and ȳ."""
    parts = groups(step)
    at, over = (x, y_bar) if step.place.op == "conv_transpose2d" else (y_bar, x)
    return grouped(at, parts), grouped(over, parts)


def rows(x: Array) -> Array:
    """The positions side by side, along one axis."""
    return x.reshape(*x.shape[:3], -1)


def shares(step: Step, walk: Walk, kernel: Array, y_bar: Array) -> Iterator[tuple[Index, Array]]:
    """Σ_m kernel[m, k, i] ȳ[b, m, p] for every offset i, and where it goes."""
    at = grouped(y_bar, groups(step))
    for offset, place in walk.places():
        yield place, np.einsum("gmk,bgm...->bgk...", kernel[offset], at)


def x_bar(step: Step, *, walk: Walk, kernel: Array | None = None, y_bar: Array | None = None) -> Array:
    """x̄[b, k, p stride + i dilation - padding] += Σ_m kernel[m, k, i] ȳ[b, m, p], or its transpose."""
    kernel = grouped_kernel(step) if kernel is None else kernel
    y_bar = step.y_bar if y_bar is None else y_bar
    if step.place.op != "conv_transpose2d":
        shape = grouped(step.inputs[0], groups(step)).shape
        return put(shares(step, walk, kernel, y_bar), walk, shape).reshape(step.inputs[0].shape)
    at, over = ends(step, step.inputs[0], y_bar)
    wide, total = bordered(over, walk), np.zeros_like(at)
    for offset, place in walk.places():
        total += np.einsum("gmk,bgk...->bgm...", kernel[offset], wide[place])
    return total.reshape(step.inputs[0].shape)


def kernel_bar(step: Step, *, walk: Walk | None = None, x: Array | None = None, y_bar: Array | None = None) -> Array:
    """k̄ernel[m, k, i] = Σ_b,p ȳ[b, m, p] x[b, k, p stride + i dilation - padding], or with x and ȳ exchanged."""
    way = walk_of(step) if walk is None else walk
    at, over = ends(step, step.inputs[0] if x is None else x, step.y_bar if y_bar is None else y_bar)
    wide, total = bordered(over, way), np.zeros_like(grouped_kernel(step))
    for offset, place in way.places():
        total[offset] = np.einsum("bgmp,bgkp->gmk", rows(at), rows(wide[place]))
    return total.reshape(step.input("kernel").shape)
