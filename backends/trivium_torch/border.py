"""Where NumPy arrays become tensors and tensors become arrays, each crossing a copy, and the modes a tape needs.

Knows nothing of operations, nodes or gradients.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trivium.backend import Array


@contextmanager
def taping() -> Iterator[None]:
    """Record, in full precision, whatever the caller has switched off or on; all as it was afterwards."""
    with torch.inference_mode(False), torch.enable_grad(), torch.autocast("cpu", enabled=False), whole_products():
        yield


@contextmanager
def whole_products() -> Iterator[None]:
    """Multiply float32 matrices in float32, though the caller has allowed less; as the caller had it afterwards."""
    setting: Any = getattr(torch.backends.mkldnn, "matmul", None)
    if setting is None:  # before torch 2.9, one setting for all devices
        was = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(was)
        return
    of_cpu = setting.fp32_precision
    setting.fp32_precision = "ieee"
    try:
        yield
    finally:
        setting.fp32_precision = of_cpu


def to_tensor(array: Array, dtype: Any) -> Tensor:
    """A copy in the dtype asked for, C-contiguous: nothing done to it reaches the caller's array."""
    with np.errstate(over="ignore"):  # a float64 number may be past float32's largest
        return torch.from_numpy(np.array(array, dtype=dtype, order="C"))


def to_array(tensor: Tensor) -> Array:
    """A copy that the caller owns: two tensors may share their numbers (a reshape and its input), two arrays do not."""
    return np.array(tensor.detach().numpy(), order="C")


def replayed_dtype(array: Array) -> Any:
    """The dtype in which one op alone is replayed: masks stay bool, labels int64, all else is float64."""
    kind = np.asarray(array).dtype.kind
    return {"b": np.bool_, "i": np.int64, "u": np.int64}.get(kind, np.float64)
