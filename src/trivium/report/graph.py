"""A network as a drawn graph: layers from top to bottom, what is fed in above its first reader; an SVG in a page.

Knows nothing of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from trivium.report.phrase import clipped
from trivium.spec.graph import Spec
from trivium.spec.signature import show

WIDE, HIGH, BETWEEN, ROW = 92, 34, 14, 58
"""A box's width and height, the room beside it, and the distance from layer to layer, in pixels."""
TALL, NEAR = 14, 4
"""Layers of a graph that is seen at once; of a taller one, how many above and below the box that is looked for."""


@dataclass(frozen=True)
class Box:
    """A step, or something fed in, and where it stands: the middle of its box."""

    name: str
    below: str
    given: bool
    x: float
    y: float


@dataclass(frozen=True)
class Light:
    """How a box is marked: `kind` is a class of the stylesheet, `flag` a word that stands on the box."""

    kind: str
    flag: str = ""


NAME, BELOW, FLAG = 12, 15, 14
"""Letters of a box's name, of what stands below it, and of its flag that have room in it."""
DARK: Mapping[str, Light] = MappingProxyType({})


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


def tall(spec: Spec) -> bool:
    """Whether the graph has more layers than are seen at once."""
    return max(b.y for b in boxes(spec).values()) > TALL * ROW


def drawn(spec: Spec, lit: Mapping[str, Light] = DARK, *, around: str = "") -> str:
    """The graph as SVG, or its part around one box; a step's box has the class `node` and its name in `data-node`."""
    placed = boxes(spec)
    top, bottom = _window(placed, around)
    shown = [box for box in placed.values() if top <= box.y <= bottom]
    left = min(b.x for b in shown) - WIDE / 2 - BETWEEN / 2 if around else 0
    width = max(b.x for b in shown) + WIDE / 2 + BETWEEN - left
    parts = [*_edges(spec, placed, lit, (top, bottom)), *(_drawn_box(box, lit.get(box.name)) for box in shown)]
    size = f'viewBox="{left:g} {top - HIGH:g} {width:g} {bottom - top + 2 * HIGH:g}"'
    label = f"The graph of {spec.name}: {len(spec.nodes)} steps{_told(lit)}"
    return f'<svg {size} style="--natural:{width:g}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _window(placed: Mapping[str, Box], around: str) -> tuple[float, float]:
    """The highest and the lowest row to be drawn."""
    top, bottom = min(b.y for b in placed.values()), max(b.y for b in placed.values())
    if around not in placed:
        return top, bottom
    return max(top, placed[around].y - NEAR * ROW), min(bottom, placed[around].y + NEAR * ROW)


def _edges(
    spec: Spec, placed: Mapping[str, Box], lit: Mapping[str, Light], window: tuple[float, float]
) -> Iterator[str]:
    for node in spec.nodes:
        end = placed[node.name]
        for name in dict.fromkeys(node.inputs):
            start = placed[spec.producer[name].name if name in spec.producer else name]
            if end.y < window[0] or start.y > window[1]:
                continue
            y0, y1 = start.y + HIGH / 2, end.y - HIGH / 2
            middle = (y0 + y1) / 2
            path = f"M{start.x:g} {y0:g}C{start.x:g} {middle:g} {end.x:g} {middle:g} {end.x:g} {y1:g}"
            kind = "edge inherits" if start.name in lit and end.name in lit else "edge"
            yield f'<path class="{kind}" data-from="{escape(start.name)}" data-to="{escape(end.name)}" d="{path}"/>'


def _drawn_box(box: Box, light: Light | None) -> str:
    name, below = escape(clipped(box.name, NAME)), escape(clipped(box.below, BELOW))
    kind = " ".join(filter(None, ("given" if box.given else "node", light.kind if light else "")))
    return (
        f'<g class="{kind}" data-node="{escape(box.name)}"><rect x="{box.x - WIDE / 2:g}" y="{box.y - HIGH / 2:g}" '
        f'width="{WIDE}" height="{HIGH}" rx="6"/><text x="{box.x:g}" y="{box.y - 2:g}">{name}</text>'
        f'<text class="below" x="{box.x:g}" y="{box.y + 11:g}">{below}</text>'
        f"{_flag(box, light.flag) if light and light.flag else ''}</g>"
    )


def _flag(box: Box, flag: str) -> str:
    """A word on the box's lower right corner, where no edge leaves."""
    word = clipped(flag, FLAG)
    wide = 6 * len(word) + 10
    right, y = box.x + WIDE / 2 + 8, box.y + HIGH / 2
    return (
        f'<g class="flag"><rect x="{right - wide:g}" y="{y - 2:g}" width="{wide}" height="14" rx="7"/>'
        f'<text x="{right - wide / 2:g}" y="{y + 8.5:g}">{escape(word)}</text></g>'
    )


def _told(lit: Mapping[str, Light]) -> str:
    """What is lit, for who does not see it."""
    kinds = dict.fromkeys(light.kind for light in lit.values())
    return "".join(f"; {kind}: {', '.join(n for n, light in lit.items() if light.kind == kind)}" for kind in kinds)
