"""A report as a web page that stands alone.

Knows nothing of HTML but the template beside it; everything shown is escaped there.
"""

from __future__ import annotations

from trivium.compare.comparison import Comparison


def page(c: Comparison, command: str) -> str:
    return ""


def fragment(c: Comparison, command: str) -> str:
    return ""
