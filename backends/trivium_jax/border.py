"""The border that numbers cross: NumPy arrays become JAX arrays and come back, always as copies.

Knows nothing of programs or ops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from trivium.backend import Array
from trivium.errors import BackendError
from trivium.spec.node import Given
from trivium.spec.signature import show


def native_dtype(given: Given, dtype: str) -> np.dtype[Any]:
    """The dtype of a given on the device: labels are as wide as the program, since JAX has no int64 without x64."""
    labels = "int64" if dtype == "float64" else "int32"
    return np.dtype({"index": labels, "mask": "bool"}.get(given.kind.name, dtype))


def place(given: Given, dtype: str, arrays: Mapping[str, Array]) -> jax.Array:
    """One given on the device; BackendError where it is missing or does not fit."""
    if given.name not in arrays:
        raise BackendError(f"no value of {given.name!r}, which needs shape {show(given.shape)}")
    array, wanted = np.asarray(arrays[given.name]), native_dtype(given, dtype)
    if array.shape != given.shape or not np.can_cast(array.dtype, wanted, "same_kind"):
        raise BackendError(
            f"the value of {given.name!r} is {array.dtype} {show(array.shape)}, needs {wanted} {show(given.shape)}"
        )
    return copied(array, wanted)


def host(x: jax.Array) -> Array:
    """A copy in NumPy; labels are int64 whatever the precision."""
    array = np.array(x)
    return array.astype(np.int64) if array.dtype == np.int32 else array


def hosts(xs: Iterable[jax.Array]) -> tuple[Array, ...]:
    return tuple(host(x) for x in xs)


@contextmanager
def settings(dtype: str) -> Iterator[None]:
    """JAX computing in this dtype, compiling and raising nothing; the caller's own flags hold again afterwards."""
    with (
        jax.enable_x64(dtype == "float64"),
        jax.disable_jit(False),
        jax.debug_nans(False),
        jax.debug_infs(False),
        jax.numpy_rank_promotion("allow"),
    ):
        yield


def widened(x: Array) -> jax.Array:
    """An input of a replay: numbers become float64, labels and masks stay."""
    array = np.asarray(x)
    return copied(array, np.dtype(np.float64) if array.dtype.kind == "f" else array.dtype)


def copied(array: Array, dtype: np.dtype[Any]) -> jax.Array:
    """On the device, from a copy of its own: JAX may go on using the memory that it is handed."""
    with np.errstate(over="ignore"):  # a float64 number may be past float32's largest
        copy = np.array(array, dtype=dtype)
    native: jax.Array = jax.device_put(copy)
    return native
