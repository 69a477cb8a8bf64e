"""Source that stands alone: a function as it is written, with all that it calls, out of the modules that hold them.

What is written is the tested source, read at run time; type annotations, which would need their own definitions, are
left out. Knows nothing of networks.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module

from trivium.errors import InternalError

OURS = re.compile(r"trivium(_|\.|$)")
"""Modules whose definitions are written out; all others are imported."""
WIDTH = 100
HEADER = re.compile(r"^(\s*def \w+\()\n\s+([^\n]*?),?\n\s*\):", re.MULTILINE)
Edit = tuple[int, int, bytes]


class Excerpt:
    """Pieces of source, each once, what is read before what reads it; and the imports that they need.

    Two modules may have a function of one name: the second is called by its module's name too. `used` are names that no
    piece may have.
    """

    def __init__(self, used: Iterable[str]) -> None:
        self.imports: dict[str, None] = {}
        self._used = set(used)
        self._names: dict[tuple[str, str], str] = {}
        self._pieces: dict[tuple[str, str], str] = {}

    @property
    def text(self) -> str:
        """All pieces."""
        return "\n\n\n".join(self._pieces.values())

    def take(self, module: str, name: str) -> str:
        """What the excerpt calls a name of a module, which it has from now on, with all that it reads."""
        key = module, name
        if key in self._names:
            return self._names[key]
        statement = bindings(module).get(name)
        if isinstance(statement, ast.ImportFrom) and OURS.match(statement.module or ""):
            self._names[key] = self.take(str(statement.module), name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            self._names[key] = name
            self.imports[_import(statement, name)] = None
            self._used.add(name)
        elif statement is None:
            raise InternalError(f"{module} has no {name} at its top")
        else:
            chosen = name if name not in self._used else f"{name}_of_{module.rpartition('.')[2]}"
            self._used.add(chosen)
            self._names[key] = chosen
            self._pieces[key] = self._rewritten(module, statement, chosen)
        return self._names[key]

    def expression(self, module: str, node: ast.expr) -> str:
        """An expression of a module in the excerpt's names."""
        return self._edited(module, node, list(self._renamed(module, node)))

    def _rewritten(self, module: str, statement: ast.stmt, chosen: str) -> str:
        edits = [*_unannotated(module, statement), *self._renamed(module, statement)]
        if isinstance(statement, ast.FunctionDef) and statement.name != chosen:
            start = place(module)(statement.lineno, statement.col_offset) + len(b"def ")
            edits.append((start, start + len(statement.name.encode()), chosen.encode()))
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            edits.append((*span(module, target), chosen.encode()))
        return HEADER.sub(_joined, self._edited(module, statement, edits))

    def _renamed(self, module: str, tree: ast.AST) -> Iterator[Edit]:
        """Every name of the module that is read, taken too, and called as it is called here."""
        own, skipped = set(_bound(tree)), set(_annotations(tree))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or node.id in own:
                continue
            if node in skipped or node.id not in bindings(module):
                continue
            called = self.take(module, node.id)
            if called != node.id:
                yield *span(module, node), called.encode()

    def _edited(self, module: str, node: ast.AST, edits: list[Edit]) -> str:
        start, end = span(module, node)
        text = source(module)
        for low, high, new in sorted(edits, reverse=True):
            text = text[:low] + new + text[high:]
            end += len(new) - (high - low)
        return text[start:end].decode()


@cache
def source(module: str) -> bytes:
    """A module's source; positions in a syntax tree are counted in bytes."""
    return inspect.getsource(import_module(module)).encode()


@cache
def tree(module: str) -> ast.Module:
    """A module as a syntax tree."""
    return ast.parse(source(module))


@cache
def bindings(module: str) -> dict[str, ast.stmt]:
    """What binds each name at the top of a module."""
    found: dict[str, ast.stmt] = {}
    for statement in tree(module).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.split(".")[0]: statement for alias in statement.names}
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found |= {target.id: statement for target in targets if isinstance(target, ast.Name)}
    return found


@cache
def place(module: str) -> Callable[[int, int], int]:
    """Where a line and column of a module is, in bytes."""
    starts, at = [0], 0
    for line in source(module).splitlines(keepends=True):
        at += len(line)
        starts.append(at)
    return lambda line, column: starts[line - 1] + column


def span(module: str, node: ast.AST) -> tuple[int, int]:
    """From where to where a part of a module's tree stands."""
    at = place(module)
    return at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def _import(statement: ast.Import | ast.ImportFrom, name: str) -> str:
    alias = next(a for a in statement.names if (a.asname or a.name.split(".")[0]) == name)
    said = alias.name + (f" as {alias.asname}" if alias.asname else "")
    return f"from {statement.module} import {said}" if isinstance(statement, ast.ImportFrom) else f"import {said}"


def _bound(tree: ast.AST) -> Iterator[str]:
    """Names that a function binds itself: its arguments, and what it assigns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _annotated(tree: ast.AST) -> Iterator[ast.arg]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation is not None)


def _annotations(tree: ast.AST) -> Iterator[ast.AST]:
    """All that stands in an annotation."""
    for node in ast.walk(tree):
        notes = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        yield from (part for note in notes if isinstance(note, ast.AST) for part in ast.walk(note))


def _unannotated(module: str, tree: ast.AST) -> Iterator[Edit]:
    """Cuts that leave no annotation: `x: Array | None = None` becomes `x=None`."""
    defaults = dict(_defaults(tree))
    for arg in _annotated(tree):
        start = place(module)(arg.lineno, arg.col_offset) + len(arg.arg.encode())
        default = defaults.get(arg)
        yield (start, span(module, default)[0], b"=") if default is not None else (start, span(module, arg)[1], b"")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            start, end = span(module, node.returns)
            yield source(module).rindex(b" ->", 0, start), end, b""
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            yield span(module, node.target)[1], span(module, node.value)[0], b" = "


def _defaults(tree: ast.AST) -> Iterator[tuple[ast.arg, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            placed = [*node.posonlyargs, *node.args]
            yield from zip(placed[len(placed) - len(node.defaults) :], node.defaults, strict=True)
            yield from ((a, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d is not None)


def _joined(header: re.Match[str]) -> str:
    """A signature that fits into one line, now that its annotations are gone."""
    line = f"{header[1]}{header[2]}):"
    return line if len(line) <= WIDTH else header[0]
