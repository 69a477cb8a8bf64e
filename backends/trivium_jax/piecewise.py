"""Functions made of smooth pieces, in JAX's own operations.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from trivium_jax.selection import held


def leaky_relu(x: jax.Array, *, slope: float) -> jax.Array:
    """x, or slope x on the left."""
    return jax.nn.leaky_relu(x, slope)


def prelu(x: jax.Array, slope: jax.Array, *, channel_axis: int | None) -> jax.Array:
    """x, or slope x on the left, written as `jax.nn.leaky_relu` is: JAX has no prelu."""
    others = () if channel_axis is None else tuple(i for i in range(x.ndim) if i != channel_axis % x.ndim)
    per_channel = slope.reshape(()) if channel_axis is None else jnp.expand_dims(slope, others)
    return jnp.where(x >= 0, x, per_channel * x)


def fall(x: jax.Array) -> jax.Array:
    """eˣ - 1 for x <= 0. The slope of `jnp.expm1` is (eˣ - 1) + 1, far to the left 0; that of exp is eˣ."""
    near = x > -1
    return jnp.where(near, jnp.expm1(jnp.where(near, x, 0)), jnp.exp(jnp.where(near, -1, x)) - 1)


def elu(x: jax.Array, *, alpha: float) -> jax.Array:
    """x, or alpha (eˣ - 1) on the left."""
    right = x > 0
    return jnp.where(right, x, alpha * fall(jnp.where(right, 0, x)))


def selu(x: jax.Array) -> jax.Array:
    """scale elu(x, alpha) with the two constants of the paper."""
    return 1.0507009873554804934193349852946 * elu(x, alpha=1.6732632423543772848170429916717)


def celu(x: jax.Array, *, alpha: float) -> jax.Array:
    """x, or alpha (e^(x / alpha) - 1) on the left."""
    right = x > 0
    return jnp.where(right, x, alpha * fall(jnp.where(right, 0, x) / alpha))


def hardtanh(x: jax.Array, *, low: float, high: float) -> jax.Array:
    """x, held between two bounds, written as `jax.nn.hard_tanh` is, whose bounds are -1 and 1."""
    least, most = held(low, x), held(high, x)
    return jnp.where(x > most, most, jnp.where(x < least, least, x))


def hardsigmoid(x: jax.Array) -> jax.Array:
    """x / 6 + 1/2, x held between -3 and 3. `jax.nn.hard_sigmoid` adds 3 first, and below 3 the sum rounds to 6."""
    return jnp.clip(x, -3, 3) / 6 + 0.5


def hardswish(x: jax.Array) -> jax.Array:
    """x hardsigmoid(x)"""
    return x * hardsigmoid(x)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "relu": jax.nn.relu,
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "elu": elu,
    "selu": selu,
    "celu": celu,
    "hardtanh": hardtanh,
    "hardsigmoid": hardsigmoid,
    "hardswish": hardswish,
    "abs": jnp.abs,
    "sign": jnp.sign,
}
"""On their kinks, `jax.nn.relu` has slope 0 (`jnp.maximum(x, 0)` would have 1/2), `jax.nn.leaky_relu` and `jnp.abs`
have that of the right side, and `jnp.clip` has the mean of both sides."""
