"""Attention and the rotation of positions, as defined.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math

import numpy as np

from trivium.spec.attribute import ROOT_SCALE
from trivium_arb.ball import Array
from trivium_arb.linear import linear, turned
from trivium_arb.primitive import concat, cos, exp, matmul, reshape, sin, sqrt, sum_, take, transpose, where
from trivium_arb.tape import Tensor, lift


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Array | None = None, *, causal: bool, scale: float | str
) -> Tensor:
    """softmax(scale q kᵀ) v over the keys that a query may attend to; zeros where there is none"""
    factor = 1 / sqrt(lift(q.shape[-1])) if scale == ROOT_SCALE else lift(scale)
    scores = matmul(q, turned(k)) * factor
    allowed: Array = np.broadcast_to(np.ones((), bool) if mask is None else mask, scores.shape)
    if causal:
        queries, keys = map(np.arange, scores.shape[-2:])
        allowed = allowed & (keys <= queries[:, None])
    shares = where(allowed, exp(scores), 0)
    whole = sum_(shares, axis=-1, keepdims=True)
    return matmul(shares / where(np.asarray(allowed.any(axis=-1, keepdims=True)), whole, 1), v)


def cut(x: Tensor, heads: int) -> Tensor:
    """b t (heads d) as b heads t d"""
    b, t, n = x.shape
    return transpose(reshape(x, (b, t, heads, n // heads)), (0, 2, 1, 3))


def multi_head_attention(
    x: Tensor,
    y: Tensor,
    wq: Tensor,
    wk: Tensor,
    wv: Tensor,
    cq: Tensor,
    ck: Tensor,
    cv: Tensor,
    wo: Tensor,
    co: Tensor,
    mask: Array | None = None,
    *,
    heads: int,
    causal: bool,
    scale: float | str,
) -> Tensor:
    """a woᵀ + co, a the heads side by side, each an attention of its features of x wqᵀ + cq, y wkᵀ + ck, y wvᵀ + cv"""
    q, k, v = (cut(linear(*part), heads) for part in ((x, wq, cq), (y, wk, ck), (y, wv, cv)))
    (b, t, _), u = x.shape, y.shape[1]
    each = None if mask is None else np.broadcast_to(mask, (b, t, u))[:, None]
    a = scaled_dot_product_attention(q, k, v, each, causal=causal, scale=scale)
    return linear(reshape(transpose(a, (0, 2, 1, 3)), (b, t, wq.shape[0])), wo, co)


def rotary_embedding(x: Tensor, *, base: float, offset: int, pairing: str) -> Tensor:
    """(a, b) becomes (a cos - b sin, a sin + b cos), by the angle (offset + p) base^(-2i/d), for pair i of position p.

    The angles are numbers of float64, as the vocabulary has them: what is exact begins behind them.
    """
    t, d = x.shape[-2:]
    angles = lift(np.array([[(offset + p) * base ** (-2 * i / d) for i in range(d // 2)] for p in range(t)]))
    features = np.arange(d).reshape((2, d // 2) if pairing == "halves" else (d // 2, 2))
    first, second = features if pairing == "halves" else features.T
    places = np.arange(math.prod(x.shape)).reshape(x.shape)
    a, b = take(x, places[..., first]), take(x, places[..., second])
    y = concat([a * cos(angles) - b * sin(angles), a * sin(angles) + b * cos(angles)], axis=-1)
    return take(y, places[..., np.argsort([*first, *second])])


OPERATIONS = {
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rotary_embedding": rotary_embedding,
}
