"""The catalogue's mistakes as edits of source: where two make the same change, the first here names it.

Knows nothing of files or of tests.
"""

from __future__ import annotations

from trivium.mutate.change import Edit
from trivium.mutate.edits import accumulation, coupling, geometry, layout, local, masks, missing, scale, upstream

EDITS: tuple[Edit, ...] = (
    *upstream.EDITS,
    *coupling.EDITS,
    *scale.EDITS,
    *geometry.EDITS,
    *masks.EDITS,
    *accumulation.EDITS,
    *local.EDITS,
    *layout.EDITS,
    *missing.EDITS,
)

__all__ = ["EDITS"]
