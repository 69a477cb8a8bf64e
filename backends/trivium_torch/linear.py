"""Products of matrices and tensors with torch's own: F.linear for rows, addmm for columns.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor


def affine(w: Tensor, x: Tensor, c: Tensor) -> Tensor:
    """w x + c in one call, c spread over the columns."""
    return torch.addmm(c, w, x)


def einsum(*xs: Tensor, equation: str) -> Tensor:
    """torch.einsum, whose equation comes first."""
    return torch.einsum(equation, *xs)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "matmul": torch.matmul,
    "affine": affine,
    "linear": F.linear,
    "outer": torch.outer,
    "bilinear": F.bilinear,
    "einsum": einsum,
}
