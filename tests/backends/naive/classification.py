"""The family classification, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from tests.backends.naive.regression import reduced
from trivium.backend import Array


def rows(scores: Array, labels: Array, class_axis: int, ignored: int | None) -> Iterator[tuple[Array, int]]:
    """Each label that is counted, with the scores of its classes."""
    by_row = np.moveaxis(scores, class_axis, -1).reshape(-1, scores.shape[class_axis])
    return ((row, label) for row, label in zip(by_row, np.ravel(labels).tolist(), strict=True) if label != ignored)


def divided(total: float, counts: float, shape: tuple[int, ...], attrs: Mapping[str, Any]) -> float:
    if attrs["reduction"] == "batchmean":
        return total / shape[attrs["batch_axis"]]
    return total / {"sum": 1, "mean": counts}[attrs["reduction"]]


def softmax(row: Array) -> Array:
    return np.exp(row) / np.exp(row).sum()


def cross_entropy(
    logits: Array,
    labels: Array,
    weights: Array | None = None,
    *,
    class_axis: int,
    ignored: int | None,
    smoothing: float,
    temperature: float,
    **attrs: Any,
) -> Any:
    classes = logits.shape[class_axis]
    w = np.ones(classes) if weights is None else weights
    total = counts = 0.0
    for row, y in rows(logits, labels, class_axis, ignored):
        p = softmax(row / temperature)
        total += (1 - smoothing) * w[y] * -np.log(p[y])
        for c in range(classes):
            total += smoothing / classes * w[c] * -np.log(p[c])
        counts += w[y]
    return divided(total, counts, logits.shape, attrs)


def soft_cross_entropy(logits: Array, targets: Array, temperature: float, **attrs: Any) -> Any:
    classes = logits.shape[-1]
    pairs = zip(logits.reshape(-1, classes), targets.reshape(-1, classes), strict=True)
    terms = [-sum(t * np.log(softmax(row / temperature))) for row, t in pairs]
    return divided(sum(terms), len(terms), logits.shape, attrs)


def nll(
    x: Array, labels: Array, weights: Array | None = None, *, class_axis: int, ignored: int | None, **attrs: Any
) -> Any:
    w = np.ones(x.shape[class_axis]) if weights is None else weights
    found = list(rows(x, labels, class_axis, ignored))
    return divided(sum(-w[y] * row[y] for row, y in found), sum(w[y] for _, y in found), x.shape, attrs)


def binary_cross_entropy_with_logits(x: Array, t: Array, w: Array | float = 1.0, **attrs: Any) -> Any:
    p = 1 / (1 + np.exp(-x))
    return reduced(-w * t * np.log(p) - (1 - t) * np.log(1 - p), x.shape, attrs)


def multiclass_hinge(scores: Array, labels: Array, margin: float, **attrs: Any) -> Any:
    total = 0.0
    for row, y in rows(scores, labels, 1, None):
        for c in range(len(row)):
            total += 0 if c == y else max(0, margin + row[c] - row[y])
    return divided(total, len(labels), scores.shape, attrs)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "cross_entropy": cross_entropy,
    "soft_cross_entropy": soft_cross_entropy,
    "nll": nll,
    "binary_cross_entropy": lambda p, t, **attrs: reduced(-t * np.log(p) - (1 - t) * np.log(1 - p), p.shape, attrs),
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "hinge": lambda s, t, **attrs: reduced(np.maximum(0, 1 - s * t), s.shape, attrs),
    "multiclass_hinge": multiclass_hinge,
}
