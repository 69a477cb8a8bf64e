"""Normalization by statistics of a batch, a group, a layer or a row.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Op

OPS: tuple[Op, ...] = ()
