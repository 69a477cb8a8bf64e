"""How far two distributions, or two points, are apart. The reduction is stated, never implied.

Knows nothing of how a backend computes them.
"""

from __future__ import annotations

from trivium.spec.op import Op

OPS: tuple[Op, ...] = ()
