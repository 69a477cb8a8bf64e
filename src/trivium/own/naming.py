"""What a person's name for a gradient means: `dW1`, `grad_w1` and `w1_grad` are the gradient of w1.

Knows nothing of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

BEFORE = ("", "d", "d_", "g_", "grad_", "grad", "delta_", "dl_d", "dj_d", "dc_d", "dloss_d", "dcost_d", "dldt_", "bar_")
AFTER = ("", "_grad", "_bar", ".grad", "_g", "_gradient")
AFFIXES = tuple((before, after) for before in BEFORE for after in AFTER)
SCALARS = ("loss", "cost", "l", "j", "c", "error", "objective")
"""What people call the number that they differentiate."""


def meant(said: str, known: Iterable[str]) -> str | None:
    """The name among these that a gradient's name means; its own, before any that has a prefix or a suffix off."""
    names = list(known)
    if said in names:
        return said
    return _within(said, {n: n for n in names}) or _within(_plain(said), _by_lower(names))


def meanings(said: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """What several names mean: with one prefix or suffix off all of them, where that makes each of them known."""
    words, names = list(said), list(known)
    for before, after in AFFIXES:
        cores = {w: w[len(before) : len(w) - len(after)] for w in words if w.startswith(before) and w.endswith(after)}
        if before + after and len(cores) == len(words) and set(cores.values()) <= set(names):
            return cores
    found: dict[str, str] = {}
    for word in words:
        name = meant(word, [n for n in names if n not in found.values()])
        if name is not None:
            found[word] = name
    return found


def _within(text: str, known: dict[str, str]) -> str | None:
    for before, after in AFFIXES:
        if text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after):
            core = text[len(before) : len(text) - len(after)]
            if core in known:
                return known[core]
    return None


def _by_lower(names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        _ = found.setdefault(_plain(name), name)
    return found


def is_scalar(said: str) -> bool:
    """Whether a name is one that people give the number that they differentiate."""
    return _plain(said) in SCALARS


def _plain(name: str) -> str:
    return re.sub(r"\s+", "_", name.strip()).lower()
