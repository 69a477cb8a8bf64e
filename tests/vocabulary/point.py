"""One op at numbers chosen on purpose: on its kinks, at its ties, at the limits of arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trivium.backend import Array


@dataclass(frozen=True)
class Point:
    """An op at these inputs, and the verdict that a check of all roads must come to there.

    why      what is special, in a few words; the test's name
    inputs   numbers or arrays, one per role
    verdict  "agree", "convention" (roads differ inside of what a kink leaves open), or "undecided" (outside its domain)
    """

    op: str
    why: str
    inputs: tuple[Any, ...]
    attrs: Mapping[str, Any] = field(default_factory=dict)
    verdict: str = "agree"

    @property
    def arrays(self) -> tuple[Array, ...]:
        return tuple(np.asarray(x) for x in self.inputs)
