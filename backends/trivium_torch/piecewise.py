"""Piecewise functions with torch's own, whose slopes on a kink are torch's convention (relu'(0) = 0).

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "relu": torch.relu,
}
