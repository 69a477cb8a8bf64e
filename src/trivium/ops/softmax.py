"""Softmax along one axis, its logarithm, and softmax under a mask.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Op

OPS: tuple[Op, ...] = ()
