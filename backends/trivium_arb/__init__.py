"""THE REFEREE: balls that provably contain the exact value and gradient, by python-flint.

Knows nothing of the roads: every op is its definition, over a few primitives, and one tape differentiates them.
"""

from __future__ import annotations

from trivium_arb.referee import REFEREE, Referee

__all__ = ["REFEREE", "Referee"]
