"""What crosses between a person's torch code and a check: tensors in and out, and random numbers that repeat.

Knows nothing of modules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trivium.errors import OracleError


@contextmanager
def repeating() -> Iterator[None]:
    """The same random numbers in every run; the caller's stream stays where it was."""
    state = torch.get_rng_state()
    _ = torch.default_generator.manual_seed(0)  # torch.manual_seed seeds every device, which takes a millisecond
    try:
        yield
    finally:
        torch.set_rng_state(state)


def joined(y: Any) -> Tensor:
    """One tensor of all that came out; what is made of whole numbers has no gradient."""
    parts = list(tensors(y))
    if not parts or not all(p.is_floating_point() or p.is_complex() for p in parts):
        kinds = ", ".join(str(p.dtype) for p in parts) or f"a {type(y).__name__}"
        raise OracleError(f"it gives back {kinds}, needs tensors of real numbers: give a loss that makes one of it")
    return parts[0] if len(parts) == 1 else torch.cat([p.reshape(-1) for p in parts])


def tensors(y: Any) -> Iterator[Tensor]:
    """The tensors in what a function gave back: itself, or those of a tuple, list or dict."""
    if isinstance(y, Tensor):
        yield y
    elif isinstance(y, tuple | list):
        for part in y:
            yield from tensors(part)
    elif isinstance(y, Mapping):
        yield from tensors(list(y.values()))


def tensor(x: Any) -> Tensor:
    if isinstance(x, Tensor):
        return x.detach().clone()
    found = np.array(x)
    if found.dtype.kind not in "biufc":
        raise OracleError(f"an input is {type(x).__name__!r}: give tensors, or arrays of numbers")
    return torch.from_numpy(found)
