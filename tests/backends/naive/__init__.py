"""Definitions written out, one file a family, and with loops where a rule is clever: what a road's values are held to.

Knows no road.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from trivium.ops import FAMILIES

NAIVE: Mapping[str, Callable[..., Any]] = {
    name: f for family in FAMILIES for name, f in import_module(f"{__name__}.{family}").NAIVE.items()
}
"""Per op: (*inputs, **attributes) -> its value, or a sequence of its values."""
