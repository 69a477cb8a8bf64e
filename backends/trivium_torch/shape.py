"""The same numbers in another arrangement: torch's views, which the tape makes tensors of their own.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def transpose(x: Tensor, *, axes: tuple[int, ...] | int | None) -> Tensor:
    """Axis i of the result is axis axes[i] of x; all reversed where axes is None."""
    if axes is None:
        axes = tuple(reversed(range(x.dim())))
    return torch.permute(x, (axes,) if isinstance(axes, int) else axes)


def split(x: Tensor, *, parts: int, axis: int) -> tuple[Tensor, ...]:
    """As many equal parts; torch.split counts their size, not their number."""
    return torch.split(x, x.shape[axis] // parts, dim=axis)


def squeeze(x: Tensor, *, axis: tuple[int, ...] | int) -> Tensor:
    """x without these axes; the vocabulary has seen that each has size 1, where torch would leave another as it is."""
    return torch.squeeze(x, axis)


def expand_dims(x: Tensor, *, axis: tuple[int, ...] | int) -> Tensor:
    """New axes one by one, from the front: torch.unsqueeze makes one, and counts in what is there by then."""
    axes = (axis,) if isinstance(axis, int) else axis
    rank = x.dim() + len(axes)
    for a in sorted(a % rank for a in axes):
        x = torch.unsqueeze(x, a)
    return x


def broadcast_to(x: Tensor, *, shape: tuple[int, ...]) -> Tensor:
    """x repeated, without a copy."""
    return torch.broadcast_to(x, shape)


def concat(*xs: Tensor, axis: int) -> Tensor:
    """One behind the other."""
    return torch.cat(xs, dim=axis)


def stack(*xs: Tensor, axis: int) -> Tensor:
    """Side by side along a new axis."""
    return torch.stack(xs, dim=axis)


OPERATIONS: Mapping[str, Callable[..., Tensor | tuple[Tensor, ...]]] = {
    "reshape": torch.reshape,
    "transpose": transpose,
    "split": split,
    "squeeze": squeeze,
    "expand_dims": expand_dims,
    "broadcast_to": broadcast_to,
    "concat": concat,
    "stack": stack,
}
