"""Convolutions with torch's own functions.

Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

OPERATIONS: Mapping[str, Callable[..., Tensor]] = {}
