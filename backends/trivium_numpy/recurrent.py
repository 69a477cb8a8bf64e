"""Recurrent layers by hand: backward in time, a state is asked for by what comes from above and by the next step.

Knows nothing of the other roads. h₋ is the state before a step's, ā₊ belongs to the step after it.
What all steps read of x is one product, and what all steps ask of a weight is one product: the loops hold only what
has to wait for the step before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trivium.backend import Array
from trivium_numpy.activation import sigmoid_forward
from trivium_numpy.rule import Bar, Rule, only

RnnSaved = tuple[Array, Array, Array, Array, Array, str, bool]
LstmSaved = tuple[Array, Array, Array, Array, Array, Array, Array, bool]
GruSaved = tuple[Array, Array, Array, Array, Array, Array, bool, bool]


def steps(count: int, *, reverse: bool) -> Sequence[int]:
    """The steps in the order in which the states follow each other."""
    return range(count)[::-1] if reverse else range(count)


def project(x: Array, w: Array) -> Array:
    """w x at every step, as one product."""
    return (x.reshape(-1, x.shape[-1]) @ w.T).reshape(*x.shape[:-1], len(w))


def gathered(a_bar: Array, x: Array) -> Array:
    """Σ ā xᵀ over steps and data points, as one product: every step used the same weight."""
    return a_bar.reshape(-1, a_bar.shape[-1]).T @ x.reshape(-1, x.shape[-1])


def room(count: int, *parts: Array) -> Array:
    """Space for an array like the first part at every step, in the precision of all parts."""
    return np.empty((count, *parts[0].shape), np.result_type(*parts))


def blocks(a: Array, count: int) -> list[Array]:
    """One view for each gate."""
    size = a.shape[-1] // count
    return [a[..., k * size : (k + 1) * size] for k in range(count)]


def sigmoid(a: Array) -> Array:
    """σ(a)"""
    return sigmoid_forward(a)[0]


def rnn_slope(h: Array, activation: str) -> Array:
    """φ'(a) by h = φ(a): 1 - h² for tanh; 1 where h > 0, else 0, for relu"""
    return 1 - h * h if activation == "tanh" else h > 0


def rnn_forward(
    x: Array, h0: Array, w: Array, u: Array, c: Array, *, activation: str, reverse: bool
) -> tuple[Array, RnnSaved]:
    """a = w x + u h₋ + c     h = φ(a)"""
    wx = project(x, w) + c
    h, before = room(len(x), h0, wx, u), room(len(x), h0, wx, u)
    state = h0
    for t in steps(len(x), reverse=reverse):
        before[t] = state
        a = wx[t] + state @ u.T
        h[t] = state = np.tanh(a) if activation == "tanh" else only(a.real > 0, a)
    return h, (x, before, h, w, u, activation, reverse)


def rnn_vjp(saved: RnnSaved, y_bar: Array) -> tuple[Bar, ...]:
    """h̄ = ȳ + uᵀ ā₊     ā = φ'(a) ∘ h̄     x̄ = wᵀ ā     w̄ = Σ ā xᵀ     ū = Σ ā h₋ᵀ     c̄ = Σ ā

    Σ runs over steps and data points, which all used the same w, u and c. What goes back past the first step is h̄₀.
    """
    x, before, h, w, u, activation, reverse = saved
    slope, a_bar = rnn_slope(h, activation), room(len(x), y_bar[0])
    back = np.zeros_like(y_bar[0])
    for t in steps(len(x), reverse=not reverse):
        a_bar[t] = slope[t] * (y_bar[t] + back)
        back = a_bar[t] @ u
    of_weights = gathered(a_bar, x), gathered(a_bar, before), a_bar.sum(axis=(0, 1))
    return lambda: project(a_bar, w.T), back, *of_weights


def rnn_jvp(saved: RnnSaved, x_dot: Array, h0_dot: Array, w_dot: Array, u_dot: Array, c_dot: Array) -> Array:
    """ȧ = ẇ x + w ẋ + u̇ h₋ + u ḣ₋ + ċ     ḣ = φ'(a) ∘ ȧ"""
    x, before, h, w, u, activation, reverse = saved
    a_dot = project(x, w_dot) + project(x_dot, w) + project(before, u_dot) + c_dot
    slope, h_dot, state_dot = rnn_slope(h, activation), room(len(x), h[0]), h0_dot
    for t in steps(len(x), reverse=reverse):
        h_dot[t] = state_dot = slope[t] * (a_dot[t] + state_dot @ u.T)
    return h_dot


def lstm_forward(
    x: Array, h0: Array, c0: Array, w: Array, u: Array, c: Array, *, reverse: bool
) -> tuple[tuple[Array, Array], LstmSaved]:
    """a = w x + u h₋ + c     i, f, o = σ(a)     g = tanh a     s = f ∘ s₋ + i ∘ g     h = o ∘ tanh s

    Each gate has its own block of a. The cell's state is called s: c is the bias.
    """
    wx = project(x, w) + c
    gates = room(len(x), wx[0], h0, c0, u)
    h, s, tanh_s = (room(len(x), h0, gates) for _ in range(3))
    h_state, s_state = h0, c0
    for t in steps(len(x), reverse=reverse):
        a = wx[t] + h_state @ u.T
        gates[t] = sigmoid(a)  # of g too, which costs less than to leave it out
        i, f, g, o = blocks(gates[t], 4)
        _ = np.tanh(blocks(a, 4)[2], out=g)
        s[t] = s_state = f * s_state + i * g
        tanh_s[t] = np.tanh(s_state)
        h[t] = h_state = o * tanh_s[t]
    return (h, s), (x, h0, c0, gates, tanh_s, w, u, reverse)


def lstm_states(h0: Array, c0: Array, gates: Array, *, reverse: bool) -> tuple[Array, Array, Array]:
    """h₋, s₋ and h at every step, which follow from the gates, and with them have the digits that f s₋ + i g left."""
    h_before, s_before, h = (room(len(gates), h0, gates) for _ in range(3))
    h_state, s_state = h0, c0
    for t in steps(len(gates), reverse=reverse):
        i, f, g, o = blocks(gates[t], 4)
        h_before[t], s_before[t] = h_state, s_state
        s_state = f * s_state + i * g
        h[t] = h_state = o * np.tanh(s_state)
    return h_before, s_before, h


def lstm_slopes(gates: Array, s_before: Array, h: Array, tanh_s: Array) -> tuple[Array, ...]:
    """∂s/∂a: i (1 - i) g, f (1 - f) s₋, (1 - g²) i     ∂h/∂a: (1 - o) h     ∂h/∂s: o (1 - tanh² s)     ∂s/∂s₋: f"""
    i, f, g, o = blocks(gates, 4)
    s_by_a = i * (1 - i) * g, f * (1 - f) * s_before, (1 - g * g) * i
    return *s_by_a, (1 - o) * h, o * (1 - tanh_s * tanh_s), f


def lstm_vjp(saved: LstmSaved, y_bars: tuple[Array, Array]) -> tuple[Bar, ...]:
    """h̄ = ȳ + uᵀ ā₊     s̄ = its own ȳ + f₊ ∘ s̄₊ + ∂h/∂s ∘ h̄     ā = (∂s/∂a ∘ s̄ for i, f, g;  ∂h/∂a ∘ h̄ for o)

    A state reaches the loss by itself and by the next step, and s besides by h. From ā on, all is as in rnn.
    """
    x, h0, c0, gates, tanh_s, w, u, reverse = saved
    h_before, s_before, h = lstm_states(h0, c0, gates, reverse=reverse)
    s_by_i, s_by_f, s_by_g, h_by_o, h_by_s, f = lstm_slopes(gates, s_before, h, tanh_s)
    a_bar, h_back, s_back = room(len(x), gates[0]), np.zeros_like(h0), np.zeros_like(c0)
    for t in steps(len(x), reverse=not reverse):
        h_bar = y_bars[0][t] + h_back
        s_bar = y_bars[1][t] + s_back + h_by_s[t] * h_bar
        a_bar[t] = np.concatenate((s_by_i[t] * s_bar, s_by_f[t] * s_bar, s_by_g[t] * s_bar, h_by_o[t] * h_bar), axis=1)
        h_back, s_back = a_bar[t] @ u, f[t] * s_bar
    of_weights = gathered(a_bar, x), gathered(a_bar, h_before), a_bar.sum(axis=(0, 1))
    return lambda: project(a_bar, w.T), h_back, s_back, *of_weights


def lstm_jvp(
    saved: LstmSaved, x_dot: Array, h0_dot: Array, c0_dot: Array, w_dot: Array, u_dot: Array, c_dot: Array
) -> tuple[Array, Array]:
    """ṡ = Σ ∂s/∂a ∘ ȧ over i, f, g + f ∘ ṡ₋     ḣ = ∂h/∂a ∘ ȧ of o + ∂h/∂s ∘ ṡ     (ȧ as in rnn)"""
    x, h0, c0, gates, tanh_s, w, u, reverse = saved
    h_before, s_before, h = lstm_states(h0, c0, gates, reverse=reverse)
    s_by_i, s_by_f, s_by_g, h_by_o, h_by_s, f = lstm_slopes(gates, s_before, h, tanh_s)
    a_dot = project(x, w_dot) + project(x_dot, w) + project(h_before, u_dot) + c_dot
    h_dot, s_dot, h_state, s_state = room(len(x), tanh_s[0]), room(len(x), tanh_s[0]), h0_dot, c0_dot
    for t in steps(len(x), reverse=reverse):
        i_dot, f_dot, g_dot, o_dot = blocks(a_dot[t] + h_state @ u.T, 4)
        s_dot[t] = s_state = s_by_i[t] * i_dot + s_by_f[t] * f_dot + s_by_g[t] * g_dot + f[t] * s_state
        h_dot[t] = h_state = h_by_o[t] * o_dot + h_by_s[t] * s_state
    return h_dot, s_dot


def gru_forward(
    x: Array, h0: Array, w: Array, u: Array, c: Array, d: Array, *, reset: str, reverse: bool
) -> tuple[Array, GruSaved]:
    """r, z = σ(w x + c + u h₋ + d)     n = tanh(w x + c + k)     h = (1 - z) ∘ n + z ∘ h₋

    k is r ∘ m with m = u h₋ + d where reset comes after the product, and u (r ∘ h₋) + d where it comes before.
    """
    wx, size, after = project(x, w) + c, h0.shape[1], reset == "after"
    gates = room(len(x), wx[0], h0, u, d)
    h, m = room(len(x), h0, gates), room(len(x) if after else 0, h0, gates)
    (u_rz, u_n), (d_rz, d_n) = (np.split(part, [2 * size]) for part in (u, d))
    state = h0
    for t in steps(len(x), reverse=reverse):
        r, z = blocks(sigmoid(wx[t, :, : 2 * size] + state @ u_rz.T + d_rz), 2)
        if after:
            m[t] = state @ u_n.T + d_n
        k = r * m[t] if after else (r * state) @ u_n.T + d_n
        n = np.tanh(wx[t, :, 2 * size :] + k)
        h[t] = state = (1 - z) * n + z * state
        gates[t] = np.concatenate((r, z, n), axis=1)
    return h, (x, h0, gates, m, w, u, after, reverse)


def gru_states(h0: Array, gates: Array, *, reverse: bool) -> Array:
    """h₋ at every step: it follows from the gates."""
    before, h = room(len(gates), h0, gates), h0
    for t in steps(len(gates), reverse=reverse):
        _, z, n = blocks(gates[t], 3)
        before[t], h = h, (1 - z) * n + z * h
    return before


def gru_slopes(gates: Array, before: Array, partner: Array) -> tuple[Array, Array, Array]:
    """∂/∂a of r times its partner, m or h₋: r (1 - r) m     ∂h/∂a of z: z (1 - z) (h₋ - n), of n: (1 - z) (1 - n²)"""
    r, z, n = blocks(gates, 3)
    return r * (1 - r) * partner, z * (1 - z) * (before - n), (1 - z) * (1 - n * n)


def gru_vjp(saved: GruSaved, y_bar: Array) -> tuple[Bar, ...]:
    """h̄ = ȳ + all that the next step asks of h₋     ā_z, ā_n = ∂h/∂a ∘ h̄     w̄ = Σ ā xᵀ     c̄ = Σ ā     x̄ = wᵀ ā

    r times its partner gets q = ā_n (r ∘ m), or q = u_nᵀ ā_n (r ∘ h₋): so ā_r = ∂/∂a ∘ q, and the partner gets r ∘ q.
    After, u and d get (ā_r, ā_z, r ∘ ā_n); before, they get ā, and u_n has read r ∘ h₋ in place of h₋.
    """
    x, h0, gates, m, w, u, after, reverse = saved
    size, before = h0.shape[1], gru_states(h0, gates, reverse=reverse)
    (r, z, _), (by_r, by_z, by_n) = blocks(gates, 3), gru_slopes(gates, before, m if after else before)
    u_rz, u_n = np.split(u, [2 * size])
    a_bar, back = room(len(x), gates[0]), np.zeros_like(h0)
    for t in steps(len(x), reverse=not reverse):
        h_bar = y_bar[t] + back
        n_bar = by_n[t] * h_bar
        q = n_bar if after else n_bar @ u_n
        a_bar[t] = np.concatenate((by_r[t] * q, by_z[t] * h_bar, n_bar), axis=1)
        back = z[t] * h_bar + a_bar[t, :, : 2 * size] @ u_rz + ((r[t] * q) @ u_n if after else r[t] * q)
    rz_bar, n_bars = np.split(a_bar, [2 * size], axis=-1)
    m_bar, read = (r * n_bars, before) if after else (n_bars, r * before)
    u_bar = np.concatenate((gathered(rz_bar, before), gathered(m_bar, read)))
    d_bar = np.concatenate((rz_bar, m_bar), axis=-1).sum(axis=(0, 1))
    return lambda: project(a_bar, w.T), back, gathered(a_bar, x), u_bar, a_bar.sum(axis=(0, 1)), d_bar


def gru_jvp(
    saved: GruSaved, x_dot: Array, h0_dot: Array, w_dot: Array, u_dot: Array, c_dot: Array, d_dot: Array
) -> Array:
    """ḣ = ∂h/∂a ∘ ȧ by z + ∂h/∂a ∘ (ẇ x + w ẋ + ċ + k̇) by n + z ∘ ḣ₋

    k̇ is the tangent of r ∘ m, where ṁ = u̇ h₋ + u ḣ₋ + ḋ; or that of u (r ∘ h₋) + d.
    """
    x, h0, gates, m, w, u, after, reverse = saved
    size, before = h0.shape[1], gru_states(h0, gates, reverse=reverse)
    (r, z, _), (by_r, by_z, by_n) = blocks(gates, 3), gru_slopes(gates, before, m if after else before)
    (u_rz, u_n), (urz_dot, un_dot), (drz_dot, dn_dot) = (np.split(part, [2 * size]) for part in (u, u_dot, d_dot))
    wx_rz, wx_n = np.split(project(x, w_dot) + project(x_dot, w) + c_dot, [2 * size], axis=-1)
    rz_dots = wx_rz + project(before, urz_dot) + drz_dot
    m_dots = project(before if after else r * before, un_dot) + dn_dot
    h_dot, state = room(len(x), before[0]), h0_dot
    for t in steps(len(x), reverse=reverse):
        r_dot, z_dot = blocks(rz_dots[t] + state @ u_rz.T, 2)
        if after:
            k_dot = by_r[t] * r_dot + r[t] * (m_dots[t] + state @ u_n.T)
        else:
            k_dot = (by_r[t] * r_dot + r[t] * state) @ u_n.T + m_dots[t]
        h_dot[t] = state = by_z[t] * z_dot + by_n[t] * (wx_n[t] + k_dot) + z[t] * state
    return h_dot


RULES = {
    "rnn": Rule(rnn_forward, rnn_vjp, rnn_jvp),
    "lstm": Rule(lstm_forward, lstm_vjp, lstm_jvp, several=True),
    "gru": Rule(gru_forward, gru_vjp, gru_jvp),
}
