"""What a person's name for a gradient means: `dW1`, `grad_w1` and `w1_grad` are the gradient of w1.

Knows nothing of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

BEFORE = ("", "d", "d_", "g_", "grad_", "grad", "delta_", "dl_d", "dj_d", "dc_d", "dloss_d", "dcost_d", "dldt_", "bar_")
AFTER = ("", "_grad", "_bar", ".grad", "_g", "_gradient")
SCALARS = ("loss", "cost", "l", "j", "c", "error", "objective")
"""What people call the number that they differentiate."""


def meant(said: str, known: Iterable[str]) -> str | None:
    """The name among these that a gradient's name means; its own, before any that has a prefix or a suffix off."""
    by_lower: dict[str, str] = {}
    for name in known:
        if name == said:
            return name
        _ = by_lower.setdefault(_plain(name), name)
    text = _plain(said)
    for before in BEFORE:
        for after in AFTER:
            if text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after):
                core = text[len(before) : len(text) - len(after)]
                if core in by_lower:
                    return by_lower[core]
    return None


def is_scalar(said: str) -> bool:
    """Whether a name is one that people give the number that they differentiate."""
    return _plain(said) in SCALARS


def _plain(name: str) -> str:
    return re.sub(r"\s+", "_", name.strip()).lower()
