"""Convolutions in JAX's own operations, at full precision on every device.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

Ints = int | tuple[int, ...]


def conv(
    x: jax.Array,
    kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    groups: int,
) -> jax.Array:
    """x and kernel have their channels first, which is what `conv_general_dilated` takes unless told otherwise."""
    axes = x.ndim - 2
    y = lax.conv_general_dilated(
        x,
        kernel,
        window_strides=spelled(stride, axes),
        padding=[(p, p) for p in spelled(padding, axes)],
        rhs_dilation=spelled(dilation, axes),
        feature_group_count=groups,
        precision="highest",
    )
    return biased(y, bias)


def depthwise_conv2d(
    x: jax.Array,
    kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
) -> jax.Array:
    """As many feature groups as channels."""
    flat = kernel.reshape(-1, 1, *kernel.shape[2:])
    return conv(x, flat, bias, stride=stride, padding=padding, dilation=dilation, groups=x.shape[1])


def conv_transpose2d(
    x: jax.Array,
    kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    groups: int,
    output_padding: Ints,
) -> jax.Array:
    """A convolution of x spread out by the stride, with the kernel turned around: span - 1 - padding zeros around it.

    Composed, since `lax.conv_transpose` has no groups and counts its padding in other places.
    """
    c, m, *size = kernel.shape
    gaps = spelled(dilation, 2)
    ends = [(n - 1) * d - p for n, d, p in zip(size, gaps, spelled(padding, 2), strict=True)]
    grouped = jnp.flip(kernel, (2, 3)).reshape(groups, c // groups, m, *size)
    y = lax.conv_general_dilated(
        x,
        jnp.swapaxes(grouped, 1, 2).reshape(groups * m, c // groups, *size),
        window_strides=(1, 1),
        padding=[(end, end + more) for end, more in zip(ends, spelled(output_padding, 2), strict=True)],
        lhs_dilation=spelled(stride, 2),
        rhs_dilation=gaps,
        feature_group_count=groups,
        precision="highest",
    )
    return biased(y, bias)


def biased(y: jax.Array, bias: jax.Array | None) -> jax.Array:
    """y with a bias for each channel, where there is one."""
    return y if bias is None else y + bias.reshape(-1, *[1] * (y.ndim - 2))


def spelled(value: Ints, axes: int) -> tuple[int, ...]:
    """One integer for each axis."""
    return (value,) * axes if isinstance(value, int) else tuple(value)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "conv1d": conv,
    "conv2d": conv,
    "depthwise_conv2d": depthwise_conv2d,
    "conv_transpose2d": conv_transpose2d,
}
