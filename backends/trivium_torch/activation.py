"""Smooth activations with torch's own functions.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor


def softplus(x: Tensor) -> Tensor:
    """log(1 + eˣ) = -log σ(-x), in value and slope right to two roundings at every x.

    F.softplus turns linear above 20 and is off by 2e-9 there; the slope of torch.logaddexp(x, 0), 1/(1 + e⁻ˣ),
    is 0 where e⁻ˣ overflows, which is before eˣ underflows.
    """
    return 0 - F.logsigmoid(-x)  # far to the left 0 - 0 is 0, where -(0) would be -0


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": softplus,
}
