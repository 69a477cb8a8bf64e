"""Attention in JAX's own operations, composed: `jax.nn.dot_product_attention` rounds its weights to float32.

Knows nothing of specs, of dtypes, or of how the derivative is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def product(letters: str, a: jax.Array, b: jax.Array) -> jax.Array:
    """A sum of products; without "highest", an accelerator would round float32 factors to fewer bits."""
    return jnp.einsum(letters, a, b, precision="highest")


def weights(scores: jax.Array, mask: jax.Array | None, *, causal: bool) -> jax.Array:
    """softmax over the last axis, where a query may attend; a query that may nowhere gets zeros.

    Such a row is all open for the softmax, so that nothing in it is infinite, and closed behind it.
    """
    t, u = scores.shape[-2:]
    if not causal and mask is None:
        return jax.nn.softmax(scores, axis=-1)
    allowed = jnp.broadcast_to(True if mask is None else mask, scores.shape)
    if causal:
        allowed = allowed & jnp.tri(t, u, dtype=bool)
    some = jnp.any(allowed, axis=-1, keepdims=True)
    return jnp.where(some, jax.nn.softmax(scores, axis=-1, where=allowed | ~some), 0)


def scaled_dot_product_attention(
    q: jax.Array, k: jax.Array, v: jax.Array, mask: jax.Array | None = None, *, causal: bool, scale: float | str
) -> jax.Array:
    """softmax(scale q kᵀ) v, as (scale q) kᵀ.

    A scale applied to the scores would be contracted with the softmax's x - max x, whose max is of the rounded scores:
    past 1e9 in float32, the difference can then be so far above 0 that its exponential is infinite.
    """
    number = q.shape[-1] ** -0.5 if isinstance(scale, str) else scale
    scores = product("...td,...ud->...tu", q * number, k)
    return product("...tu,...ue->...te", weights(scores, mask, causal=causal), v)


def multi_head_attention(
    x: jax.Array,
    y: jax.Array,
    wq: jax.Array,
    wk: jax.Array,
    wv: jax.Array,
    cq: jax.Array,
    ck: jax.Array,
    cv: jax.Array,
    wo: jax.Array,
    co: jax.Array,
    mask: jax.Array | None = None,
    *,
    heads: int,
    causal: bool,
    scale: float | str,
) -> jax.Array:
    """Heads of softmax(scale q kᵀ) v, side by side, between products with wq, wk, wv and wo."""

    def of_heads(rows: jax.Array, w: jax.Array, c: jax.Array) -> jax.Array:
        by_head = w.reshape(heads, -1, w.shape[1])
        return product("btm,hdm->bhtd", rows, by_head) + c.reshape(heads, 1, -1)

    each = mask if mask is None or mask.ndim < 3 else mask[:, None]
    attended = scaled_dot_product_attention(
        of_heads(x, wq, cq), of_heads(y, wk, ck), of_heads(y, wv, cv), each, causal=causal, scale=scale
    )
    return product("bhtd,mhd->btm", attended, wo.reshape(wo.shape[0], heads, -1)) + co


def rotary_embedding(x: jax.Array, *, base: float, offset: int, pairing: str) -> jax.Array:
    """x cos + (x, a quarter turn on) sin; the angles are constants of the program, in float64 in either precision."""
    t, d = x.shape[-2:]
    speeds = np.array([math.pow(base, -2 * i / d) for i in range(d // 2)])
    angles = np.arange(offset, offset + t)[:, None] * speeds
    if pairing == "halves":
        first, second = jnp.split(x, 2, axis=-1)
        quarter = jnp.concatenate((-second, first), axis=-1)
        angles = np.tile(angles, 2)
    else:
        quarter = jnp.stack((-x[..., 1::2], x[..., ::2]), axis=-1).reshape(x.shape)
        angles = np.repeat(angles, 2, axis=-1)
    return x * jnp.asarray(np.cos(angles), dtype=x.dtype) + quarter * jnp.asarray(np.sin(angles), dtype=x.dtype)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rotary_embedding": rotary_embedding,
}
