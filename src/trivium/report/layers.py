"""Where the boxes of a drawn network stand: layers from top to bottom, and lanes for what is read further down.

Knows nothing of how a box looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trivium.spec.graph import Spec
from trivium.spec.signature import show

WIDE, HIGH, BETWEEN, ROW = 92, 34, 14, 58
"""A box's width and height, the room beside it, and the distance from layer to layer, in pixels."""
LANE = 10
"""The width of a lane, in which a line passes a layer whose boxes have no use for it."""


@dataclass(frozen=True)
class Box:
    """A step, or something fed in, and where it stands: the middle of its box.

    title  what stands in it: of a step, all that it makes
    """

    name: str
    title: str
    below: str
    given: bool
    x: float
    y: float


@dataclass(frozen=True)
class Layers:
    """Every step and given by name; and of each, where its lane passes the layers below, by layer from the top."""

    boxes: Mapping[str, Box]
    lanes: Mapping[str, Mapping[int, float]]

    def between(self, start: str, end: str) -> list[tuple[float, float]]:
        """The places that a line from box to box passes on its way."""
        top, bottom = (round((self.boxes[n].y - HIGH) / ROW) for n in (start, end))
        return [(self.lanes[start][row], row * ROW + HIGH) for row in range(top + 1, bottom)]


def layers(spec: Spec) -> Layers:
    """A step below all that it reads, a given just above its first reader, each as near as may be to what it reads."""
    level = _levels(spec)
    sources = {node.name: tuple(_box_of(spec, n) for n in dict.fromkeys(node.inputs)) for node in spec.nodes}
    last = {
        s: max(level[name] for name, read in sources.items() if s in read) for read in sources.values() for s in read
    }
    xs: dict[int, dict[str, float]] = {}
    for row in range(max(level.values()) + 1):
        above = xs.get(row - 1, {})
        boxed = [n for n, at in level.items() if at == row]
        passing = [n for n, at in level.items() if at < row < last.get(n, 0)]
        wished = {n: _below(above, sources.get(n, ()), spec) for n in boxed}
        wished |= {n: above[n] for n in passing}
        xs[row] = _placed(wished, {n: WIDE + BETWEEN if n in boxed else LANE for n in wished})
    left = min(x for row in xs.values() for x in row.values()) - (WIDE + BETWEEN) / 2
    ops = {node.name: node.op.name for node in spec.nodes}
    titles = {node.name: ", ".join(node.outputs) for node in spec.nodes}
    boxes = {
        n: Box(
            n,
            titles.get(n, n),
            ops.get(n, "") or show(spec.shapes[n]),
            n not in ops,
            xs[row][n] - left,
            row * ROW + HIGH,
        )
        for n, row in level.items()
    }
    lanes = {n: {row: x[n] - left for row, x in xs.items() if n in x and row != at} for n, at in level.items()}
    return Layers(boxes, lanes)


def _levels(spec: Spec) -> dict[str, int]:
    """The layer of every step, and of every given that is read; from the top, in the order of the network."""
    level: dict[str, int] = {}
    for node in spec.nodes:
        read = [level[spec.producer[n].name] for n in node.inputs if n in spec.producer]
        level[node.name] = max(read, default=0) + 1
    givens = {n: min(level[r.name] for r in spec.consumers[n]) - 1 for n in spec.givens if spec.consumers.get(n)}
    return {**level, **givens}


def _box_of(spec: Spec, name: str) -> str:
    """The box that a tensor comes out of: of several outputs of a step, the step's own."""
    return spec.producer[name].name if name in spec.producer else name


def _below(above: Mapping[str, float], read: Sequence[str], spec: Spec) -> float | None:
    """Where a box would stand: in the middle below the steps that it reads, or below what is fed in if that is all."""
    steps = [above[n] for n in read if n in above and n not in spec.givens]
    xs = steps or [above[n] for n in read if n in above]
    return sum(xs) / len(xs) if xs else None


def _placed(wished: Mapping[str, float | None], wide: Mapping[str, float]) -> dict[str, float]:
    """A row from left to right in the order of its wishes, nothing closer than its width; without a wish, last."""
    order = sorted(wished, key=lambda n: (wished[n] is None, wished[n] or 0.0))
    found: dict[str, float] = {}
    edge = float("-inf")
    for name in order:
        wish = wished[name]
        nearest = edge + wide[name] / 2
        found[name] = max(nearest, wish) if wish is not None else nearest if found else 0.0
        edge = found[name] + wide[name] / 2
    moved = [wish - found[n] for n, wish in wished.items() if wish is not None]
    shift = sum(moved) / len(moved) if moved else -sum(found.values()) / max(1, len(found))
    return {n: x + shift for n, x in found.items()}
