"""Backpropagation through time by hand, in float64, with room for a slip.

Knows nothing of any one mistake. A layer that runs from the last step to the first is turned round before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array, Arrays
from trivium.mistakes.mistake import Step

LAYERS = ("rnn", "lstm", "gru")


@dataclass(frozen=True)
class Slip:
    """What is done wrongly; nothing, unless it is said.

    cut        after how many steps nothing goes back any more, 0 where all goes back
    cells      whether the cotangent of the cell goes back
    gates      the order of the gates' blocks, the right one where it is empty
    onward     the loop goes from the first step to the last
    after      the state after a step is taken for the one before
    overwrite  a weight's share of each step takes the place of the share before
    last       the cotangents of the last step alone are used
    straight   a layer in reverse is taken for one that is not
    exchanged  the update gate is taken for one less it
    upright    the state's matrix is not transposed
    """

    cut: int = 0
    cells: bool = True
    gates: tuple[int, ...] = ()
    onward: bool = False
    after: bool = False
    overwrite: bool = False
    last: bool = False
    straight: bool = False
    exchanged: bool = False
    upright: bool = False

    def steps(self, count: int) -> Sequence[int]:
        """The steps in the order in which they are gone back."""
        return range(count) if self.onward else range(count)[::-1]

    def kept(self, t: int) -> float:
        """The share of what goes back from step t to the one before that arrives there."""
        return 0.0 if self.cut and t and t % self.cut == 0 else 1.0

    def ordered(self, gates: Sequence[Array]) -> Array:
        """The gates' blocks side by side."""
        return np.concatenate([gates[i] for i in self.gates] if self.gates else list(gates), axis=-1)

    def seen(self, a: Array) -> Array:
        """The steps that a weight's cotangent is summed over."""
        return a[-1:] if self.overwrite and self.onward else a[:1] if self.overwrite else a

    def states(self, first: Array, h: Array) -> Array:
        """The state that the state's matrix has read at each step."""
        return h if self.after else before(first, h)


def before(first: Array, h: Array) -> Array:
    """h₋ at every step."""
    return np.concatenate((first[None], h[:-1]))


def sigmoid(a: Array) -> Array:
    """σ(a)"""
    return np.asarray(0.5 * (1 + np.tanh(a / 2)))


def gathered(a_bar: Array, x: Array) -> Array:
    """Σ ā xᵀ over steps and data points."""
    return np.asarray(np.einsum("tbm,tbn->mn", a_bar, x))


def weights(slip: Slip, a_bar: Array, x: Array, states: Array) -> tuple[Array, ...]:
    """w̄ = Σ ā xᵀ     ū = Σ ā h₋ᵀ     c̄ = Σ ā"""
    a_bar, x, states = slip.seen(a_bar), slip.seen(x), slip.seen(states)
    return gathered(a_bar, x), gathered(a_bar, states), np.asarray(a_bar.sum(axis=(0, 1)))


def rnn(slip: Slip, attrs: Mapping[str, Any], inputs: Arrays, outputs: Arrays, y_bars: Arrays) -> Arrays:
    """h̄ = ȳ + uᵀ ā₊     ā = φ'(a) ∘ h̄"""
    (x, h0, w, u, _), (h,), (y_bar,) = inputs, outputs, y_bars
    slope = 1 - h * h if attrs["activation"] == "tanh" else np.where(h > 0, 1.0, 0.0)
    a_bar, back = np.zeros_like(h), np.zeros_like(h0)
    for t in slip.steps(len(x)):
        a_bar[t] = slope[t] * (y_bar[t] + back)
        back = slip.kept(t) * (a_bar[t] @ (u.T if slip.upright else u))
    return a_bar @ w, back, *weights(slip, a_bar, x, slip.states(h0, h))


def lstm(slip: Slip, attrs: Mapping[str, Any], inputs: Arrays, outputs: Arrays, y_bars: Arrays) -> Arrays:
    """h̄ = ȳ + uᵀ ā₊     s̄ = its own ȳ + f₊ ∘ s̄₊ + o ∘ (1 - tanh² s) ∘ h̄     (s is the cell, c the bias)"""
    (x, h0, c0, w, u, c), (h, s) = inputs, outputs
    h_before, s_before, tanh_s = before(h0, h), before(c0, s), np.tanh(s)
    a_i, a_f, a_g, a_o = np.split(x @ w.T + h_before @ u.T + c, 4, axis=-1)
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    a_bar, h_back, s_back = np.zeros((*x.shape[:2], len(c))), np.zeros_like(h0), np.zeros_like(c0)
    for t in slip.steps(len(x)):
        h_bar = y_bars[0][t] + h_back
        s_bar = y_bars[1][t] + s_back + o[t] * (1 - tanh_s[t] ** 2) * h_bar
        of_i, of_f = i[t] * (1 - i[t]) * g[t] * s_bar, f[t] * (1 - f[t]) * s_before[t] * s_bar
        of_g, of_o = (1 - g[t] ** 2) * i[t] * s_bar, o[t] * (1 - o[t]) * tanh_s[t] * h_bar
        a_bar[t] = slip.ordered((of_i, of_f, of_g, of_o))
        h_back = slip.kept(t) * (a_bar[t] @ u)
        s_back = slip.kept(t) * slip.cells * f[t] * s_bar
    return a_bar @ w, h_back, s_back, *weights(slip, a_bar, x, slip.states(h0, h))


def gru(slip: Slip, attrs: Mapping[str, Any], inputs: Arrays, outputs: Arrays, y_bars: Arrays) -> Arrays:
    """h̄ = ȳ + all that the next step asks of h₋     (r times its partner, u h₋ + d or h₋, gets q)"""
    (x, h0, w, u, c, d), (h,), (y_bar,) = inputs, outputs, y_bars
    late, size, h_before, wx = attrs["reset"] == "after", h0.shape[1], before(h0, h), x @ w.T + c
    (u_rz, u_n), d_n = np.split(u, [2 * size]), d[2 * size :]
    r, z = np.split(sigmoid(wx[..., : 2 * size] + h_before @ u_rz.T + d[: 2 * size]), 2, axis=-1)
    partner = h_before @ u_n.T + d_n if late else h_before
    n = np.tanh(wx[..., 2 * size :] + (r * partner if late else (r * partner) @ u_n.T + d_n))
    by_z, through = z * (1 - z) * (h_before - n), z
    if slip.exchanged:
        by_z, through = -by_z, 1 - z
    a_bar, back = np.zeros((*x.shape[:2], len(c))), np.zeros_like(h0)
    for t in slip.steps(len(x)):
        h_bar = y_bar[t] + back
        n_bar = (1 - through[t]) * (1 - n[t] ** 2) * h_bar
        q = n_bar if late else n_bar @ u_n
        a_bar[t] = slip.ordered((r[t] * (1 - r[t]) * partner[t] * q, by_z[t] * h_bar, n_bar))
        by_gates = a_bar[t, :, : 2 * size] @ u_rz + ((r[t] * q) @ u_n if late else r[t] * q)
        back = slip.kept(t) * (through[t] * h_bar + by_gates)
    return a_bar @ w, back, *_gru_weights(slip, a_bar, r, x, slip.states(h0, h), late=late)


def _gru_weights(slip: Slip, a_bar: Array, r: Array, x: Array, states: Array, *, late: bool) -> Arrays:
    """w̄, ū, c̄, d̄: with the reset after the product, u and d get r ∘ ā_n for n; before it, u_n has read r ∘ h₋."""
    size = r.shape[-1]
    inner = np.concatenate((a_bar[..., : 2 * size], r * a_bar[..., 2 * size :]), axis=-1) if late else a_bar
    w_bar, _, c_bar = weights(slip, a_bar, x, states)
    _, u_bar, d_bar = weights(slip, inner, x, states)
    if not late:
        u_bar[2 * size :] = gathered(slip.seen(a_bar[..., 2 * size :]), slip.seen(r * states))
    return w_bar, u_bar, c_bar, d_bar


PASSES: Mapping[str, Callable[..., Arrays]] = {"rnn": rnn, "lstm": lstm, "gru": gru}


def bar(step: Step, slip: Slip) -> Array:
    """The cotangent in the step's place, by a pass back through time with this slip in it."""
    turn = slice(None, None, -1 if step.attrs["reverse"] and not slip.straight else 1)
    x, *rest = (np.asarray(a, np.float64) for a in step.inputs)
    outputs, y_bars = (tuple(np.asarray(a, np.float64)[turn] for a in part) for part in (step.outputs, step.y_bars))
    if slip.last:
        y_bars = tuple(np.concatenate((np.zeros_like(a[:-1]), a[-1:])) for a in y_bars)
    found = PASSES[step.place.op](slip, step.attrs, (x[turn], *rest), outputs, y_bars)[step.place.role]
    return found[turn] if step.place.role == 0 else found
