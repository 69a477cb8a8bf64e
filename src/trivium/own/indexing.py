"""What `x[...]` takes of a symbol: places and pieces along axes, rows of a table, the entry of each row's label.

Knows nothing of how a symbol records an op.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def item(x: Any, keys: tuple[Any, ...]) -> Any:
    """Places and pieces along axes; of (arange, labels), each row's entry of its label."""
    if len(keys) == 2 and hasattr(keys[1], "tensor") and x.ndim == 2:
        return _of_each_row(x, *keys)
    if len(keys) == 1 and hasattr(keys[0], "tensor") and x.ndim == 2:
        return x.op("embedding", x, keys[0])
    if any(key is Ellipsis for key in keys) or len(keys) > x.ndim + sum(key is None for key in keys):
        raise TypeError("no op takes such an index")
    found, shape, axis = x, list[int](), 0
    for key in keys:
        if key is None:
            shape.append(1)
            continue
        found = _piece(found, axis, key)
        shape += [found.shape[axis]] if isinstance(key, slice) else []
        axis += 1
    return found.reshape(*shape, *found.shape[axis:])


def _of_each_row(x: Any, rows: Any, labels: Any) -> Any:
    numbers = labels.behind.given.get(str(labels.tensor._source))
    if numbers is None or not np.array_equal(np.asarray(rows), np.arange(len(x))):
        raise TypeError("only each row once, at labels that are given")
    taken = x.op("take_along_axis", x, numbers.reshape(-1, 1), axis=1)
    return taken.reshape(len(x))


def _piece(x: Any, axis: int, key: Any) -> Any:
    """One place or piece along an axis, which stays."""
    length = x.shape[axis]
    if isinstance(key, int | np.integer):
        at = int(key) + (length if key < 0 else 0)
        if not 0 <= at < length:
            raise IndexError(f"{key} is outside of {length}")
        return x.op("slice", x, axis=axis, start=at, stop=at + 1)
    if not isinstance(key, slice):
        raise TypeError("no op takes such an index")
    start, stop, step = key.indices(length)
    if step < 1 or stop <= start:
        raise TypeError("no op takes such a slice")
    whole = (start, stop, step) == (0, length, 1)
    return x if whole else x.op("slice", x, axis=axis, start=start, stop=stop, step=step)
