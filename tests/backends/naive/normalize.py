"""The family normalize, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def standardized(values: Array, eps: float) -> Array:
    """One set of values that share a mean and a variance."""
    mean = math.fsum(values.ravel()) / values.size
    variance = math.fsum((v - mean) ** 2 for v in values.ravel()) / values.size
    return (values - mean) / math.sqrt(variance + eps)


def batch_norm(x: Array, gain: Array, shift: Array, channel_axis: int, eps: float) -> Array:
    channels = np.moveaxis(x, channel_axis, 0)
    rows = [g * standardized(channel, eps) + s for channel, g, s in zip(channels, gain, shift, strict=True)]
    return np.moveaxis(np.array(rows), 0, channel_axis)


def batch_norm_evaluation(
    x: Array, mean: Array, variance: Array, gain: Array, shift: Array, channel_axis: int, eps: float
) -> Array:
    channels = np.moveaxis(x, channel_axis, 0)
    rows = [
        gain[i] * (channel - mean[i]) / math.sqrt(variance[i] + eps) + shift[i] for i, channel in enumerate(channels)
    ]
    return np.moveaxis(np.array(rows), 0, channel_axis)


def layer_norm(x: Array, gain: Array, shift: Array, eps: float) -> Array:
    rows = [gain * standardized(row, eps) + shift for row in x.reshape(-1, *gain.shape)]
    return np.array(rows).reshape(x.shape)


def group_norm(x: Array, gain: Array, shift: Array, groups: int, eps: float) -> Array:
    y, size = np.empty_like(x), x.shape[1] // groups
    for point in range(len(x)):
        for first in range(0, x.shape[1], size):
            z = standardized(x[point, first : first + size], eps)
            for i in range(size):
                y[point, first + i] = gain[first + i] * z[i] + shift[first + i]
    return y


def instance_norm(x: Array, gain: Array, shift: Array, eps: float) -> Array:
    y = np.empty_like(x)
    for point in range(len(x)):
        for channel in range(x.shape[1]):
            y[point, channel] = gain[channel] * standardized(x[point, channel], eps) + shift[channel]
    return y


def rms_norm(x: Array, gain: Array, eps: float) -> Array:
    rows = [gain * row / math.sqrt(math.fsum(row.ravel() ** 2) / row.size + eps) for row in x.reshape(-1, *gain.shape)]
    return np.array(rows).reshape(x.shape)


def l2_normalize(x: Array, axis: int, eps: float) -> Array:
    return np.apply_along_axis(lambda row: row / max(math.sqrt(math.fsum(row**2)), eps), axis, x)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "batch_norm": batch_norm,
    "batch_norm_evaluation": batch_norm_evaluation,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "rms_norm": rms_norm,
    "l2_normalize": l2_normalize,
}
