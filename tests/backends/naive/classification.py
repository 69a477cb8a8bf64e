"""The family classification, each op written out as its definition reads, entry by entry where a loop says it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.backends.naive.regression import reduced
from trivium.backend import Array


def cross_entropy(logits: Array, labels: Array, class_axis: int, **attrs: Any) -> Any:
    chosen = np.take_along_axis(logits, np.expand_dims(labels, class_axis), class_axis).squeeze(class_axis)
    return reduced(np.log(np.exp(logits).sum(axis=class_axis)) - chosen, logits.shape, attrs)


NAIVE: Mapping[str, Callable[..., Any]] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy_with_logits": lambda x, t, **attrs: reduced(np.log(1 + np.exp(x)) - t * x, x.shape, attrs),
}
