"""Lookups and their transposes: rows by label, entries along an axis, sums into places.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Op

OPS: tuple[Op, ...] = ()
