"""Convolutions, which slide a kernel over positions without flipping it, and their transposes.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Op

OPS: tuple[Op, ...] = ()
