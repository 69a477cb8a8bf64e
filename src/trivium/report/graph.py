"""A network as a drawn graph: its boxes in layers, lines between them, some of them lit; an SVG in a page.

Knows nothing of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from types import MappingProxyType

from trivium.errors import counted
from trivium.report.layers import BETWEEN, HIGH, ROW, WIDE, Box, Layers, layers
from trivium.report.phrase import clipped
from trivium.spec.graph import Spec

TALL, NEAR = 14, 4
"""Layers of a graph that is seen at once; of a taller one, how many above and below the box that is looked for."""


@dataclass(frozen=True)
class Light:
    """How a box is marked: `kind` is a class of the stylesheet, `flag` a word that stands on the box."""

    kind: str
    flag: str = ""


NAME, BELOW, FLAG = 12, 15, 14
"""Letters of a box's name, of what stands below it, and of its flag that have room in it."""
DARK: Mapping[str, Light] = MappingProxyType({})


def tall(laid: Layers) -> bool:
    """Whether the graph has more layers than are seen at once."""
    return max(b.y for b in laid.boxes.values()) > TALL * ROW


def drawn(spec: Spec, lit: Mapping[str, Light] = DARK, *, around: str = "", laid: Layers | None = None) -> str:
    """The graph as SVG, or its part around one box; a step's box has the class `node` and its name in `data-node`.

    laid  the layers of the spec, where they are known already
    """
    laid = laid or layers(spec)
    placed = laid.boxes
    top, bottom = _window(placed, around)
    shown = [box for box in placed.values() if top <= box.y <= bottom]
    left = min(b.x for b in shown) - WIDE / 2 - BETWEEN / 2 if around else 0
    width = max(b.x for b in shown) + (WIDE + BETWEEN) / 2 - left
    parts = [*_edges(spec, laid, lit, (top, bottom)), *(_drawn_box(box, lit.get(box.name)) for box in shown)]
    size = f'viewBox="{left:g} {top - HIGH:g} {width:g} {bottom - top + 2 * HIGH:g}"'
    label = f"The graph of {spec.name}: {counted(len(spec.nodes), 'step')}{_told(lit)}"
    return f'<svg {size} style="--natural:{width:g}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _window(placed: Mapping[str, Box], around: str) -> tuple[float, float]:
    """The highest and the lowest row to be drawn."""
    top, bottom = min(b.y for b in placed.values()), max(b.y for b in placed.values())
    if around not in placed:
        return top, bottom
    return max(top, placed[around].y - NEAR * ROW), min(bottom, placed[around].y + NEAR * ROW)


def _edges(spec: Spec, laid: Layers, lit: Mapping[str, Light], window: tuple[float, float]) -> Iterator[str]:
    for node in spec.nodes:
        end = laid.boxes[node.name]
        for name in dict.fromkeys(node.inputs):
            start = laid.boxes[spec.producer[name].name if name in spec.producer else name]
            if end.y < window[0] or start.y > window[1]:
                continue
            path = _path([(start.x, start.y), *laid.between(start.name, end.name), (end.x, end.y)])
            kind = "edge inherits" if start.name in lit and end.name in lit else "edge"
            yield f'<path class="{kind}" data-from="{escape(start.name)}" data-to="{escape(end.name)}" d="{path}"/>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    """A line from below a box to above another, straight down each layer between, bent from one to the next."""
    half = HIGH / 2
    found = f"M{points[0][0]:g} {points[0][1] + half:g}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        found += f"C{x0:g} {middle:g} {x1:g} {middle:g} {x1:g} {y1 - half:g}"
        found += f"V{y1 + half:g}" if (x1, y1) != points[-1] else ""
    return found


def _drawn_box(box: Box, light: Light | None) -> str:
    name, below = escape(clipped(box.title, NAME)), escape(clipped(box.below, BELOW))
    kind = " ".join(filter(None, ("given" if box.given else "node", light.kind if light else "")))
    return (
        f'<g class="{kind}" data-node="{escape(box.name)}">{_whole(box)}'
        f'<rect x="{box.x - WIDE / 2:g}" y="{box.y - HIGH / 2:g}" width="{WIDE}" height="{HIGH}" rx="6"/>'
        f'<text x="{box.x:g}" y="{box.y - 2:g}">{name}</text>'
        f'<text class="below" x="{box.x:g}" y="{box.y + 11:g}">{below}</text>'
        f"{_flag(box, light.flag) if light and light.flag else ''}</g>"
    )


def _whole(box: Box) -> str:
    """What a pointer that rests on the box is told, where there is no room for it."""
    cut = len(box.title) > NAME or len(box.below) > BELOW
    return f"<title>{escape(f'{box.title}: {box.below}')}</title>" if cut else ""


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
