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


OPERATIONS: Mapping[str, Callable[..., Tensor | tuple[Tensor, ...]]] = {
    "reshape": torch.reshape,
    "transpose": transpose,
    "split": split,
}
