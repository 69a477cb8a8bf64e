"""Normalization by statistics of a batch, a group, a layer or a row, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math

from trivium_arb.primitive import reshape, signs, sqrt, sum_, where, whole_power
from trivium_arb.tape import Tensor, lift

Axes = tuple[int, ...]


def averaged(x: Tensor, axes: Axes) -> Tensor:
    """Σ x / n over n entries along the axes, which stay with size 1"""
    return sum_(x, axes, keepdims=True) / math.prod(x.shape[i] for i in axes)


def scaled(x: Tensor, axes: Axes, eps: float) -> Tensor:
    """x / √(mean x² + eps)"""
    return x / sqrt(averaged(whole_power(x, 2), axes) + lift(eps))


def standardized(x: Tensor, axes: Axes, eps: float) -> Tensor:
    """(x - mean) / σ, σ = √(variance + eps), the variance biased"""
    return scaled(x - averaged(x, axes), axes, eps)


def along(weight: Tensor, axis: int, axes: int) -> Tensor:
    """An entry for each channel, along this one of so many axes"""
    return reshape(weight, [weight.shape[0] if i == axis % axes else 1 for i in range(axes)])


def trailing(x: Tensor, gain: Tensor) -> Axes:
    """The last axes of x, those that gain has"""
    return tuple(range(x.ndim - gain.ndim, x.ndim))


def batch_norm(x: Tensor, gain: Tensor, shift: Tensor, *, channel_axis: int, eps: float) -> Tensor:
    """gain (x - mean) / σ + shift, over all axes but that of the channels"""
    axes = tuple(i for i in range(x.ndim) if i != channel_axis % x.ndim)
    g, s = (along(weight, channel_axis, x.ndim) for weight in (gain, shift))
    return g * standardized(x, axes, eps) + s


def batch_norm_evaluation(
    x: Tensor, mean: Tensor, variance: Tensor, gain: Tensor, shift: Tensor, *, channel_axis: int, eps: float
) -> Tensor:
    """gain (x - mean) / √(variance + eps) + shift"""
    m, v, g, s = (along(weight, channel_axis, x.ndim) for weight in (mean, variance, gain, shift))
    return g * (x - m) / sqrt(v + lift(eps)) + s


def layer_norm(x: Tensor, gain: Tensor, shift: Tensor, *, eps: float) -> Tensor:
    """gain (x - mean) / σ + shift, over the axes of gain"""
    return gain * standardized(x, trailing(x, gain), eps) + shift


def group_norm(x: Tensor, gain: Tensor, shift: Tensor, *, groups: int, eps: float) -> Tensor:
    """gain (x - mean) / σ + shift, over the channels of a group and the axes after them"""
    b, c, *s = x.shape
    cut = reshape(x, (b, groups, c // groups * math.prod(s)))
    whole = reshape(standardized(cut, (2,), eps), x.shape)
    return along(gain, 1, x.ndim) * whole + along(shift, 1, x.ndim)


def instance_norm(x: Tensor, gain: Tensor, shift: Tensor, *, eps: float) -> Tensor:
    """The same, each channel a group"""
    return group_norm(x, gain, shift, groups=x.shape[1], eps=eps)


def rms_norm(x: Tensor, gain: Tensor, *, eps: float) -> Tensor:
    """gain x / √(mean x² + eps), over the axes of gain"""
    return gain * scaled(x, trailing(x, gain), eps)


def divisor(x: Tensor, axis: int, eps: float) -> Tensor:
    """max(‖x‖, eps), ‖x‖ = √Σ x² along the axis; where they are equal, eps, which has no slope"""
    square, least = sum_(whole_power(x, 2), axis, keepdims=True), lift(eps)
    short = signs(square - least * least) <= 0
    return where(short, least, sqrt(where(short, 1, square)))


def l2_normalize(x: Tensor, *, axis: int, eps: float) -> Tensor:
    """x / max(‖x‖, eps)"""
    return x / divisor(x, axis, eps)


OPERATIONS = {
    "batch_norm": batch_norm,
    "batch_norm_evaluation": batch_norm_evaluation,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "rms_norm": rms_norm,
    "l2_normalize": l2_normalize,
}
