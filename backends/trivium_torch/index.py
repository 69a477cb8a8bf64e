"""Lookups by label with torch's own functions.

Knows nothing of networks. One-hot rows are made in float64 and take the program's dtype from the tape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor


def embedding(table: Tensor, labels: Tensor, *, padding: int | None) -> Tensor:
    """F.embedding without its padding_idx, which returns the stored row and withholds its gradient: here it is 0."""
    rows = F.embedding(labels, table)
    return rows if padding is None else torch.masked_fill(rows, (labels == padding).unsqueeze(-1), 0.0)


def take_along_axis(x: Tensor, indices: Tensor, *, axis: int) -> Tensor:
    """torch.gather: indices have x's size outside of the axis."""
    return torch.gather(x, axis, indices)


def scatter_add(x: Tensor, indices: Tensor, source: Tensor, *, axis: int) -> Tensor:
    """Every entry of source, added where its index points."""
    return torch.scatter_add(x, axis, indices, source)


def index_select(x: Tensor, indices: Tensor, *, axis: int) -> Tensor:
    """Slices along an axis."""
    return torch.index_select(x, axis, indices)


def one_hot(labels: Tensor, *, classes: int) -> Tensor:
    """F.one_hot, which counts in integers."""
    return F.one_hot(labels, classes).to(torch.float64)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "embedding": embedding,
    "take_along_axis": take_along_axis,
    "scatter_add": scatter_add,
    "index_select": index_select,
    "one_hot": one_hot,
}
