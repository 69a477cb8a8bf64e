"""Lines on logarithmic axes, as SVG in a page: the step shrinks to the right.

Knows nothing of what the lines are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDE, HIGH, LEFT, TOP = 620, 300, 54, 12
GAP, ROW, LETTER = 16, 18, 7.2
"""Between the axes and the legend, from name to name in it, and the width of a letter there."""


@dataclass(frozen=True)
class Trace:
    """A name and points (x, y); those that are not finite are left out, those below the axis stand on it."""

    name: str
    points: tuple[tuple[float, float], ...]


def loglog(
    lines: Sequence[Trace],
    xs: tuple[float, float],
    ys: tuple[float, float],
    label: str,
    rule: tuple[float, str] | None = None,
) -> str:
    """The lines between these ends, left to right and bottom to top; `rule` is a height to be marked, and its name."""
    x0, x1 = map(math.log10, xs)
    y0, y1 = map(math.log10, ys)

    def x(value: float) -> float:
        return LEFT + WIDE * (math.log10(value) - x0) / (x1 - x0)

    def y(value: float) -> float:
        inside = min(max(value, ys[0]), ys[1])
        return TOP + HIGH * (1 - (math.log10(inside) - y0) / (y1 - y0))

    across, up = _ticks(x0, x1), _ticks(y0, y1)
    parts = [
        f'<path class="axis" d="M{LEFT} {TOP}V{TOP + HIGH}H{LEFT + WIDE}"/>',
        *(f'<text x="{LEFT - 8}" y="{y(10.0**k) + 4:g}" class="end">1e{k}</text>' for k in up),
        *(f'<text x="{x(10.0**k):g}" y="{TOP + HIGH + 18}" class="middle">1e{k}</text>' for k in across),
    ]
    if rule is not None:
        parts.append(f'<path class="rule" d="M{LEFT} {y(rule[0]):g}H{LEFT + WIDE}"/>')
        parts.append(f'<text x="{LEFT + WIDE - 4}" y="{y(rule[0]) - 5:g}" class="end">{escape(rule[1])}</text>')
    for i, line in enumerate(lines):
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line.points if math.isfinite(b))
        height = TOP + GAP + ROW * i
        parts.append(f'<polyline class="way{i}" points="{points}"/>')
        parts.append(f'<path class="way{i}" d="M{LEFT + WIDE + GAP} {height - 4}h26"/>')
        parts.append(f'<text x="{LEFT + WIDE + 48}" y="{height}">{escape(line.name)}</text>')
    legend = 56 + LETTER * max(len(line.name) for line in lines)
    box = f"0 0 {LEFT + WIDE + legend:g} {TOP + HIGH + 28}"
    return f'<svg class="curve" viewBox="{box}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _ticks(first: float, last: float) -> range:
    """Every decade, or every third or fourth where they are many."""
    low, high = sorted((round(first), round(last)))
    return range(low, high + 1, 1 if high - low <= 6 else 3 if high - low <= 16 else 4)
