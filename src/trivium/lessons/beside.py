"""A person's own code beside a network: which of its lines makes what a step makes, by the names it gives to things.

Knows nothing of what the code computes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from trivium.errors import SpecError
from trivium.own.naming import meant
from trivium.own.source import text_of
from trivium.spec.graph import Spec
from trivium.spec.node import Node


@dataclass(frozen=True)
class Written:
    """A statement that names something: its first line, and its source."""

    line: int
    text: str


@dataclass(frozen=True)
class Beside:
    """A file's statements, by the tensor whose value, or whose gradient, they name."""

    file: str
    values: Mapping[str, Written]
    gradients: Mapping[str, Written]

    def forward(self, node: Node) -> list[Written]:
        """What makes the step's results."""
        return [self.values[n] for n in node.outputs if n in self.values]

    def backward(self, spec: Spec, node: Node) -> list[Written]:
        """What makes the gradients that the step gives; of one without a name, the line further back that reads it."""
        found: dict[Written, None] = {}
        for name in dict.fromkeys(node.inputs):
            nearest = self._nearest(spec, name)
            if nearest is not None:
                found[nearest] = None
        return sorted(found, key=lambda w: w.line)

    def _nearest(self, spec: Spec, name: str) -> Written | None:
        """What makes the gradient of a tensor, or of the nearest one further back that has a name for it."""
        waiting, seen = [name], {name}
        for here in waiting:  # grows while it is walked
            if here in self.gradients:
                return self.gradients[here]
            further = spec.producer[here].inputs if here in spec.producer else ()
            waiting += [n for n in dict.fromkeys(further) if n not in seen]
            seen.update(further)
        return None


def beside(spec: Spec, path: Path) -> Beside:
    """The file's assignments to names that are the network's, or that mean a gradient of one: W1 is w1, dW1 is not.

    Raises SpecError where the file cannot be read, or names no gradient.
    """
    try:
        source = text_of(path)
        tree = ast.parse(source)
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise SpecError(f"{path} cannot be read as Python: {error or type(error).__name__}") from error
    plainly = {name.lower(): name for name in spec.shapes}
    values: dict[str, Written] = {}
    gradients: dict[str, Written] = {}
    for name, statement in _assigned(tree):
        written = Written(statement.lineno, ast.get_source_segment(source, statement) or "")
        of = meant(name, spec.shapes)
        if name in spec.shapes or name.lower() in plainly:
            _ = values.setdefault(name if name in spec.shapes else plainly[name.lower()], written)
        elif of is not None:
            _ = gradients.setdefault(of, written)
    if not gradients:
        raise SpecError(
            f"{path} assigns to no name that means a gradient of {spec.name}, such as grad_{spec.nodes[0].name}"
        )
    return Beside(path.name, values, gradients)


def _assigned(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every name that is assigned to, with its statement."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for name in ast.walk(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    yield name.id, node
