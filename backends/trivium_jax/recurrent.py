"""Recurrent layers in JAX's own operations: `jax.lax.scan` over time, a step of our own.

Knows nothing of specs, of dtypes, or of how the derivative is taken. JAX itself has one recurrent layer,
`jax.experimental.rnn.lstm`, for NVIDIA's library alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from trivium_jax.linear import linear


def rnn(
    x: jax.Array, h0: jax.Array, w: jax.Array, u: jax.Array, c: jax.Array, *, activation: str, reverse: bool
) -> jax.Array:
    """Each state is φ(w x + u (the state before) + c); `jax.nn.relu` has slope 0 at 0."""
    phi: Callable[[jax.Array], jax.Array] = {"tanh": jnp.tanh, "relu": jax.nn.relu}[activation]

    def step(h: jax.Array, x_t: jax.Array) -> tuple[jax.Array, jax.Array]:
        h = phi(linear(jnp.concatenate([x_t, h], axis=1), jnp.concatenate([w, u], axis=1), c))
        return h, h

    return jax.lax.scan(step, h0, x, reverse=reverse)[1]


def lstm(
    x: jax.Array, h0: jax.Array, c0: jax.Array, w: jax.Array, u: jax.Array, c: jax.Array, *, reverse: bool
) -> tuple[jax.Array, jax.Array]:
    """Input gate, forget gate, candidate, output gate, in this order; states and cells come out side by side."""

    def step(carry: tuple[jax.Array, jax.Array], x_t: jax.Array) -> tuple[tuple[jax.Array, jax.Array], Any]:
        h, cell = carry
        enter, keep, new, leave = jnp.split(linear(x_t, w, c) + linear(h, u, jnp.zeros_like(c)), 4, axis=1)
        cell = jax.nn.sigmoid(keep) * cell + jax.nn.sigmoid(enter) * jnp.tanh(new)
        h = jax.nn.sigmoid(leave) * jnp.tanh(cell)
        return (h, cell), (h, cell)

    states: tuple[jax.Array, jax.Array] = jax.lax.scan(step, (h0, c0), x, reverse=reverse)[1]
    return states


def gru(
    x: jax.Array,
    h0: jax.Array,
    w: jax.Array,
    u: jax.Array,
    c: jax.Array,
    d: jax.Array,
    *,
    reset: str,
    reverse: bool,
) -> jax.Array:
    """Reset gate, update gate, candidate, in this order; the update gate says how much of the old state stays."""
    u_r, u_z, u_n = jnp.split(u, 3)
    d_r, d_z, d_n = jnp.split(d, 3)

    def step(h: jax.Array, x_t: jax.Array) -> tuple[jax.Array, jax.Array]:
        in_r, in_z, in_n = jnp.split(linear(x_t, w, c), 3, axis=1)
        r, z = jax.nn.sigmoid(in_r + linear(h, u_r, d_r)), jax.nn.sigmoid(in_z + linear(h, u_z, d_z))
        remembered = r * linear(h, u_n, d_n) if reset == "after" else linear(r * h, u_n, d_n)
        h = (1 - z) * jnp.tanh(in_n + remembered) + z * h
        return h, h

    return jax.lax.scan(step, h0, x, reverse=reverse)[1]


OPERATIONS: Mapping[str, Callable[..., Any]] = {"rnn": rnn, "lstm": lstm, "gru": gru}
