"""What a person feeds in: the numbers that a spec's inputs and parameters may hold, checked, drawn and read from files.

Knows the spec and nothing of backends or of what a check does with the numbers.
"""

from __future__ import annotations

from trivium.given.check import check_values, shapes_of
from trivium.given.file import read_values
from trivium.given.kind import KINDS, Rule, as_float32

__all__ = ["KINDS", "Rule", "as_float32", "check_values", "read_values", "shapes_of"]
