"""Mistakes to plant in the notebook's network, each a function around the vjp of one node (`compile(tamper=)`).

Knows the network's nodes and no backend: a mistake sees the numbers of its own step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Tamper

Arrays = tuple[Array, ...]
Bars = tuple[Array | None, ...]


@dataclass(frozen=True)
class Planted:
    """One mistake: at which node, and the tensor whose cotangent its vjp then gets wrong."""

    node: str
    tensor: str
    tamper: Tamper


def no_one_over_n(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    """The cost's mean over the data points, differentiated as if it were a sum."""
    return tuple(None if bar is None else bar * inputs[0].shape[1] for bar in x_bars)


def sign_of_the_cost(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    """2 (y - g8) / N for 2 (g8 - y) / N."""
    return tuple(None if bar is None else -bar for bar in x_bars)


def sigmoid_slope_at_the_activation(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    """σ' taken at g6, the activation, where it belongs at g5."""
    again = 1 / (1 + np.exp(-outputs[0]))
    return (again * (1 - again) * y_bars[0],)


def tanh_slope_omitted(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    """The cotangent goes through tanh as if it were not there."""
    return (y_bars[0].copy(),)


def weights_not_transposed(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    """w2 ȳ for w2ᵀ ȳ, wherever the layer is square and the shapes do not tell."""
    w = inputs[0]
    return (x_bars[0], w @ y_bars[0]) if w.shape[0] == w.shape[1] else x_bars


def bias_averaged(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    """The bias's cotangent averaged over the data points where it is to be summed."""
    return (x_bars[0], y_bars[0].mean(axis=1, keepdims=True))


def one_entry_off(relative: float) -> Tamper:
    """The first entry of the first cotangent, multiplied by 1 + `relative`."""

    def tamper(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
        bar = np.array(x_bars[0])
        bar.flat[0] *= 1 + relative
        return (bar, *x_bars[1:])

    return tamper


PLANTED: Mapping[str, Planted] = {
    "no 1/N": Planted("g9", "g8", no_one_over_n),
    "sign of the cost": Planted("g9", "g8", sign_of_the_cost),
    "sigmoid' at the activation": Planted("g6", "g5", sigmoid_slope_at_the_activation),
    "tanh' omitted": Planted("g3", "g2", tanh_slope_omitted),
    "w2 not transposed": Planted("g4", "g3", weights_not_transposed),
    "bias averaged": Planted("g5", "b2", bias_averaged),
    "one entry off by 1e-10": Planted("g7", "w3", one_entry_off(1e-10)),
}
