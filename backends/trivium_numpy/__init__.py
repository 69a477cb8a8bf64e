"""ROAD 1: backpropagation by hand, in NumPy.

Knows nothing of the other roads.
"""

from __future__ import annotations

from importlib import import_module

from trivium.ops import FAMILIES
from trivium_numpy.backprop import NumpyBackend

BACKEND = NumpyBackend(
    {name: rule for family in FAMILIES for name, rule in import_module(f"trivium_numpy.{family}").RULES.items()}
)
