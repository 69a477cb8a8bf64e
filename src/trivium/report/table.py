"""A table in plain text: columns as wide as what they hold, the first one clipped where the page ends.

Knows nothing of what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from trivium.report.phrase import clipped

Row = Sequence[str]


def table(rows: Sequence[Row], *, align: str, width: int, gap: int = 2, indent: int = 0) -> list[str]:
    """One line a row; `align` has < or > for each column; only the first column gives way."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    rest = sum(widths[1:]) + gap * (len(widths) - 1) + indent
    widths[0] = min(widths[0], max(width - rest, 8))
    return [_line(row, widths, align, gap, indent) for row in rows]


def _line(row: Row, widths: Sequence[int], align: str, gap: int, indent: int) -> str:
    first = clipped(row[0], widths[0])
    cells = [f"{cell:{side}{w}}" for cell, side, w in zip((first, *row[1:]), align, widths, strict=True)]
    return (" " * indent + (" " * gap).join(cells)).rstrip()
