"""A line of a derivation.

Knows nothing of any op.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """Why, in words, and what follows, in LaTeX.

    A bar over a name is the loss's gradient with respect to it, as in the handwritten rules; the loss is L.
    """

    words: str
    latex: str


Derivations = Mapping[str, tuple[Line, ...]]
"""By op: from what it computes to what its backward rule returns."""
