"""Exponentials and logarithms with torch's own functions.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "exp": torch.exp,
    "log": torch.log,
}
