"""The family regression, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trivium.backend import Array


def reduced(terms: Array, shape: tuple[int, ...], attrs: dict[str, Any]) -> Any:
    """The sum of some terms, over what `reduction` says; `shape` is the first input's."""
    over = {"sum": 1, "mean": terms.size, "batchmean": shape[attrs["batch_axis"] or 0]}
    return terms.sum() / over[attrs["reduction"]]


NAIVE: Mapping[str, Callable[..., Any]] = {
    "squared_error": lambda p, t, **attrs: reduced((p - t) ** 2, p.shape, attrs),
    "absolute_error": lambda p, t, **attrs: reduced(abs(p - t), p.shape, attrs),
}
