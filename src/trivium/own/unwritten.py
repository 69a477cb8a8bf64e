"""What a person has still to write: numbers that are none, of a kind that no computation makes, and most hand on.

Knows nothing of gradients.
"""

from __future__ import annotations

import numpy as np

from trivium.backend import Array

TODO = np.uint64(0x7FFF70D000000000).view(np.float64)
"""A NaN with digits of its own; one that a computation makes has none."""
WHY = "it is still to be written"


def is_unwritten(x: Array) -> bool:
    """Whether what is not finite in it comes from what is still to be written, and from nothing else."""
    if x.dtype.kind != "f":
        return False
    strange = x[~np.isfinite(x)].astype(np.float64)
    return bool(strange.size and (np.abs(strange).view(np.uint64) == TODO.view(np.uint64)).all())
