"""Choices between numbers: the larger, the smaller, one inside bounds, one by a mask.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Op

OPS: tuple[Op, ...] = ()
