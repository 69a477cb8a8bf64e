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
        found = [self.gradients[n] for n in dict.fromkeys(node.inputs) if n in self.gradients]
        unnamed = [n for n in dict.fromkeys(node.inputs) if n not in self.gradients and n in spec.producer]
        for name in unnamed:
            found += [w for w in self.backward(spec, spec.producer[name]) if w not in found][:1]
        return sorted(found, key=lambda w: w.line)


def beside(spec: Spec, path: Path) -> Beside:
    """The file's assignments to names that are the network's. Raises SpecError where it names no gradient of it."""
    try:
        source = path.read_text("utf-8")
        tree = ast.parse(source)
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read as Python: {error}") from error
    values: dict[str, Written] = {}
    gradients: dict[str, Written] = {}
    for name, statement in _assigned(tree):
        written = Written(statement.lineno, ast.get_source_segment(source, statement) or "")
        of = meant(name, spec.shapes)
        if name in spec.shapes:
            _ = values.setdefault(name, written)
        elif of is not None:
            _ = gradients.setdefault(of, written)
    if not gradients:
        raise SpecError(
            f"{path} assigns to no name that means a gradient of {spec.name}, such as grad_{spec.nodes[0].name}"
        )
    return Beside(path.name, values, gradients)


def _assigned(tree: ast.AST) -> Iterator[tuple[str, ast.Assign]]:
    """Every assignment to one name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node
