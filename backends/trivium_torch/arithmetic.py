"""Arithmetic with torch's own operators, whose backward passes undo the broadcasting.

Knows nothing of networks. A constant is made in float64 and takes the program's dtype from the tape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def constant(*, value: float) -> Tensor:
    """The float64 number, on the CPU whatever the caller's default device is."""
    return torch.tensor(value, dtype=torch.float64, device="cpu")


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "constant": constant,
    "neg": torch.neg,
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "square": torch.square,
}
