"""The family attention, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def scaled_dot_product_attention(
    q: Array, k: Array, v: Array, mask: Array | None = None, *, causal: bool, scale: float | str
) -> Array:
    t, u = q.shape[-2], k.shape[-2]
    factor = scale if isinstance(scale, float) else 1 / math.sqrt(q.shape[-1])
    everywhere = np.ones((*q.shape[:-1], u), dtype=bool)
    allowed = everywhere if mask is None else everywhere & mask
    y = np.zeros((*q.shape[:-1], v.shape[-1]))
    for lead in np.ndindex(*q.shape[:-2]):
        for i in range(t):
            keys = [j for j in range(u) if allowed[(*lead, i, j)] and (j <= i or not causal)]
            shares = [math.exp(factor * sum(q[(*lead, i)] * k[(*lead, j)])) for j in keys]
            for j, share in zip(keys, shares, strict=True):
                y[(*lead, i)] += share / sum(shares) * v[(*lead, j)]
    return y


def multi_head_attention(*inputs: Array, heads: int, causal: bool, scale: float | str) -> Array:
    x, y, wq, wk, wv, cq, ck, cv, wo, co, *masks = inputs
    (b, t, m), u, d = x.shape, y.shape[1], len(wq) // heads
    z = np.zeros((b, t, m))
    for point in range(b):
        mask = [np.broadcast_to(mask, (b, t, u))[point] for mask in masks]
        z[point] += co
        for head in range(heads):
            own = slice(head * d, (head + 1) * d)
            q = x[point] @ wq[own].T + cq[own]
            k, v = (y[point] @ w[own].T + c[own] for w, c in ((wk, ck), (wv, cv)))
            z[point] += scaled_dot_product_attention(q, k, v, *mask, causal=causal, scale=scale) @ wo[:, own].T
    return z


def rotary_embedding(x: Array, base: float, offset: int, pairing: str) -> Array:
    y, d = np.empty_like(x), x.shape[-1]
    for lead in np.ndindex(*x.shape[:-1]):
        for i in range(d // 2):
            angle = (offset + lead[-1]) * base ** (-2 * i / d)
            first, second = (i, i + d // 2) if pairing == "halves" else (2 * i, 2 * i + 1)
            a, b = x[(*lead, first)], x[(*lead, second)]
            y[(*lead, first)] = a * math.cos(angle) - b * math.sin(angle)
            y[(*lead, second)] = a * math.sin(angle) + b * math.cos(angle)
    return y


NAIVE: Mapping[str, Callable[..., Any]] = {
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rotary_embedding": rotary_embedding,
}
