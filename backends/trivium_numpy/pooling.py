"""Pooling by hand, a step for each offset of the kernel.

Knows nothing of the other roads. A position p and an offset i are pairs.
"""

from __future__ import annotations

import math

import numpy as np

from trivium.backend import Array
from trivium_numpy.convolution import Ints, Numbers, Plan, each, inside, padded, plan, reads
from trivium_numpy.rule import Rule, only

Winners = tuple[Array, Numbers, Plan]
Shares = tuple[Array, Numbers, Plan]


def max_pool2d_forward(x: Array, *, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> tuple[Array, Winners]:
    """y[b, c, p] = max_i x[b, c, p·stride + i·dilation - padding]     (of equal ones, the first i wins)"""
    walk = plan(x.shape, each(kernel, 2), stride=stride, padding=padding, dilation=dilation)
    wide = padded(x, walk, -math.inf)
    places = list(reads(walk))
    y, winner = wide[places[0]], np.zeros((*x.shape[:2], *walk[1]), np.int32)
    for i, place in enumerate(places):
        winner[wide[place].real > y.real] = i
        y = np.maximum(y, wide[place])
    return y, (winner, x.shape, walk)


def max_pool2d_vjp(saved: Winners, y_bar: Array) -> tuple[Array]:
    """x̄[b, c, p·stride + i·dilation - padding] += ȳ[b, c, p]   where i wins at p     (windows that overlap add up)"""
    winner, shape, walk = saved
    wide = padded(np.zeros(shape, y_bar.dtype), walk)
    for i, place in enumerate(reads(walk)):
        wide[place] += only(winner == i, y_bar)
    return (wide[inside(walk)],)


def max_pool2d_jvp(saved: Winners, x_dot: Array) -> Array:
    """ẏ[b, c, p] = ẋ[b, c, p·stride + i·dilation - padding]   of the i that wins at p"""
    winner, _, walk = saved
    wide, y_dot = padded(x_dot, walk), np.zeros(winner.shape, x_dot.dtype)
    for i, place in enumerate(reads(walk)):
        y_dot += only(winner == i, wide[place])
    return y_dot


def summed(x: Array, walk: Plan) -> Array:
    """Σ_i x[b, c, p·stride + i - padding]"""
    wide = padded(x, walk)
    total = np.zeros((*x.shape[:2], *walk[1]), x.dtype)
    for place in reads(walk):
        total += wide[place]
    return total


def avg_pool2d_forward(
    x: Array, *, kernel: Ints, stride: Ints, padding: Ints, count_padding: bool
) -> tuple[Array, Shares]:
    """y[b, c, p] = Σ_i x[b, c, p·stride + i - padding] / n[p]     (n counts the offsets, or those that meet x)"""
    walk = plan(x.shape, each(kernel, 2), stride=stride, padding=padding)
    ones = np.ones((1, 1, *x.shape[2:]), x.real.dtype)
    n = np.full_like(ones, math.prod(walk[0]), shape=(1, 1, 1, 1)) if count_padding else summed(ones, walk)
    return summed(x, walk) / n, (n, x.shape, walk)


def avg_pool2d_vjp(saved: Shares, y_bar: Array) -> tuple[Array]:
    """x̄[b, c, p·stride + i - padding] += ȳ[b, c, p] / n[p]   for every i and p"""
    n, shape, walk = saved
    share, wide = y_bar / n, padded(np.zeros(shape, y_bar.dtype), walk)
    for place in reads(walk):
        wide[place] += share
    return (wide[inside(walk)],)


def avg_pool2d_jvp(saved: Shares, x_dot: Array) -> Array:
    """ẏ[b, c, p] = Σ_i ẋ[b, c, p·stride + i - padding] / n[p]"""
    n, _, walk = saved
    return summed(x_dot, walk) / n


def global_avg_pool_forward(x: Array) -> tuple[Array, Numbers]:
    """y[b, c] = Σ_p x[b, c, p] / n"""
    return x.reshape(*x.shape[:2], -1).mean(axis=2), x.shape


def global_avg_pool_vjp(shape: Numbers, y_bar: Array) -> tuple[Array]:
    """x̄[b, c, p] = ȳ[b, c] / n"""
    share = y_bar / math.prod(shape[2:])
    return (np.broadcast_to(share.reshape(*shape[:2], *(1 for _ in shape[2:])), shape),)


def global_avg_pool_jvp(shape: Numbers, x_dot: Array) -> Array:
    """ẏ[b, c] = Σ_p ẋ[b, c, p] / n"""
    return x_dot.reshape(*shape[:2], -1).mean(axis=2)


def upsample_nearest_forward(x: Array, *, factor: Ints) -> tuple[Array, tuple[Numbers, Numbers]]:
    """y[b, c, p·factor + i] = x[b, c, p]   for every i below the factor"""
    factors = each(factor, x.ndim - 2)
    return repeated(x, factors), (x.shape, factors)


def upsample_nearest_vjp(saved: tuple[Numbers, Numbers], y_bar: Array) -> tuple[Array]:
    """x̄[b, c, p] = Σ_i ȳ[b, c, p·factor + i]"""
    shape, factors = saved
    blocks = [size for pair in zip(shape[2:], factors, strict=True) for size in pair]
    return (y_bar.reshape(*shape[:2], *blocks).sum(axis=tuple(range(3, 3 + len(blocks), 2))),)


def upsample_nearest_jvp(saved: tuple[Numbers, Numbers], x_dot: Array) -> Array:
    """ẏ[b, c, p·factor + i] = ẋ[b, c, p]"""
    return repeated(x_dot, saved[1])


def repeated(x: Array, factors: Numbers) -> Array:
    """Every entry, this often along each axis of positions."""
    for axis, factor in enumerate(factors, 2):
        x = x.repeat(factor, axis)
    return x


RULES = {
    "max_pool2d": Rule(max_pool2d_forward, max_pool2d_vjp, max_pool2d_jvp),
    "avg_pool2d": Rule(avg_pool2d_forward, avg_pool2d_vjp, avg_pool2d_jvp),
    "global_avg_pool": Rule(global_avg_pool_forward, global_avg_pool_vjp, global_avg_pool_jvp),
    "upsample_nearest": Rule(upsample_nearest_forward, upsample_nearest_vjp, upsample_nearest_jvp),
}
