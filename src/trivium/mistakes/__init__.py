"""THE CATALOGUE: mistakes that people make in gradients, each of which can be planted, recognised and explained.

Knows nothing of backends or verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from trivium.mistakes.mistake import FAMILIES, Mistake, Place, Plant, Step, places, plants
from trivium.mistakes.pair import AND, COMMONEST, Both, pairs

FILES = ("scale", "divisor", "layout", "local", "losses", "coupling", "norm", "accumulation", "state", "upstream",
         "recurrence", "singular", "geometry", "precision", "missing")  # fmt: skip
"""In the order of FAMILIES, of which A, C and D have two files each."""
MISTAKES: Mapping[str, Mistake] = MappingProxyType(
    {m.name: m for file in FILES for m in import_module(f"{__name__}.{file}").MISTAKES}
)

__all__ = [
    "AND",
    "COMMONEST",
    "FAMILIES",
    "MISTAKES",
    "Both",
    "Mistake",
    "Place",
    "Plant",
    "Step",
    "pairs",
    "places",
    "plants",
]
