"""Recurrent layers, as defined: one step after the other.

Knows nothing of derivatives.
"""

from __future__ import annotations

import math

import numpy as np

from trivium_arb.activation import sigmoid
from trivium_arb.linear import linear
from trivium_arb.primitive import concat, reshape, signs, take, tanh, where
from trivium_arb.tape import Tensor


def parts(x: Tensor, count: int, axis: int) -> list[Tensor]:
    """So many blocks of one size along an axis"""
    places = np.arange(math.prod(x.shape)).reshape(x.shape)
    return [take(x, part) for part in np.split(places, count, axis=axis)]


def fed(x: Tensor, w: Tensor, c: Tensor, *, reverse: bool) -> list[Tensor]:
    """w x + c of each step, in the order in which the steps are taken"""
    a = [reshape(step, step.shape[1:]) for step in parts(linear(x, w, c), x.shape[0], axis=0)]
    return a[::-1] if reverse else a


def stacked(states: list[Tensor], *, reverse: bool) -> Tensor:
    """All states, each at its own step"""
    ordered = states[::-1] if reverse else states
    return concat([reshape(h, (1, *h.shape)) for h in ordered], axis=0)


def rnn(x: Tensor, h0: Tensor, w: Tensor, u: Tensor, c: Tensor, *, activation: str, reverse: bool) -> Tensor:
    """h = φ(w x + u h₋ + c), φ tanh or relu, with slope 0 at 0"""
    h, states = h0, []
    for fed_in in fed(x, w, c, reverse=reverse):
        a = fed_in + linear(h, u)
        h = tanh(a) if activation == "tanh" else where(signs(a) > 0, a, 0)
        states.append(h)
    return stacked(states, reverse=reverse)


def lstm(x: Tensor, h0: Tensor, c0: Tensor, w: Tensor, u: Tensor, c: Tensor, *, reverse: bool) -> tuple[Tensor, Tensor]:
    """cell = σ(f) cell₋ + σ(i) tanh(g)     h = σ(o) tanh(cell)     i, f, g, o the blocks of w x + u h₋ + c"""
    h, cell, states, cells = h0, c0, [], []
    for fed_in in fed(x, w, c, reverse=reverse):
        i, f, g, o = parts(fed_in + linear(h, u), 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(cell)
        states.append(h)
        cells.append(cell)
    return stacked(states, reverse=reverse), stacked(cells, reverse=reverse)


def gru(x: Tensor, h0: Tensor, w: Tensor, u: Tensor, c: Tensor, d: Tensor, *, reset: str, reverse: bool) -> Tensor:
    """h = (1 - z) n + z h₋,  r, z = σ(w x + c + u h₋ + d),
    n = tanh(w x + c + r (u h₋ + d)) after, tanh(w x + c + u (r h₋) + d) before"""
    (u_r, u_z, u_n), (d_r, d_z, d_n) = parts(u, 3, axis=0), parts(d, 3, axis=0)
    h, states = h0, []
    for fed_in in fed(x, w, c, reverse=reverse):
        a_r, a_z, a_n = parts(fed_in, 3, axis=1)
        r, z = sigmoid(a_r + linear(h, u_r, d_r)), a_z + linear(h, u_z, d_z)
        n = tanh(a_n + (r * linear(h, u_n, d_n) if reset == "after" else linear(r * h, u_n, d_n)))
        h = sigmoid(-z) * n + sigmoid(z) * h  # 1 - σ(z), in which nothing cancels
        states.append(h)
    return stacked(states, reverse=reverse)


OPERATIONS = {"rnn": rnn, "lstm": lstm, "gru": gru}
