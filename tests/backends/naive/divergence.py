"""The family divergence, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.backends.naive.regression import reduced
from trivium.backend import Array


def kl_divergence(p: Array, q: Array, **attrs: Any) -> Any:
    rows = zip(p.reshape(-1, p.shape[-1]), q.reshape(-1, q.shape[-1]), strict=True)
    terms = [sum(a * math.log(a / b) for a, b in zip(*row, strict=True) if a > 0) for row in rows]
    return reduced(np.array(terms), p.shape, attrs)


def gaussian_nll(p: Array, t: Array, v: Array, *, full: bool, **attrs: Any) -> Any:
    """-log of the density, which has √(2πv) below; without √(2π) where not full."""
    density = np.exp(-((p - t) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v if full else v)
    return reduced(-np.log(density), p.shape, attrs)


def cosine_similarity_loss(a: Array, b: Array, axis: int, eps: float, **attrs: Any) -> Any:
    sizes = [np.maximum(np.sqrt((x * x).sum(axis)), eps) for x in (a, b)]
    return reduced(1 - (a * b).sum(axis) / (sizes[0] * sizes[1]), a.shape, attrs)


def triplet(anchor: Array, positive: Array, negative: Array, margin: float, *, squared: bool, **attrs: Any) -> Any:
    power = 2 if squared else 1
    near, far = (np.linalg.norm(anchor - x, axis=-1) ** power for x in (positive, negative))
    return reduced(np.maximum(near - far + margin, 0), anchor.shape, attrs)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "kl_divergence": kl_divergence,
    "gaussian_kl": lambda m, x, **attrs: reduced((np.exp(x) + m**2 - 1 - x) / 2, m.shape, attrs),
    "gaussian_nll": gaussian_nll,
    "cosine_similarity_loss": cosine_similarity_loss,
    "triplet": triplet,
}
