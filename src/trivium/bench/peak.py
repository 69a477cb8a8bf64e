"""What this machine can do on the cores given: the largest rate of a matrix product, and of copying memory.

Knows nothing of networks.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from trivium.backend import Array
from trivium.bench.clock import timed

SIDE, COPIED, TRIES = 1536, 1 << 26, 7
"""A matrix that fills no cache and is done in a moment; bytes that no cache holds."""


def peaks() -> dict[str, float]:
    """Operations a second of NumPy's matrix product, by precision, and bytes a second that are read and written."""
    found = {}
    for dtype in ("float64", "float32"):
        a: Array = np.random.default_rng(0).standard_normal((SIDE, SIDE)).astype(dtype)
        out = np.empty_like(a)
        seconds = min(timed(partial(np.matmul, a, a, out=out)) for _ in range(TRIES))
        found[f"matmul_{dtype}"] = 2 * SIDE**3 / seconds
    source = np.ones(COPIED // 8)
    target = np.zeros_like(source)
    seconds = min(timed(partial(np.copyto, target, source)) for _ in range(TRIES))
    return found | {"copy": 2 * COPIED / seconds}
