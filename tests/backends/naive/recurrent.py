"""The family recurrent, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from trivium.backend import Array


def sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def entries(x: Array, *, reverse: bool) -> Iterator[tuple[int, int]]:
    """Each step, in its order, for each data point."""
    count, batch, _ = x.shape
    for t in sorted(range(count), reverse=reverse):
        for b in range(batch):
            yield t, b


def row(w: Array, x: Array, j: int) -> float:
    """Row j of w times x, one product at a time."""
    return sum(float(w[j, k]) * float(x[k]) for k in range(len(x)))


def rnn(x: Array, h0: Array, w: Array, u: Array, c: Array, activation: str, *, reverse: bool) -> Array:
    h, states = h0.copy(), np.zeros((*x.shape[:2], h0.shape[1]))
    for t, b in entries(x, reverse=reverse):
        a = [row(w, x[t, b], j) + row(u, h[b], j) + c[j] for j in range(h0.shape[1])]
        h[b] = states[t, b] = [math.tanh(v) if activation == "tanh" else max(v, 0.0) for v in a]
    return states


def lstm(x: Array, h0: Array, c0: Array, w: Array, u: Array, c: Array, *, reverse: bool) -> tuple[Array, Array]:
    size, h, cell = h0.shape[1], h0.copy(), c0.copy()
    states, cells = np.zeros((*x.shape[:2], size)), np.zeros((*x.shape[:2], size))
    for t, b in entries(x, reverse=reverse):
        a = [row(w, x[t, b], j) + row(u, h[b], j) + c[j] for j in range(4 * size)]
        for j in range(size):
            i, f, g, o = a[j], a[size + j], a[2 * size + j], a[3 * size + j]
            cell[b, j] = sigmoid(f) * cell[b, j] + sigmoid(i) * math.tanh(g)
            h[b, j] = sigmoid(o) * math.tanh(cell[b, j])
        states[t, b], cells[t, b] = h[b], cell[b]
    return states, cells


def gru(x: Array, h0: Array, w: Array, u: Array, c: Array, d: Array, reset: str, *, reverse: bool) -> Array:
    size, h, states = h0.shape[1], h0.copy(), np.zeros((*x.shape[:2], h0.shape[1]))
    for t, b in entries(x, reverse=reverse):
        a = [row(w, x[t, b], j) + c[j] for j in range(3 * size)]
        p = [row(u, h[b], j) + d[j] for j in range(3 * size)]
        r = [sigmoid(a[j] + p[j]) for j in range(size)]
        z = [sigmoid(a[size + j] + p[size + j]) for j in range(size)]
        early = [row(u, np.asarray(r) * h[b], j) + d[j] for j in range(2 * size, 3 * size)]
        late = [r[j] * p[2 * size + j] for j in range(size)]
        k = late if reset == "after" else early
        n = [math.tanh(a[2 * size + j] + k[j]) for j in range(size)]
        h[b] = states[t, b] = [(1 - z[j]) * n[j] + z[j] * h[b, j] for j in range(size)]
    return states


NAIVE: Mapping[str, Callable[..., Any]] = {"rnn": rnn, "lstm": lstm, "gru": gru}
