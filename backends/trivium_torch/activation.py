"""Smooth activations with torch's own functions, where they compute the definition to rounding at every x.

Knows nothing of networks.
"""

from __future__ import annotations

import math
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


def gelu(x: Tensor) -> Tensor:
    """x Φ(x) with Φ(x) = erfc(-x/√2) / 2. F.gelu adds 1 and erf(x/√2), which cancel where x is far below 0."""
    return x * (torch.erfc(-math.sqrt(0.5) * x) / 2)


def gelu_tanh(x: Tensor) -> Tensor:
    """x (1 + tanh u) / 2 = x e^(log σ(2u)). F.gelu adds 1 and tanh u, which cancel where x is far below 0.

    Past 100 the factor is 1 or 0 whatever u is; held there, x³ does not overflow.
    """
    near = x.clamp(-100, 100)
    u = math.sqrt(2 / math.pi) * (near + 0.044715 * torch.pow(near, 3))
    return x * torch.exp(F.logsigmoid(2 * u))


def softsign(x: Tensor) -> Tensor:
    """x / (1 + |x|), as ±(1 - 1 / (1 + |x|)) where |x| is above 1.

    The slope of F.softsign is the difference 1 / (1 + |x|) - |x| / (1 + |x|)², which cancels where x is large.
    """
    size = x.abs()
    return torch.where(size > 1, torch.copysign(1 - torch.reciprocal(1 + size), x), F.softsign(x))


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": softplus,
    "log_sigmoid": F.logsigmoid,
    "erf": torch.erf,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "silu": F.silu,
    "mish": F.mish,
    "softsign": softsign,
}
"""F.silu is 0 where e⁻ˣ overflows: below -709.78, where the definition has 4e-306; in float32 below -88.72, 3e-37."""
