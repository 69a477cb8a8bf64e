"""Convolutions by hand.

Knows nothing of the other roads.
"""

from __future__ import annotations

from trivium_numpy.rule import Rule

RULES: dict[str, Rule] = {}
