"""The family recurrent, at its singular points and at extreme values."""

from __future__ import annotations

import numpy as np

from tests.vocabulary.point import Point
from trivium.backend import Array

BATCH, INPUT, STATE, TIME = 2, 2, 2, 3


def numbers(*shape: int) -> Array:
    """Signed, none of them 0, at most 1 in size."""
    return np.cos(np.arange(np.prod(shape)) + 0.5).reshape(shape)


def layer(gates: int, states: int, *, scale: float = 1.0, bias: tuple[float, ...] = ()) -> tuple[Array, ...]:
    """x, each initial state, w, u and c of one layer, all multiplied by `scale`; `bias` gives c by its gates."""
    rows = gates * STATE
    start = [numbers(BATCH, STATE) for _ in range(states)]
    parts = [numbers(TIME, BATCH, INPUT), *start, numbers(rows, INPUT), numbers(rows, STATE), numbers(rows)]
    scaled = [part * scale for part in parts]
    return (*scaled[:-1], np.repeat(bias, STATE)) if bias else tuple(scaled)


def with_second_bias(parts: tuple[Array, ...]) -> tuple[Array, ...]:
    """The same layer with a d, half as large as c."""
    return (*parts, parts[-1] / 2)


AFTER, BEFORE = {"reset": "after"}, {"reset": "before"}

POINTS: tuple[Point, ...] = (
    Point("rnn", "of zeros with relu", layer(1, 1, scale=0.0), {"activation": "relu"}),
    Point("rnn", "where tanh is 1", layer(1, 1, scale=1000.0), {"activation": "tanh"}),
    Point("rnn", "of 1e-30", layer(1, 1, scale=1e-30), {"activation": "tanh", "reverse": True}),
    Point("rnn", "where relu grows past 1e20", layer(1, 1, scale=1e5), {"activation": "relu"}),
    Point("rnn", "where relu is always closed", layer(1, 1, bias=(-1000.0,)), {"activation": "relu"}),
    Point("lstm", "of zeros", layer(4, 2, scale=0.0)),
    Point("lstm", "where every gate is 0 or 1", layer(4, 2, scale=1000.0)),
    Point("lstm", "of 1e-30", layer(4, 2, scale=1e-30), {"reverse": True}),
    Point("lstm", "that only remembers", layer(4, 2, bias=(-1000.0, 1000.0, 0.0, 1000.0))),
    Point("lstm", "that only forgets", layer(4, 2, bias=(1000.0, -1000.0, 0.0, 0.0))),
    Point("lstm", "that counts", layer(4, 2, bias=(1000.0, 1000.0, 1000.0, 1000.0))),
    Point("lstm", "that nobody reads", layer(4, 2, bias=(0.0, 0.0, 0.0, -1000.0))),
    Point("gru", "of zeros, reset after", with_second_bias(layer(3, 1, scale=0.0)), AFTER),
    Point("gru", "of zeros, reset before", with_second_bias(layer(3, 1, scale=0.0)), BEFORE),
    Point("gru", "where every gate is 0 or 1", with_second_bias(layer(3, 1, scale=1000.0)), AFTER),
    Point("gru", "where every gate is 0 or 1, reset before", with_second_bias(layer(3, 1, scale=1000.0)), BEFORE),
    Point("gru", "of 1e-30", with_second_bias(layer(3, 1, scale=1e-30)), BEFORE),
    Point("gru", "that only remembers", with_second_bias(layer(3, 1, bias=(0.0, 1000.0, 0.0))), AFTER),
    Point("gru", "that hardly forgets", with_second_bias(layer(3, 1, bias=(0.0, 12.0, 0.0))), BEFORE),
    Point("gru", "that is always reset", with_second_bias(layer(3, 1, bias=(-1000.0, 0.0, 0.0))), AFTER),
    Point("gru", "that is always reset before", with_second_bias(layer(3, 1, bias=(-1000.0, 0.0, 0.0))), BEFORE),
)
