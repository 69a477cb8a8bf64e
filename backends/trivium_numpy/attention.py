"""Attention by hand.

Knows nothing of the other roads. Leading axes stay as they are; mᵀ is a matrix with its last two axes exchanged.
"""

from __future__ import annotations

import math

import numpy as np

from trivium.backend import Array
from trivium_numpy.rule import Rule

Attended = tuple[Array, Array, Array, Array, float]
"""p, q, k, v, and the scale in numbers."""
Projected = tuple[tuple[Array, Array], tuple[Array, Array], tuple[Array, Array], tuple[Array, Array]]
"""What each of the four products multiplied: rows and weights."""
Turned = tuple[Array, Array, str]


def number(scale: float | str, d: int) -> float:
    """The scale of the scores; in words it is 1 / √d."""
    return 1 / math.sqrt(d) if isinstance(scale, str) else scale


def allowed(mask: Array | None, t: int, u: int, *, causal: bool) -> Array | None:
    """True where query i may attend to key j: where the mask is true, and j ≤ i if causal; None for everywhere"""
    if not causal:
        return mask
    before = np.tri(t, u, dtype=bool)
    return before if mask is None else mask & before


def softmax_where(s: Array, open_: Array | None) -> Array:
    """p = e^(s - m) / Σ e^(s - m) over the keys that are open, m their largest score; zeros where none is"""
    if open_ is not None:
        s = np.where(open_, s, -np.inf)
    m = s.real.max(axis=-1, keepdims=True)
    e = np.exp(s - np.where(np.isfinite(m), m, 0))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total.real > 0, total, 1)


def softmax_slope(p: Array, p_bar: Array) -> Array:
    """s̄ = p ∘ (p̄ - Σ p p̄), for a tangent as for a cotangent: the matrix diag p - p pᵀ is symmetric.

    A row of zeros gives zeros.
    """
    return p * (p_bar - (p * p_bar).sum(axis=-1, keepdims=True))


def attend(q: Array, k: Array, v: Array, open_: Array | None, scale: float) -> tuple[Array, Attended]:
    """y = p v,  p = softmax(scale q kᵀ)"""
    p = softmax_where(scale * (q @ k.mT), open_)
    return p @ v, (p, q, k, v, scale)


def attend_vjp(saved: Attended, y_bar: Array) -> tuple[Array, Array, Array]:
    """v̄ = pᵀ ȳ     p̄ = ȳ vᵀ     s̄ = p ∘ (p̄ - Σ p p̄)     q̄ = scale s̄ k     k̄ = scale s̄ᵀ q"""
    p, q, k, v, scale = saved
    s_bar = scale * softmax_slope(p, y_bar @ v.mT)
    return s_bar @ k, s_bar.mT @ q, p.mT @ y_bar


def attend_jvp(saved: Attended, q_dot: Array, k_dot: Array, v_dot: Array) -> Array:
    """ẏ = ṗ v + p v̇     ṗ = p ∘ (ṡ - Σ p ṡ)     ṡ = scale (q̇ kᵀ + q k̇ᵀ)"""
    p, q, k, v, scale = saved
    s_dot = scale * (q_dot @ k.mT + q @ k_dot.mT)
    return softmax_slope(p, s_dot) @ v + p @ v_dot


def scaled_dot_product_attention_forward(
    q: Array, k: Array, v: Array, mask: Array | None = None, *, causal: bool, scale: float | str
) -> tuple[Array, tuple[Attended, bool]]:
    """y = p v,  p = softmax(scale q kᵀ) over the keys that each query may attend to"""
    open_ = allowed(mask, q.shape[-2], k.shape[-2], causal=causal)
    y, saved = attend(q, k, v, open_, number(scale, q.shape[-1]))
    return y, (saved, mask is not None)


def scaled_dot_product_attention_vjp(saved: tuple[Attended, bool], y_bar: Array) -> tuple[Array | None, ...]:
    """v̄ = pᵀ ȳ     p̄ = ȳ vᵀ     s̄ = p ∘ (p̄ - Σ p p̄)     q̄ = scale s̄ k     k̄ = scale s̄ᵀ q;  a mask has none"""
    attended, masked = saved
    return attend_vjp(attended, y_bar) + (None,) * masked


def scaled_dot_product_attention_jvp(
    saved: tuple[Attended, bool], q_dot: Array, k_dot: Array, v_dot: Array, mask_dot: None = None
) -> Array:
    """ẏ = ṗ v + p v̇     ṗ = p ∘ (ṡ - Σ p ṡ)     ṡ = scale (q̇ kᵀ + q k̇ᵀ)"""
    return attend_jvp(saved[0], q_dot, k_dot, v_dot)


def cut(rows: Array, heads: int) -> Array:
    """(b, t, heads · d) as (b, heads, t, d): each head is a matrix of its own"""
    b, t, n = rows.shape
    return rows.reshape(b, t, heads, n // heads).swapaxes(1, 2)


def joined(heads: Array) -> Array:
    """(b, heads, t, d) as (b, t, heads · d), which undoes `cut` and is its transpose"""
    b, h, t, d = heads.shape
    return heads.swapaxes(1, 2).reshape(b, t, h * d)


def projected(x: Array, w: Array) -> Array:
    """x wᵀ at every b and t, as one product"""
    return (x.reshape(-1, x.shape[-1]) @ w.T).reshape(*x.shape[:-1], len(w))


def project_vjp(saved: tuple[Array, Array], q_bar: Array) -> tuple[Array, Array, Array]:
    """x̄ = q̄ w     w̄ = Σ_b q̄ᵀ x     c̄ = Σ_bt q̄     (of q = x wᵀ + c; the same w and c at every b and t)"""
    x, w = saved
    rows = q_bar.reshape(-1, len(w))
    return (rows @ w).reshape(x.shape), rows.T @ x.reshape(len(rows), -1), rows.sum(axis=0)


def project_jvp(saved: tuple[Array, Array], x_dot: Array, w_dot: Array, c_dot: Array) -> Array:
    """q̇ = ẋ wᵀ + x ẇᵀ + ċ"""
    x, w = saved
    return x_dot @ w.T + x @ w_dot.T + c_dot


def multi_head_attention_forward(
    x: Array,
    y: Array,
    wq: Array,
    wk: Array,
    wv: Array,
    cq: Array,
    ck: Array,
    cv: Array,
    wo: Array,
    co: Array,
    mask: Array | None = None,
    *,
    heads: int,
    causal: bool,
    scale: float | str,
) -> tuple[Array, tuple[Attended, Projected, bool]]:
    """z = a woᵀ + co,  a the heads' attentions side by side, of q = x wqᵀ + cq, k = y wkᵀ + ck, v = y wvᵀ + cv"""
    q, k, v = (cut(projected(rows, w) + c, heads) for rows, w, c in ((x, wq, cq), (y, wk, ck), (y, wv, cv)))
    b, t, u = len(x), x.shape[1], y.shape[1]
    each = None if mask is None else np.broadcast_to(mask, (b, t, u))[:, None]
    a, attended = attend(q, k, v, allowed(each, t, u, causal=causal), number(scale, q.shape[-1]))
    side = joined(a)
    return projected(side, wo) + co, (attended, ((x, wq), (y, wk), (y, wv), (side, wo)), mask is not None)


def multi_head_attention_vjp(saved: tuple[Attended, Projected, bool], z_bar: Array) -> tuple[Array | None, ...]:
    """Back through z = a woᵀ + co, the heads, and q, k, v:  ȳ = k̄ wk + v̄ wv  (y was read twice).

    c̄k is 0 but for rounding: ck adds the same number to all scores of a query, and a softmax does not see that.
    """
    attended, (to_q, to_k, to_v, to_z), masked = saved
    a_bar, wo_bar, co_bar = project_vjp(to_z, z_bar)
    q_bar, k_bar, v_bar = (joined(bar) for bar in attend_vjp(attended, cut(a_bar, attended[0].shape[1])))
    x_bar, wq_bar, cq_bar = project_vjp(to_q, q_bar)
    y_bar, wk_bar, ck_bar = project_vjp(to_k, k_bar)
    y_bar_v, wv_bar, cv_bar = project_vjp(to_v, v_bar)
    bars = (x_bar, y_bar + y_bar_v, wq_bar, wk_bar, wv_bar, cq_bar, ck_bar, cv_bar, wo_bar, co_bar)
    return bars + (None,) * masked


def multi_head_attention_jvp(
    saved: tuple[Attended, Projected, bool],
    x_dot: Array,
    y_dot: Array,
    wq_dot: Array,
    wk_dot: Array,
    wv_dot: Array,
    cq_dot: Array,
    ck_dot: Array,
    cv_dot: Array,
    wo_dot: Array,
    co_dot: Array,
    mask_dot: None = None,
) -> Array:
    """ż = ȧ woᵀ + a ẇoᵀ + ċo,  ȧ from q̇, k̇, v̇"""
    attended, (to_q, to_k, to_v, to_z), _ = saved
    heads = attended[0].shape[1]
    q_dot = cut(project_jvp(to_q, x_dot, wq_dot, cq_dot), heads)
    k_dot = cut(project_jvp(to_k, y_dot, wk_dot, ck_dot), heads)
    v_dot = cut(project_jvp(to_v, y_dot, wv_dot, cv_dot), heads)
    return project_jvp(to_z, joined(attend_jvp(attended, q_dot, k_dot, v_dot)), wo_dot, co_dot)


def turned(x: Array, cos: Array, sin: Array, pairing: str) -> Array:
    """(a, b) becomes (a cos - b sin, a sin + b cos), for each pair of features"""
    half = x.shape[-1] // 2
    first, second = (
        (np.s_[..., :half], np.s_[..., half:]) if pairing == "halves" else (np.s_[..., ::2], np.s_[..., 1::2])
    )
    a, b = x[first], x[second]
    y = np.empty_like(x)
    y[first] = a * cos - b * sin
    y[second] = a * sin + b * cos
    return y


def rotary_embedding_forward(x: Array, *, base: float, offset: int, pairing: str) -> tuple[Array, Turned]:
    """y = R x,  R a rotation of each pair i at position p by (offset + p) base^(-2i/d)"""
    t, d = x.shape[-2:]
    speeds = np.array([base ** (-2 * i / d) for i in range(d // 2)])
    angles = np.outer(offset + np.arange(t), speeds)
    cos, sin = (f(angles).astype(x.real.dtype) for f in (np.cos, np.sin))
    return turned(x, cos, sin, pairing), (cos, sin, pairing)


def rotary_embedding_vjp(saved: Turned, y_bar: Array) -> tuple[Array]:
    """x̄ = Rᵀ ȳ,  and the transpose of a rotation turns back"""
    cos, sin, pairing = saved
    return (turned(y_bar, cos, -sin, pairing),)


def rotary_embedding_jvp(saved: Turned, x_dot: Array) -> Array:
    """ẏ = R ẋ"""
    return turned(x_dot, *saved)


RULES = {
    "scaled_dot_product_attention": Rule(
        scaled_dot_product_attention_forward, scaled_dot_product_attention_vjp, scaled_dot_product_attention_jvp
    ),
    "multi_head_attention": Rule(multi_head_attention_forward, multi_head_attention_vjp, multi_head_attention_jvp),
    "rotary_embedding": Rule(rotary_embedding_forward, rotary_embedding_vjp, rotary_embedding_jvp),
}
