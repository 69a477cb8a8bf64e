"""Every op's derivation, a family in a file: from what it computes to what its backward rule returns.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from importlib import import_module

from trivium.lessons.derivations.line import Derivations, Line
from trivium.ops import FAMILIES

__all__ = ["DERIVATIONS", "Line"]

DERIVATIONS: Derivations = {
    op: lines
    for family in FAMILIES
    for op, lines in import_module(f"trivium.lessons.derivations.{family}").DERIVATIONS.items()
}
