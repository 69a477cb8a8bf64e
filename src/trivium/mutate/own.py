"""A function in a person's file: its text, its syntax, and its way from the top of the file.

Knows nothing of what is planted in it.
"""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trivium.errors import OracleError, did_you_mean
from trivium.report.phrase import listed

MARK = "::"
Function = ast.FunctionDef | ast.AsyncFunctionDef
HOLDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Own:
    """`mine.py::MyFn.backward`: the file as it is, and the function of that name in it."""

    path: Path
    name: str
    text: str
    encoding: str
    tree: ast.Module
    function: Function

    @cached_property
    def lines(self) -> list[str]:
        """As Python counts them: a form feed ends none."""
        return self.text.split("\n")

    @cached_property
    def encoded(self) -> list[bytes]:
        """The lines in bytes, as Python counts columns."""
        return [line.encode() for line in self.lines]


def read(target: str) -> Own:
    """The function that is named; OracleError where there is none, or the file is no Python."""
    said, _, name = target.partition(MARK)
    path = Path(said)
    if not name:
        raise OracleError(f"{target} names no function: write {said}{MARK}NAME, or {said}{MARK}CLASS.NAME")
    if path.suffix != ".py":
        raise OracleError(f"{said} is no Python file: only a file that tests import can be planted in")
    try:
        with tokenize.open(path) as file:
            text, encoding = file.read(), file.encoding
        tree = ast.parse(text)
    except SyntaxError as error:
        raise OracleError(
            f"{said} is no Python: {f'line {error.lineno}: ' if error.lineno else ''}{error.msg}"
        ) from error
    except OSError as error:
        raise OracleError(f"{said} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise OracleError(f"{said} cannot be read: {error}") from error
    return Own(path.resolve(), name, text, encoding, tree, function(tree, name, said))


def function(tree: ast.Module, name: str, where: str) -> Function:
    """The function at a dotted name; where a name is defined twice, the last."""
    there = dict(functions(tree, ""))
    if name not in there:
        known = listed(there) or "none"
        raise OracleError(f"{where} has no function {name!r}{did_you_mean(name, there)}; it has {known}")
    return there[name]


def functions(node: ast.AST, before: str) -> Iterator[tuple[str, Function]]:
    """Every function of a file by its dotted name, those within others too, in their order."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, HOLDS):
            name = f"{before}{child.name}"
            if not isinstance(child, ast.ClassDef):
                yield name, child
            yield from functions(child, f"{name}.")
        elif isinstance(child, ast.stmt):  # within an if, a with or a try, a name is still the file's
            yield from functions(child, before)
