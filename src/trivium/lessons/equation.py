"""What a handwritten rule says of itself at a node, with the sums that the engine adds where an input was spread.

Knows nothing of terminals or pages.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trivium.backend import Array, Backend
from trivium.spec.graph import Spec
from trivium.spec.node import Node

APART = re.compile(r" {3,}")
"""Between the equations of one docstring."""


def equations(spec: Spec, node: Node, values: Mapping[str, Array], road: Backend) -> list[str]:
    """Of its forward function, then of its backward one; nothing of a road that has no rules."""
    if getattr(road, "rules", None) is None:
        return []
    source = road.style(node.op, spec.attributes(node), tuple(values[n] for n in node.inputs))
    functions = [f for f in ast.parse(source).body if isinstance(f, ast.FunctionDef)]
    forward, back = (_parts(f) for f in functions[:2])
    return [", ".join(said) for said in (forward, _summed(back, spec, node, road)) if said]


def gathered(spec: Spec, node: Node, values: Mapping[str, Array], road: Backend) -> str:
    """The backward equations where the engine adds a sum to one, which the rule's own docstring does not say."""
    return equations(spec, node, values, road)[-1] if gathers(spec, node, road) else ""


def gathers(spec: Spec, node: Node, road: Any) -> Mapping[int, tuple[int, ...]]:
    """The axes that the engine sums a gradient over, by the place of its input; none for one that was not spread."""
    if getattr(road, "rules", None) is None or not road.rule(node.op).broadcasts:
        return {}
    own = [sum(not token.startswith("*") for token in dims) for _, dims in node.op.signature.roles]
    shapes = [spec.shapes[n] for n in node.inputs]
    spread = [shape[: len(shape) - kept] for shape, kept in zip(shapes, own, strict=False)]
    whole = np.broadcast_shapes(*spread)
    found = {i: _repeated(shape, whole) for i, shape in enumerate(spread)}
    return {i: axes for i, axes in found.items() if axes}


def _repeated(shape: Sequence[int], whole: Sequence[int]) -> tuple[int, ...]:
    """The axes of the whole that the shape has not, or along which it has one entry for many."""
    new = len(whole) - len(shape)
    return tuple(i for i, n in enumerate(whole) if i < new or (shape[i - new] == 1 and n != 1))


def _parts(function: ast.FunctionDef) -> list[str]:
    """The equations in the first paragraph of its docstring."""
    text = (ast.get_docstring(function) or "").partition("\n\n")[0]
    return [p.strip() for p in APART.split(" ".join(line.strip() for line in text.splitlines())) if p.strip()]


def _summed(parts: Sequence[str], spec: Spec, node: Node, road: Backend) -> list[str]:
    """The equations, which stand in the order of the inputs that have a gradient, each with its sum."""
    sums = gathers(spec, node, road)
    moving = [i for i, name in enumerate(node.inputs) if name in spec.differentiable]
    axes = [sums.get(i, ()) for i in moving][: len(parts)]
    return [*map(_over, parts, axes), *parts[len(axes) :]]


def _over(part: str, axes: Sequence[int]) -> str:
    """b̄ = ȳ, gathered: b̄ = Σ ȳ over axis 0."""
    left, equals, right = part.partition(" = ")
    if not axes:
        return part
    what = f"({right})" if " " in right else right
    return f"{left}{equals}Σ {what} over {'axis' if len(axes) == 1 else 'axes'} {', '.join(map(str, axes))}"
