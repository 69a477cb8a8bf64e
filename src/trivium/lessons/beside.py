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
from trivium.report.phrase import listed
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

    A key of a returned dict is such a name too; among keys that are what is fed in, W1 is its gradient.
    Raises SpecError where the file cannot be read, or names no gradient.
    """
    source, tree = _parsed(path)
    plainly = {name.lower(): name for name in spec.shapes}
    values: dict[str, Written] = {}
    gradients: dict[str, Written] = {}
    for name, statement in _assigned(tree):
        written = Written(statement.lineno, ast.get_source_segment(source, statement) or "")
        of, plain = meant(name, spec.shapes), name if name in spec.shapes else plainly.get(name.lower())
        if plain is not None:
            _ = values.setdefault(plain, written)
        elif of is not None:
            _ = gradients.setdefault(of, written)
    for name, written in _returned(source, tree, plainly, spec):
        of = meant(name, spec.shapes)
        if of is not None:
            _ = gradients.setdefault(of, written)
    if not gradients:
        learned = listed(n for n, _ in spec.parameters) or listed(spec.givens)
        name = next(iter(spec.givens)) if not spec.parameters else spec.parameters[0][0]
        raise SpecError(
            f"{path} gives no gradient of {spec.name} a name; what means the gradient of {name}: an assignment to "
            f'd{name}, grad_{name} or {name}_grad, or the key "{name}" or "d{name}" of a dict that a function returns; '
            f"alike for {learned}, and for what the steps make"
        )
    return Beside(path.name, values, gradients)


def _parsed(path: Path) -> tuple[str, ast.Module]:
    """A file's text and its syntax tree; SpecError where there is none."""
    try:
        source = text_of(path)
        return source, ast.parse(source)
    except FileNotFoundError as error:
        raise SpecError(f"no such file: {path}") from error
    except OSError as error:
        raise SpecError(f"{path} cannot be read: {error.strerror}") from error
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise SpecError(f"{path}{line} cannot be read as Python: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SpecError(f"{path} cannot be read as Python: {error or type(error).__name__}") from error


def _assigned(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every name that is assigned to, with its statement."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for name in ast.walk(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    yield name.id, node


def _returned(source: str, tree: ast.AST, plainly: Mapping[str, str], spec: Spec) -> Iterator[tuple[str, Written]]:
    """Every key of a returned dict that names a gradient, with its expression, or with the line that made it.

    A plain name does where what is fed in has one, too, in a function that reads something of the network: one that
    makes parameters reads nothing, and one that hands them on computes nothing.
    """
    for function in (f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)):
        made = dict(_assigned(function))
        for given in (d for d in ast.walk(function) if isinstance(d, ast.Return) and isinstance(d.value, ast.Dict)):
            entries = list(_entries(given.value))
            fed = any(plainly.get(name.lower()) in spec.givens and _computes(x, made) for name, _, x in entries)
            for name, key, x in entries:
                plain = plainly.get(name.lower())
                if plain is None or (fed and _reads(function, plainly) and _computes(x, made)):
                    at = made.get(x.id) if isinstance(x, ast.Name) else None
                    parts = (ast.get_source_segment(source, part) or "" for part in (key, x))
                    text = ": ".join(parts) if at is None else ast.get_source_segment(source, at) or ""
                    yield plain or name, Written((at or key).lineno, text)


def _entries(value: ast.expr | None) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """The keys of a dict that are texts, each as text and as it stands, and what they hold."""
    if isinstance(value, ast.Dict):
        for key, x in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, key, x


def _computes(x: ast.expr, made: Mapping[str, ast.stmt]) -> bool:
    """Whether an expression is more than something handed on: params["W1"], x, self.W1."""
    return x.id in made if isinstance(x, ast.Name) else not isinstance(x, ast.Attribute | ast.Subscript | ast.Constant)


def _reads(function: ast.FunctionDef, plainly: Mapping[str, str]) -> bool:
    """Whether a function reads a name of the network, or a key, or an attribute that is one."""
    for node in ast.walk(function):
        names = [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else []
        names += [node.attr] if isinstance(node, ast.Attribute) else []
        names += (
            [str(node.slice.value)] if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) else []
        )
        if any(name.lower() in plainly for name in names):
            return True
    return False
