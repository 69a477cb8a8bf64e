"""A change of syntax put into the text: only the piece that changes is written anew, all else stays as it was typed.

Knows nothing of mistakes.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from trivium.mutate.change import Change, swapped
from trivium.mutate.own import Own, functions
from trivium.mutate.pattern import plain

ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.Dict)
SLOT = "_piece_{}_"


def spliced(own: Own, change: Change) -> str | None:
    """The file's text with the change in it, checked to mean just that; None where it cannot be written so."""
    expected = plain(swapped(own.function, change))
    for text in _tries(own, change):
        try:
            found = dict(functions(ast.parse(text), "")).get(own.name)
        except SyntaxError:
            continue
        if found is not None and plain(found) == expected:
            return text
    return None


def _tries(own: Own, change: Change) -> Iterator[str]:
    """The text with as few brackets as will do."""
    if change.ahead:
        new = ast.unparse(change.new)
        yield put(own, change.node, f"{new}; {segment(own, change.node)}")
        indent = " " * getattr(change.node, "col_offset", 0)
        yield put(own, change.node, f"{new}\n{indent}{segment(own, change.node)}")
        return
    if isinstance(change.new, ast.Tuple):
        yield put(own, change.node, render(own, change.new, bracketed=False).removeprefix("(").removesuffix(")"))
    for inner, outer in itertools.product((False, True), repeat=2):
        new = render(own, change.new, bracketed=inner)
        yield put(own, change.node, f"({new})" if outer else new)


def render(own: Own, new: ast.AST, *, bracketed: bool) -> str:
    """New syntax as text, what it holds of the old as it was typed."""
    mine = {id(node) for node in ast.walk(own.function)}
    pieces: list[ast.AST] = []

    def sketch(node: ast.AST) -> ast.AST:
        if id(node) in mine and isinstance(node, ast.expr):
            pieces.append(node)
            return ast.Name(SLOT.format(len(pieces) - 1), ast.Load())
        if isinstance(node, ast.JoinedStr):
            return node  # in an f-string no name may stand for a piece
        fields = {
            name: sketch(value)
            if isinstance(value, ast.AST)
            else [sketch(item) for item in value]
            if isinstance(value, list) and all(isinstance(item, ast.AST) for item in value)
            else value
            for name, value in ast.iter_fields(node)
        }
        return type(node)(**fields)

    text = ast.unparse(ast.fix_missing_locations(sketch(new)))
    for number, piece in enumerate(pieces):
        typed = segment(own, piece)
        bracket = bracketed and not isinstance(piece, ATOMS)
        text = text.replace(SLOT.format(number), f"({typed})" if bracket else typed)
    return text


def segment(own: Own, node: ast.AST) -> str:
    """A node as it was typed."""
    first, start, last, end = span(node)
    if first == last:
        return own.encoded[first][start:end].decode()
    pieces = [own.encoded[first][start:], *own.encoded[first + 1 : last], own.encoded[last][:end]]
    return b"\n".join(pieces).decode()


def put(own: Own, node: ast.AST, text: str) -> str:
    """The file with a node's piece replaced."""
    first, start, last, end = span(node)
    piece = own.encoded[first][:start] + text.encode() + own.encoded[last][end:]
    return b"\n".join([*own.encoded[:first], piece, *own.encoded[last + 1 :]]).decode()


def span(node: ast.AST) -> tuple[int, int, int, int]:
    """First line and column, last line and column, from 0; columns are counted in bytes."""
    assert isinstance(node, ast.expr | ast.stmt)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return node.lineno - 1, node.col_offset, node.end_lineno - 1, node.end_col_offset
