"""Convolutions by hand: what each position reads is gathered into a column, and the kernel, as a matrix, multiplies it.

Knows nothing of the other roads. A position p and an offset i are one number each in conv1d, a pair in conv2d.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Bar, Rule, asked

Numbers = tuple[int, ...]
Ints = int | Numbers
Plan = tuple[Numbers, Numbers, Numbers, Numbers, Numbers]
"""Offsets in a kernel, positions, stride, padding and dilation: one number for each axis of positions."""
Place = tuple[slice, ...]
ALL = slice(None)
Saved = tuple[Array, Array, Numbers, Plan, int, bool]


def plan(shape: Numbers, size: Numbers, *, stride: Ints, padding: Ints, dilation: Ints = 1) -> Plan:
    """How a kernel of this size walks over x of this shape; what is left over at the end of an axis is not read."""
    step, edge, gap = (each(value, len(size)) for value in (stride, padding, dilation))
    axes = zip(shape[2:], size, step, edge, gap, strict=True)
    return size, tuple((n + 2 * p - (k - 1) * d - 1) // s + 1 for n, k, s, p, d in axes), step, edge, gap


def each(value: Ints, axes: int) -> Numbers:
    """One number for each axis of positions."""
    return (value,) * axes if isinstance(value, int) else value


def reads(plan: Plan) -> Iterator[Place]:
    """For each offset i, the entries of padded x that it meets: p·stride + i·dilation, p over all positions."""
    size, grid, stride, _, dilation = plan
    for offset in product(*map(range, size)):
        axes = zip(offset, grid, stride, dilation, strict=True)
        yield ALL, ALL, *(slice(i * d, i * d + (n - 1) * s + 1, s) for i, n, s, d in axes)


def padded(x: Array, plan: Plan, value: float = 0.0) -> Array:
    """x with entries of this value on both sides of every axis of positions."""
    padding = plan[3]
    if not any(padding):
        return x
    sizes = (n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True))
    wide = np.full((*x.shape[:2], *sizes), value, x.dtype)
    wide[inside(plan)] = x
    return wide


def inside(plan: Plan) -> Place:
    """Where x stands in padded x."""
    return ALL, ALL, *(slice(p, -p or None) for p in plan[3])


def gather(x: Array, plan: Plan) -> Array:
    """columns[k, i, b, p] = x[b, k, p·stride + i·dilation - padding]"""
    columns = np.empty((x.shape[1], math.prod(plan[0]), x.shape[0], *plan[1]), x.dtype)
    wide = padded(x, plan).swapaxes(0, 1)
    for i, place in enumerate(reads(plan)):
        columns[:, i] = wide[place]
    return columns


def scatter(columns: Array, shape: Numbers, plan: Plan) -> Array:
    """x[b, k, p·stride + i·dilation - padding] += columns[k, i, b, p]     (the transpose of gather)"""
    wide = padded(np.zeros((shape[1], shape[0], *shape[2:]), columns.dtype), plan)
    for i, place in enumerate(reads(plan)):
        wide[place] += columns[:, i]
    return wide[inside(plan)].swapaxes(0, 1)


def stacked(array: Array, groups: int, *, by: int = 1) -> Array:
    """A matrix for each group of channels: the first `by` axes are its rows, all others its columns."""
    rows = math.prod(array.shape[:by])
    return array.reshape(groups, rows // groups, -1)


def channels(x: Array, groups: int) -> Array:
    """x[b, k, p] as a matrix for each group: row k, column (b, p)."""
    return stacked(x.swapaxes(0, 1), groups)


def collect(kernel: Array, columns: Array, batch: int, plan: Plan, groups: int) -> Array:
    """Y = K X     (y[b, m, p] = Σ_k,i kernel[m, k, i] columns[k, i, b, p])"""
    y = stacked(kernel, groups) @ columns
    return y.reshape(len(kernel), batch, *plan[1]).swapaxes(0, 1)


def distribute(kernel: Array, y: Array, shape: Numbers, plan: Plan, groups: int) -> Array:
    """X = Kᵀ Y, and every entry of X is added to where it was read     (the transpose of gather, then collect)"""
    columns = stacked(kernel, groups).swapaxes(1, 2) @ y
    return scatter(columns.reshape(shape[1], -1, shape[0], *plan[1]), shape, plan)


def turns(kernel: Array, plan: Plan, groups: int) -> bool:
    """Whether x̄ is a convolution of ȳ, and has no more columns than y had: steps of 1, and channels enough in x."""
    size, _, stride, padding, dilation = plan
    fits = all(p <= d * (n - 1) for p, d, n in zip(padding, dilation, size, strict=True))
    return groups == 1 and {*stride} == {1} and fits and len(kernel) <= kernel.shape[1]


def turned(kernel: Array, y_bar: Array, plan_: Plan) -> Array:
    """x̄[b, k, q] = Σ_m,i kernel[m, k, i] ȳ[b, m, q - i·dilation + padding]: a convolution, the kernel turned around"""
    size, _, _, padding, dilation = plan_
    around = np.flip(kernel, tuple(range(2, kernel.ndim))).swapaxes(0, 1)
    edge = tuple(d * (n - 1) - p for p, d, n in zip(padding, dilation, size, strict=True))
    walk = plan(y_bar.shape, size, stride=(1,) * len(size), padding=edge, dilation=dilation)
    return collect(around, stacked(gather(y_bar, walk), 1, by=2), len(y_bar), walk, 1)


def along(bias: Array, y: Array) -> Array:
    """bias[m] over all positions."""
    return bias.reshape(-1, *(1,) * (y.ndim - 2))


def over(y_bar: Array) -> Array:
    """Σ_b,p ȳ[b, m, p]     (the bias was spread over data points and positions)"""
    return y_bar.sum(axis=(0, *range(2, y_bar.ndim)))


def conv_forward(
    x: Array, kernel: Array, bias: Array | None = None, *, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> tuple[Array, Saved]:
    """y[b, m, p] = Σ_k,i kernel[m, k, i] x[b, k, p·stride + i·dilation - padding] + bias[m]"""
    walk = plan(x.shape, kernel.shape[2:], stride=stride, padding=padding, dilation=dilation)
    columns = stacked(gather(x, walk), groups, by=2)
    y = collect(kernel, columns, len(x), walk, groups)
    saved = columns, kernel, x.shape, walk, groups, bias is not None
    return y if bias is None else y + along(bias, y), saved


def conv_vjp(saved: Saved, y_bar: Array) -> tuple[Bar, ...]:
    """x̄[b, k, p·stride + i·dilation - padding] += Σ_m kernel[m, k, i] ȳ[b, m, p]   for every i and p
    k̄ernel[m, k, i] = Σ_b,p ȳ[b, m, p] x[b, k, p·stride + i·dilation - padding]     b̄ias = Σ_b,p ȳ

    As matrices, with X the columns: Y = K X, so K̄ = Ȳ Xᵀ and X̄ = Kᵀ Ȳ.
    """
    columns, kernel, shape, walk, groups, biased = saved
    y = channels(y_bar, groups)
    products = (
        lambda: (
            turned(kernel, y_bar, walk) if turns(kernel, walk, groups) else distribute(kernel, y, shape, walk, groups)
        ),
        lambda: (y @ columns.swapaxes(1, 2)).reshape(kernel.shape),
    )
    return (*products, over(y_bar)) if biased else products


def conv_jvp(saved: Saved, x_dot: Array, kernel_dot: Array, bias_dot: Array | None = None) -> Array:
    """Ẏ = K̇ X + K Ẋ, and ḃias"""
    columns, kernel, shape, walk, groups, _ = saved
    moved = stacked(gather(x_dot, walk), groups, by=2)
    y_dot = collect(kernel_dot, columns, shape[0], walk, groups) + collect(kernel, moved, shape[0], walk, groups)
    return y_dot if bias_dot is None else y_dot + along(bias_dot, y_dot)


def depthwise_conv2d_forward(
    x: Array, kernel: Array, bias: Array | None = None, *, stride: Ints, padding: Ints, dilation: Ints
) -> tuple[Array, Saved]:
    """y[b, (c, k), p] = Σ_i kernel[c, k, i] x[b, c, p·stride + i·dilation - padding] + bias[(c, k)]

    A convolution in which every channel is a group of its own.
    """
    wide = kernel.reshape(-1, 1, *kernel.shape[2:])
    return conv_forward(x, wide, bias, stride=stride, padding=padding, dilation=dilation, groups=x.shape[1])


def depthwise_conv2d_vjp(saved: Saved, y_bar: Array) -> tuple[Bar, ...]:
    """x̄[b, c, p·stride + i·dilation - padding] += Σ_k kernel[c, k, i] ȳ[b, (c, k), p]
    k̄ernel[c, k, i] = Σ_b,p ȳ[b, (c, k), p] x[b, c, p·stride + i·dilation - padding]     b̄ias = Σ_b,p ȳ
    """
    x_bar, kernel_bar, *bias_bar = conv_vjp(saved, y_bar)
    return x_bar, lambda: asked(kernel_bar).reshape(saved[2][1], -1, *saved[1].shape[2:]), *bias_bar


def depthwise_conv2d_jvp(saved: Saved, x_dot: Array, kernel_dot: Array, bias_dot: Array | None = None) -> Array:
    """As for conv2d."""
    return conv_jvp(saved, x_dot, kernel_dot.reshape(saved[1].shape), bias_dot)


def conv_transpose2d_forward(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    groups: int,
    output_padding: Ints,
) -> tuple[Array, Saved]:
    """y[b, m, p·stride + i·dilation - padding] += Σ_c kernel[c, m, i] x[b, c, p]   for every i and p;  + bias[m]

    This is x̄ of the conv2d that reads m channels and makes c: its kernel is this one, its positions are those of x.
    """
    axes, size, grid = x.ndim - 2, kernel.shape[2:], x.shape[2:]
    walk = size, grid, each(stride, axes), each(padding, axes), each(dilation, axes)
    ends = zip(grid, size, *walk[2:], each(output_padding, axes), strict=True)
    shape = len(x), groups * kernel.shape[1], *((n - 1) * s + (k - 1) * d + 1 - 2 * p + e for n, k, s, p, d, e in ends)
    rows = channels(x, groups)
    y = distribute(kernel, rows, shape, walk, groups)
    saved = rows, kernel, shape, walk, groups, bias is not None
    return y if bias is None else y + along(bias, y), saved


def conv_transpose2d_vjp(saved: Saved, y_bar: Array) -> tuple[Array, ...]:
    """x̄[b, c, p] = Σ_m,i kernel[c, m, i] ȳ[b, m, p·stride + i·dilation - padding]     (conv2d of ȳ)
    k̄ernel[c, m, i] = Σ_b,p x[b, c, p] ȳ[b, m, p·stride + i·dilation - padding]     b̄ias = Σ_b,p ȳ
    """
    rows, kernel, _, walk, groups, biased = saved
    columns = stacked(gather(y_bar, walk), groups, by=2)
    kernel_bar = (rows @ columns.swapaxes(1, 2)).reshape(kernel.shape)
    x_bar = collect(kernel, columns, len(y_bar), walk, groups)
    return (x_bar, kernel_bar, over(y_bar)) if biased else (x_bar, kernel_bar)


def conv_transpose2d_jvp(saved: Saved, x_dot: Array, kernel_dot: Array, bias_dot: Array | None = None) -> Array:
    """ẏ as y, of x and the kernel's tangent plus of x's tangent and the kernel;  + ḃias"""
    rows, kernel, shape, walk, groups, _ = saved
    y_dot = distribute(kernel_dot, rows, shape, walk, groups)
    y_dot = y_dot + distribute(kernel, channels(x_dot, groups), shape, walk, groups)
    return y_dot if bias_dot is None else y_dot + along(bias_dot, y_dot)


RULES = {
    "conv1d": Rule(conv_forward, conv_vjp, conv_jvp),
    "conv2d": Rule(conv_forward, conv_vjp, conv_jvp),
    "depthwise_conv2d": Rule(depthwise_conv2d_forward, depthwise_conv2d_vjp, depthwise_conv2d_jvp),
    "conv_transpose2d": Rule(conv_transpose2d_forward, conv_transpose2d_vjp, conv_transpose2d_jvp),
}
