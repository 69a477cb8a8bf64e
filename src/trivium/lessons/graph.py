"""A network as a drawn graph: layers from top to bottom, what is fed in above its first reader; an SVG in a page.

Knows nothing of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from trivium.spec.graph import Spec
from trivium.spec.signature import show

WIDE, HIGH, BETWEEN, ROW = 92, 34, 14, 58
"""A box's width and height, the room beside it, and the distance from layer to layer, in pixels."""


@dataclass(frozen=True)
class Box:
    """A step, or something fed in, and where it stands: the middle of its box."""

    name: str
    below: str
    given: bool
    x: float
    y: float


def boxes(spec: Spec) -> Mapping[str, Box]:
    """Every step and given by name, in layers: a step below all that it reads, a given just above its first reader."""
    layer = {node.name: 0 for node in spec.nodes}
    for node in spec.nodes:
        above = [layer[spec.producer[n].name] for n in node.inputs if n in spec.producer]
        layer[node.name] = max(above, default=0) + 1
    places: dict[int, list[str]] = {}
    for name in (name for node in spec.nodes for name in (*node.inputs, node.name)):
        at = layer[name] if name in layer else min((layer[n.name] for n in spec.consumers.get(name, ())), default=1) - 1
        row = places.setdefault(at, [])
        if (name in layer or name in spec.givens) and name not in row:
            row.append(name)
    widest = max(len(row) for row in places.values())
    ops = {node.name: node.op.name for node in spec.nodes}
    found: dict[str, Box] = {}
    for y, row in places.items():
        left = (widest - len(row)) * (WIDE + BETWEEN) / 2
        ordered = sorted(row, key=lambda n: (n not in ops, row.index(n)))
        for i, name in enumerate(ordered):
            x = left + i * (WIDE + BETWEEN) + WIDE / 2 + BETWEEN / 2
            found[name] = Box(name, ops.get(name, show(spec.shapes[name])), name not in ops, x, y * ROW + HIGH)
    return found


def drawn(spec: Spec) -> str:
    """The graph as SVG; a step's box has the class `node` and its name in `data-node`."""
    placed = boxes(spec)
    width = max(b.x for b in placed.values()) + WIDE / 2 + BETWEEN
    height = max(b.y for b in placed.values()) + HIGH
    parts = []
    for node in spec.nodes:
        end = placed[node.name]
        for name in dict.fromkeys(node.inputs):
            start = placed[spec.producer[name].name if name in spec.producer else name]
            y0, y1 = start.y + HIGH / 2, end.y - HIGH / 2
            middle = (y0 + y1) / 2
            path = f"M{start.x:g} {y0:g}C{start.x:g} {middle:g} {end.x:g} {middle:g} {end.x:g} {y1:g}"
            parts.append(
                f'<path class="edge" data-from="{escape(start.name)}" data-to="{escape(end.name)}" d="{path}"/>'
            )
    for box in placed.values():
        kind, name = "given" if box.given else "node", escape(_short(box.name))
        parts.append(
            f'<g class="{kind}" data-node="{escape(box.name)}"><rect x="{box.x - WIDE / 2:g}" y="{box.y - HIGH / 2:g}" '
            f'width="{WIDE}" height="{HIGH}" rx="6"/><text x="{box.x:g}" y="{box.y - 2:g}">{name}</text>'
            f'<text class="below" x="{box.x:g}" y="{box.y + 11:g}">{escape(_short(box.below))}</text></g>'
        )
    label = f"The graph of {escape(spec.name)}: {len(spec.nodes)} steps"
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _short(text: str, room: int = 14) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"
