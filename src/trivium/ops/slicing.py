"""Parts of a tensor, and tensors around it: slices, flips, rolls, padding, repetition.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Op

OPS: tuple[Op, ...] = ()
