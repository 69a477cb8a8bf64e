"""Attention with torch's own functions.

Knows nothing of networks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, *, causal: bool, scale: float | str
) -> Tensor:
    """softmax(scale q kᵀ) v; F.scaled_dot_product_attention takes a mask or is causal, not both.

    All leading axes are seen as one: what torch has fused, for two of them, has no forward mode.
    """
    t, u = q.shape[-2], k.shape[-2]
    if mask is not None and causal:
        mask = mask & torch.ones(t, u, dtype=torch.bool).tril()
    each = None if mask is None else mask.expand(*q.shape[:-1], u).reshape(-1, t, u)
    number = None if isinstance(scale, str) else scale  # None is 1 / √d there
    rows, keys, values = (x.reshape(-1, *x.shape[-2:]) for x in (q, k, v))
    y = F.scaled_dot_product_attention(rows, keys, values, each, is_causal=causal and mask is None, scale=number)
    return y.reshape(*q.shape[:-1], v.shape[-1])


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
    mask: Tensor | None = None,
    *,
    heads: int,
    causal: bool,
    scale: float | str,
) -> Tensor:
    """Heads of F.scaled_dot_product_attention between four F.linear.

    Not F.multi_head_attention_forward: its heads share m features where these have n, and its scale is fixed.
    """
    q, k, v = (
        F.linear(rows, w, c).reshape(*rows.shape[:2], heads, -1).transpose(1, 2)
        for rows, w, c in ((x, wq, cq), (y, wk, ck), (y, wv, cv))
    )
    each = None if mask is None else mask.expand(x.shape[0], x.shape[1], y.shape[1]).unsqueeze(1)
    attended = scaled_dot_product_attention(q, k, v, each, causal=causal, scale=scale)
    return F.linear(attended.transpose(1, 2).flatten(-2), wo, co)


def rotary_embedding(x: Tensor, *, base: float, offset: int, pairing: str) -> Tensor:
    """Each pair a complex number, multiplied by e^(angle i); the angles are in float64."""
    t, d = x.shape[-2:]
    cut, axis = ((2, d // 2), -2) if pairing == "halves" else ((d // 2, 2), -1)
    pairs = torch.complex(*x.reshape(*x.shape[:-1], *cut).unbind(axis))
    speeds = torch.tensor([math.pow(base, -2 * i / d) for i in range(d // 2)], dtype=torch.float64)
    angles = torch.outer(torch.arange(offset, offset + t, dtype=torch.float64), speeds)
    turned = pairs * torch.polar(torch.ones_like(angles), angles).to(pairs.dtype)
    return torch.stack((turned.real, turned.imag), axis).flatten(-2)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rotary_embedding": rotary_embedding,
}
