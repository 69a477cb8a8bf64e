"""Attention and the rotation of positions that goes with it.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Op

OPS: tuple[Op, ...] = ()
