"""Normalization in JAX's own operations: `jax.nn.standardize`, and a gain and a shift.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp


def standardized(x: jax.Array, axes: tuple[int, ...], eps: float) -> jax.Array:
    """(x - mean) / σ; the variance that standardize takes by itself, mean x² - (mean x)², cancels far from 0.

    It is handed x - mean x, whose mean is what the first one lost in rounding: of equal numbers, all that there is.
    """
    centered = x - jnp.mean(x, axis=axes, keepdims=True)
    variance = jnp.var(centered, axis=axes, keepdims=True)
    return jax.nn.standardize(centered, axis=axes, variance=variance, epsilon=eps)


def channel_last(x: jax.Array, channel_axis: int) -> jax.Array:
    """x with its channels on the last axis, beside which a gain and a shift stand as they are."""
    return jnp.moveaxis(x, channel_axis, -1)


def batch_norm(x: jax.Array, gain: jax.Array, shift: jax.Array, *, channel_axis: int, eps: float) -> jax.Array:
    """g (x - mean) / σ + s"""
    last = channel_last(x, channel_axis)
    y = standardized(last, tuple(range(x.ndim - 1)), eps) * gain + shift
    return jnp.moveaxis(y, -1, channel_axis)


def batch_norm_evaluation(
    x: jax.Array,
    mean: jax.Array,
    variance: jax.Array,
    gain: jax.Array,
    shift: jax.Array,
    *,
    channel_axis: int,
    eps: float,
) -> jax.Array:
    """g (x - mean) / √(variance + eps) + s; the slope of rsqrt, which standardize takes, is σ⁻³, and past range."""
    last = channel_last(x, channel_axis)
    y = (last - mean) / jnp.sqrt(variance + eps) * gain + shift
    return jnp.moveaxis(y, -1, channel_axis)


def layer_norm(x: jax.Array, gain: jax.Array, shift: jax.Array, *, eps: float) -> jax.Array:
    """g (x - mean) / σ + s"""
    return standardized(x, tuple(range(-gain.ndim, 0)), eps) * gain + shift


def group_norm(x: jax.Array, gain: jax.Array, shift: jax.Array, *, groups: int, eps: float) -> jax.Array:
    """g (x - mean) / σ + s, in each group of channels"""
    b, c, *_ = x.shape
    rows = standardized(x.reshape(b, groups, -1), (-1,), eps).reshape(b, c, -1)
    return (rows * gain[:, None] + shift[:, None]).reshape(x.shape)


def instance_norm(x: jax.Array, gain: jax.Array, shift: jax.Array, *, eps: float) -> jax.Array:
    """g (x - mean) / σ + s, in each channel of each data point"""
    return group_norm(x, gain, shift, groups=x.shape[1], eps=eps)


def rms_norm(x: jax.Array, gain: jax.Array, *, eps: float) -> jax.Array:
    """g x / √(mean x² + eps)"""
    square = jnp.mean(jnp.square(x), axis=tuple(range(-gain.ndim, 0)), keepdims=True)
    return x * jax.lax.rsqrt(square + eps) * gain


def l2_normalize(x: jax.Array, *, axis: int, eps: float) -> jax.Array:
    """x / max(‖x‖, eps); the root of 0, whose slope is infinite, is never taken, unlike in `jnp.linalg.norm`."""
    square = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    norm = jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1)), 0)
    return x / jnp.maximum(norm, eps)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "batch_norm": batch_norm,
    "batch_norm_evaluation": batch_norm_evaluation,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "rms_norm": rms_norm,
    "l2_normalize": l2_normalize,
}
