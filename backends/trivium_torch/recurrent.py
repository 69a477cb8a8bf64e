"""Recurrent layers with torch's own cells, one call a step.

Knows nothing of networks. torch.lstm, torch.gru and torch.rnn_tanh run the whole sequence, but give the last cell state
only, and run backward in time only together with forward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def order(x: Tensor, *, reverse: bool) -> list[int]:
    """The steps as they are taken."""
    return sorted(range(len(x)), reverse=reverse)


def in_time(states: dict[int, Tensor]) -> Tensor:
    """The states, each at its own step."""
    return torch.stack([states[t] for t in range(len(states))])


def rnn(x: Tensor, h0: Tensor, w: Tensor, u: Tensor, c: Tensor, *, activation: str, reverse: bool) -> Tensor:
    """φ(w x + u h₋ + c)"""
    cell = torch.rnn_tanh_cell if activation == "tanh" else torch.rnn_relu_cell
    states, h, no_more = {}, h0, torch.zeros_like(c)
    for t in order(x, reverse=reverse):
        h = states[t] = cell(x[t], h, w, u, c, no_more)
    return in_time(states)


def lstm(x: Tensor, h0: Tensor, c0: Tensor, w: Tensor, u: Tensor, c: Tensor, *, reverse: bool) -> tuple[Tensor, Tensor]:
    """torch's gates stand in the order i, f, g, o; its second bias is zero here."""
    states, cells, h, cell, no_more = {}, {}, h0, c0, torch.zeros_like(c)
    for t in order(x, reverse=reverse):
        h, cell = states[t], cells[t] = torch.lstm_cell(x[t], (h, cell), w, u, c, no_more)
    return in_time(states), in_time(cells)


def gru(x: Tensor, h0: Tensor, w: Tensor, u: Tensor, c: Tensor, d: Tensor, *, reset: str, reverse: bool) -> Tensor:
    """torch's cell resets after the product with u; its gates stand in the order r, z, n."""
    cell = torch.gru_cell if reset == "after" else cell_with_early_reset
    states, h = {}, h0
    for t in order(x, reverse=reverse):
        h = states[t] = cell(x[t], h, w, u, c, d)
    return in_time(states)


def cell_with_early_reset(x: Tensor, h: Tensor, w: Tensor, u: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """One step of a GRU that resets h before the product with u, which torch does not have."""
    of_r, of_z, of_n = (
        (torch.nn.functional.linear(x, rows, bias), back, more)
        for rows, bias, back, more in zip(w.chunk(3), c.chunk(3), u.chunk(3), d.chunk(3), strict=True)
    )
    r = torch.sigmoid(of_r[0] + torch.nn.functional.linear(h, *of_r[1:]))
    z = torch.sigmoid(of_z[0] + torch.nn.functional.linear(h, *of_z[1:]))
    n = torch.tanh(of_n[0] + torch.nn.functional.linear(r * h, *of_n[1:]))
    return torch.lerp(n, h, z)


OPERATIONS: Mapping[str, Callable[..., Tensor | tuple[Tensor, Tensor]]] = {"rnn": rnn, "lstm": lstm, "gru": gru}
