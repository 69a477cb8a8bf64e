"""Normalization by hand. One core serves all: standardize, and the map that takes a tangent or a cotangent through it.

Knows nothing of the other roads.

Where the core's slope comes from. With c = x - mean x and σ = √(mean c² + eps), z = c / σ. Move x by ẋ:

    ċ = ẋ - mean ẋ
    σ̇ = mean(c ċ) / σ = mean(z ẋ)                  from σ² = mean c² + eps;  z sums to 0, so mean ẋ drops out
    ż = ċ / σ - c σ̇ / σ² = (ẋ - mean ẋ - z mean(z ẋ)) / σ

So ẋ loses its part along 1, since a shift of x changes nothing, and its part along z, since (but for eps) a stretch
changes nothing; the rest is divided by σ. Each of these is a symmetric matrix (I, 1 1ᵀ / n, z zᵀ / n), so the map is
its own transpose, and a cotangent takes the same way back:

    x̄ = (z̄ - mean z̄ - z mean(z z̄)) / σ

With y = g z + s, that is all of a layer norm: z̄ = g ȳ, and g and s gather over the rows they were spread over,
ḡ = Σ z ȳ and s̄ = Σ ȳ. A root mean square norm does not center: there the part along 1 stays.
"""

from __future__ import annotations

import math

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule, unbroadcast

Axes = tuple[int, ...]
Shape = tuple[int, ...]
Normalized = tuple[Array, Array, Array, Axes, Shape]
"""z, σ, the gain laid along z, the axes of the statistics, and the gain's own shape."""
Rooted = tuple[Array, Array, Array, Axes]
Evaluated = tuple[Array, Array, Array, Shape]
Unit = tuple[Array, Array, Array, int]


def laid_like(z: Array, y_bar: Array) -> Array:
    """ȳ in the order in which z lies in memory: one copy is cheaper than every pass over two orders."""
    if y_bar.strides == z.strides:
        return y_bar
    laid = np.empty_like(z, dtype=y_bar.dtype)
    np.copyto(laid, y_bar)
    return laid


def mean_over(x: Array, axes: Axes) -> Array:
    """Σ x / n over the axes, which stay, with size 1"""
    return np.asarray(x.mean(axis=axes, keepdims=True))


def stretched(c: Array, axes: Axes, eps: float) -> tuple[Array, Array]:
    """z = c / σ,  σ = √(mean c² + eps)"""
    sigma = np.sqrt(mean_over(c * c, axes) + eps)
    return c / sigma, sigma


def stretched_slope(z: Array, sigma: Array, axes: Axes, z_bar: Array) -> Array:
    """(z̄ - z mean(z z̄)) / σ, for a tangent as for a cotangent"""
    return (z_bar - z * mean_over(z * z_bar, axes)) / sigma


def standardized(x: Array, axes: Axes, eps: float) -> tuple[Array, Array]:
    """z = c / σ,  c = x - mean x

    The variance is the mean of c², in a second pass: mean x² - (mean x)² cancels where the mean is far from 0.
    A mean is rounded; of equal numbers that rounding is all of c. Centered once more, c is 0 to its own last digit.
    """
    c = x - mean_over(x, axes)
    return stretched(c - mean_over(c, axes), axes, eps)


def standardized_slope(z: Array, sigma: Array, axes: Axes, z_bar: Array) -> Array:
    """(z̄ - mean z̄ - z mean(z z̄)) / σ, for a tangent as for a cotangent"""
    return stretched_slope(z, sigma, axes, z_bar - mean_over(z_bar, axes))


def normalized(x: Array, gain: Array, shift: Array, lay: Shape, axes: Axes, eps: float) -> tuple[Array, Normalized]:
    """y = g z + s; `lay` is the gain's shape with a 1 for each axis of x along which it is spread"""
    z, sigma = standardized(x, axes, eps)
    g = gain.reshape(lay)
    return g * z + shift.reshape(lay), (z, sigma, g, axes, gain.shape)


def normalized_vjp(saved: Normalized, y_bar: Array) -> tuple[Array, Array, Array]:
    """x̄ = (z̄ - mean z̄ - z mean(z z̄)) / σ  with  z̄ = g ȳ     ḡ = Σ z ȳ     s̄ = Σ ȳ     (Σ where g and s were spread)"""
    z, sigma, g, axes, shape = saved
    y_bar = laid_like(z, y_bar.reshape(z.shape))
    g_bar, s_bar = (unbroadcast(a, g.shape).reshape(shape) for a in (z * y_bar, y_bar))
    return standardized_slope(z, sigma, axes, g * y_bar), g_bar, s_bar


def normalized_jvp(saved: Normalized, x_dot: Array, gain_dot: Array, shift_dot: Array) -> Array:
    """ẏ = ġ z + g ż + ṡ,  ż = (ẋ - mean ẋ - z mean(z ẋ)) / σ"""
    z, sigma, g, axes, _ = saved
    z_dot = standardized_slope(z, sigma, axes, x_dot)
    return gain_dot.reshape(g.shape) * z + g * z_dot + shift_dot.reshape(g.shape)


def along_channel(x: Array, channel_axis: int) -> tuple[Shape, Axes]:
    """The shape of one number per channel beside x, and the axes that are not the channel's"""
    channel = channel_axis % x.ndim
    others = tuple(i for i in range(x.ndim) if i != channel)
    return tuple(1 if i in others else n for i, n in enumerate(x.shape)), others


def trailing(x: Array, gain: Array) -> tuple[Shape, Axes]:
    """The gain's shape beside x, and the last axes of x, as many as the gain has"""
    before = x.ndim - gain.ndim
    return (1,) * before + gain.shape, tuple(range(before, x.ndim))


def batch_norm_forward(
    x: Array, gain: Array, shift: Array, *, channel_axis: int, eps: float
) -> tuple[Array, Normalized]:
    """y = g z + s, z standardized in each channel"""
    return normalized(x, gain, shift, *along_channel(x, channel_axis), eps)


def layer_norm_forward(x: Array, gain: Array, shift: Array, *, eps: float) -> tuple[Array, Normalized]:
    """y = g z + s, z standardized over the gain's axes"""
    return normalized(x, gain, shift, *trailing(x, gain), eps)


def group_norm_forward(x: Array, gain: Array, shift: Array, *, groups: int, eps: float) -> tuple[Array, Normalized]:
    """y = g z + s, z standardized in each group of channels: x seen as (b, groups, channels of one, places)"""
    b, c = x.shape[:2]
    seen = x.reshape(b, groups, c // groups, math.prod(x.shape[2:]))
    y, saved = normalized(seen, gain, shift, (1, groups, c // groups, 1), (2, 3), eps)
    return y.reshape(x.shape), saved


def group_norm_vjp(saved: Normalized, y_bar: Array) -> tuple[Array, Array, Array]:
    """x̄, ḡ, s̄ of the standardized groups, x̄ in the shape of x"""
    x_bar, g_bar, s_bar = normalized_vjp(saved, y_bar)
    return x_bar.reshape(y_bar.shape), g_bar, s_bar


def group_norm_jvp(saved: Normalized, x_dot: Array, gain_dot: Array, shift_dot: Array) -> Array:
    """ẏ = ġ z + g ż + ṡ, in the shape of x"""
    seen = x_dot.reshape(saved[0].shape)
    return normalized_jvp(saved, seen, gain_dot, shift_dot).reshape(x_dot.shape)


def instance_norm_forward(x: Array, gain: Array, shift: Array, *, eps: float) -> tuple[Array, Normalized]:
    """y = g z + s, z standardized in each channel of each data point: a group for every channel"""
    return group_norm_forward(x, gain, shift, groups=x.shape[1], eps=eps)


def rms_norm_forward(x: Array, gain: Array, *, eps: float) -> tuple[Array, Rooted]:
    """y = g z,  z = x / σ,  σ = √(mean x² + eps)"""
    _, axes = trailing(x, gain)
    z, sigma = stretched(x, axes, eps)
    return gain * z, (z, sigma, gain, axes)


def rms_norm_vjp(saved: Rooted, y_bar: Array) -> tuple[Array, Array]:
    """x̄ = (z̄ - z mean(z z̄)) / σ  with  z̄ = g ȳ     ḡ = Σ z ȳ     (g was spread over the rows)"""
    z, sigma, g, axes = saved
    return stretched_slope(z, sigma, axes, g * y_bar), unbroadcast(z * y_bar, g.shape)


def rms_norm_jvp(saved: Rooted, x_dot: Array, gain_dot: Array) -> Array:
    """ẏ = ġ z + g ż,  ż = (ẋ - z mean(z ẋ)) / σ"""
    z, sigma, g, axes = saved
    return gain_dot * z + g * stretched_slope(z, sigma, axes, x_dot)


def batch_norm_evaluation_forward(
    x: Array, mean: Array, variance: Array, gain: Array, shift: Array, *, channel_axis: int, eps: float
) -> tuple[Array, Evaluated]:
    """y = g z + s,  z = (x - mean) / σ,  σ = √(variance + eps): both are given, so no entry moves another"""
    lay, _ = along_channel(x, channel_axis)
    m, v, g, s = (a.reshape(lay) for a in (mean, variance, gain, shift))
    sigma = np.sqrt(v + eps)
    z = (x - m) / sigma
    return g * z + s, (z, sigma, g, gain.shape)


def batch_norm_evaluation_vjp(saved: Evaluated, y_bar: Array) -> tuple[Array, Array, Array, Array, Array]:
    """x̄ = g ȳ / σ     mean: -Σ x̄     variance: -Σ z x̄ / 2σ     ḡ = Σ z ȳ     s̄ = Σ ȳ     (σ̇ = v̇ / 2σ)"""
    z, sigma, g, shape = saved
    x_bar = g * y_bar / sigma
    gathered = (-x_bar, -z * x_bar / (2 * sigma), z * y_bar, y_bar)
    m_bar, v_bar, g_bar, s_bar = (unbroadcast(a, g.shape).reshape(shape) for a in gathered)
    return x_bar, m_bar, v_bar, g_bar, s_bar


def batch_norm_evaluation_jvp(
    saved: Evaluated, x_dot: Array, mean_dot: Array, variance_dot: Array, gain_dot: Array, shift_dot: Array
) -> Array:
    """ẏ = ġ z + g ż + ṡ,  ż = (ẋ - ṁ - z v̇ / 2σ) / σ"""
    z, sigma, g, _ = saved
    m_dot, v_dot, g_dot, s_dot = (a.reshape(g.shape) for a in (mean_dot, variance_dot, gain_dot, shift_dot))
    return g_dot * z + g * (x_dot - m_dot - z * v_dot / (2 * sigma)) / sigma + s_dot


def l2_normalize_forward(x: Array, *, axis: int, eps: float) -> tuple[Array, Unit]:
    """y = x / max(‖x‖, eps)"""
    norm = np.sqrt((x * x).sum(axis=axis, keepdims=True))
    free = norm.real > eps
    divisor = np.where(free, norm, eps)
    y = x / divisor
    return y, (y, divisor, free, axis)


def l2_normalize_vjp(saved: Unit, y_bar: Array) -> tuple[Array]:
    """x̄ = (ȳ - y Σ y ȳ) / ‖x‖,  and  ȳ / eps where ‖x‖ is no more than eps"""
    y, divisor, free, axis = saved
    along = y * (y * y_bar).sum(axis=axis, keepdims=True)
    return ((y_bar - np.where(free, along, 0)) / divisor,)


def l2_normalize_jvp(saved: Unit, x_dot: Array) -> Array:
    """ẏ = (ẋ - y Σ y ẋ) / ‖x‖,  and  ẋ / eps where ‖x‖ is no more than eps: the same map, which is symmetric"""
    return l2_normalize_vjp(saved, x_dot)[0]


RULES = {
    "batch_norm": Rule(batch_norm_forward, normalized_vjp, normalized_jvp),
    "batch_norm_evaluation": Rule(batch_norm_evaluation_forward, batch_norm_evaluation_vjp, batch_norm_evaluation_jvp),
    "layer_norm": Rule(layer_norm_forward, normalized_vjp, normalized_jvp),
    "group_norm": Rule(group_norm_forward, group_norm_vjp, group_norm_jvp),
    "instance_norm": Rule(instance_norm_forward, group_norm_vjp, group_norm_jvp),
    "rms_norm": Rule(rms_norm_forward, rms_norm_vjp, rms_norm_jvp),
    "l2_normalize": Rule(l2_normalize_forward, l2_normalize_vjp, l2_normalize_jvp),
}
