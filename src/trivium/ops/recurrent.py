"""Recurrent layers over time: every state out, the initial state given.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trivium.errors import SpecError
from trivium.spec.op import Attribute, Attributes, Case, op
from trivium.spec.signature import Shape

Array = np.ndarray[Any, Any]
Terms = tuple[int, tuple[int, ...]]

REVERSE = Attribute("reverse", "bool", default=False)
FAN_IN = {"x": "n", "w": "n", "h0": "h", "u": "h"}


def _gates(shapes: tuple[Shape, ...], w: Shape, names: str) -> None:
    """SpecError where w has no block of h rows for each gate; the letters say that u and c have as many rows as w."""
    gates, h = len(names), shapes[1][1]
    if w[0] != gates * h:
        blocks = f"{gates} blocks ({' '.join(names)}) of h = {h} rows, h as in h0 {shapes[1]}"
        raise SpecError(f"w has {w[0]} rows {w}, needs {gates * h}: {blocks}")


def _rnn(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    (t, b, _), (_, h) = shapes[:2]
    return ((t, b, h),)


def _lstm(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _gates(shapes, shapes[3], "ifgo")
    return _rnn(shapes, attrs) * 2


def _gru(shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
    _gates(shapes, shapes[2], "rzn")
    return _rnn(shapes, attrs)


def _rnn_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    (t, b, n), (_, h), (rows, _) = shapes[:3]
    return n + h + 1, (rows, rows, *[t * b] * (len(shapes) - 2))


def _lstm_terms(shapes: tuple[Shape, ...], attrs: Attributes) -> Terms:
    x, h0, _, *weights = shapes
    forward, (of_x, of_h0, *of_weights) = _rnn_terms((x, h0, *weights), attrs)
    return forward, (of_x, of_h0, 1, *of_weights)


def _sigmoid(a: Array) -> Array:
    return np.asarray((1 + np.tanh(a / 2)) / 2)


def _cell_parts(attrs: Attributes, *inputs: Array) -> float:
    """|f cell₋| + |i g|, the largest: gates that stand at 0 or 1 feel no noise, and then the two may cancel."""
    x, h, cell, w, u, c = inputs
    largest = 0.0
    with np.errstate(all="ignore"):
        for x_t in x[::-1] if attrs["reverse"] else x:
            a_i, a_f, a_g, a_o = np.split(x_t @ w.T + h @ u.T + c, 4, axis=1)
            kept, new = _sigmoid(a_f) * cell, _sigmoid(a_i) * np.tanh(a_g)
            largest = max(largest, float((np.abs(kept) + np.abs(new)).max()))
            cell = kept + new
            h = _sigmoid(a_o) * np.tanh(cell)
    return largest


def _state_parts(attrs: Attributes, *inputs: Array) -> float:
    """|n| + |z h₋|, the largest: 1 - z is known to the digits of 1, so that (1 - z) n is known to those of n."""
    x, h, w, u, c, d = inputs
    largest, late = 0.0, attrs["reset"] == "after"
    (u_r, u_z, u_n), (d_r, d_z, d_n) = np.split(u, 3), np.split(d, 3)
    with np.errstate(all="ignore"):
        for x_t in x[::-1] if attrs["reverse"] else x:
            a_r, a_z, a_n = np.split(x_t @ w.T + c, 3, axis=1)
            r, z = _sigmoid(a_r + h @ u_r.T + d_r), _sigmoid(a_z + h @ u_z.T + d_z)
            n = np.tanh(a_n + (r * (h @ u_n.T + d_n) if late else (r * h) @ u_n.T + d_n))
            largest = max(largest, float((np.abs(n) + np.abs(z * h)).max()))
            h = (1 - z) * n + z * h
    return largest


rnn = op(
    "rnn(x: t b n, h0: b h, w: h n, u: h h, c: h) -> t b h",
    "h = φ(w x + u h₋ + c) at each step, h₋ the state before it, h0 at first; φ is tanh, or relu with slope 0 at 0; "
    "all states h come out. reverse: from the last step to the first, each state at its own step",
    attributes=(Attribute("activation", "str", choices=("tanh", "relu")), REVERSE),
    shape=_rnn,
    fan_in=FAN_IN,
    terms=_rnn_terms,
    cases=(
        Case(((5, 2, 7), (2, 3), (3, 7), (3, 3), (3,)), {"activation": "tanh"}),
        Case(((5, 2, 7), (2, 3), (3, 7), (3, 3), (3,)), {"activation": "relu", "reverse": True}),
        Case(((1, 3, 2), (3, 1), (1, 2), (1, 1), (1,)), {"activation": "relu"}),
    ),
    source="Elman, Finding structure in time, 1990",
    elsewhere=("simplernn", "simple_rnn", "rnn_tanh", "rnn_relu", "elman"),
    differences=(
        "torch: torch.nn.RNN has two biases, whose sum is c here, and runs from the last step only in a pair of both "
        "directions.",
        "keras: SimpleRNN(go_backwards=True) leaves its states in the order in which it met them, last step first.",
    ),
)
lstm = op(
    "lstm(x: t b n, h0: b h, c0: b h, w: 4*h n, u: 4*h h, c: 4*h) -> t b h, t b h",
    "w x + u h₋ + c has four blocks of h rows, in the order i, f, g, o; i, f, o pass through σ, g through tanh; then "
    "cell = f cell₋ + i g and h = o tanh(cell), from h0 and c0 at first; all h and all cells come out. "
    "reverse: from the last step to the first, each state at its own step",
    attributes=(REVERSE,),
    shape=_lstm,
    fan_in=FAN_IN,
    terms=_lstm_terms,
    intermediate=_cell_parts,
    cases=(
        Case(((5, 2, 7), (2, 3), (2, 3), (12, 7), (12, 3), (12,))),
        Case(((5, 2, 7), (2, 3), (2, 3), (12, 7), (12, 3), (12,)), {"reverse": True}),
        Case(((1, 1, 2), (1, 1), (1, 1), (4, 2), (4, 1), (4,))),
    ),
    source="Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000",
    elsewhere=("lstm_cell", "long_short_term_memory"),
    differences=(
        "torch: torch.nn.LSTM has the same order of gates, but two biases, whose sum is c here, and returns the last "
        "cell only.",
        "keras: LSTM has the same order of gates, but its matrices transposed, and starts with 1 in the forget gate's "
        "bias.",
        "onnx: LSTM has its gates in the order i, o, f, g, and two biases.",
    ),
)
gru = op(
    "gru(x: t b n, h0: b h, w: 3*h n, u: 3*h h, c: 3*h, d: 3*h) -> t b h",
    "blocks of h rows in the order r, z, n; r and z are σ(w x + c + u h₋ + d); then h = (1 - z) n + z h₋, where "
    "reset 'after' has n = tanh(w x + c + r (u h₋ + d)) and 'before' has n = tanh(w x + c + u (r h₋) + d); "
    "all states h come out, from h0 at first. reverse: from the last step to the first, each state at its own step",
    attributes=(Attribute("reset", "str", choices=("after", "before")), REVERSE),
    shape=_gru,
    fan_in=FAN_IN,
    terms=_rnn_terms,
    intermediate=_state_parts,
    cases=(
        Case(((5, 2, 7), (2, 3), (9, 7), (9, 3), (9,), (9,)), {"reset": "after"}),
        Case(((5, 2, 7), (2, 3), (9, 7), (9, 3), (9,), (9,)), {"reset": "before", "reverse": True}),
        Case(((3, 1, 2), (1, 1), (3, 2), (3, 1), (3,), (3,)), {"reset": "after", "reverse": True}),
        Case(((2, 3, 1), (3, 2), (6, 1), (6, 2), (6,), (6,)), {"reset": "before"}),
    ),
    source="Cho et al. 2014 ('before'); cuDNN ('after')",
    elsewhere=("gru_cell", "gated_recurrent_unit"),
    differences=(
        "torch: torch.nn.GRU is reset='after'; it has no other.",
        "keras: GRU has its gates in the order z, r, n; it is reset='after' by default, and with reset_after=False has "
        "one bias, c + d here.",
        "onnx: GRU has its gates in the order z, r, n; linear_before_reset=1 is reset='after', 0 is 'before'.",
        "flax: GRUCell is reset='after', with one bias for r and one for z, c + d here.",
    ),
)

OPS = (rnn, lstm, gru)
