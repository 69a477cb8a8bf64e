"""Edits as formulas: `"_x / _n"` becomes `"_x"`, where a name that begins with _ stands for a piece of the function.

The same name stands for the same piece; `_n` only for a size, `_mask` only for a mask, and so on (body.KINDS). Factors
and terms may stand in either order. Knows nothing of mistakes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from trivium.mutate.body import KINDS, Body
from trivium.mutate.change import Change, Edit

Pieces = Mapping[str, ast.AST]
When = Callable[[Body, ast.AST, Pieces], bool]
EITHER = (ast.Add, ast.Mult, ast.BitAnd)


def rewrite(mistake: str, words: str, before: str, *after: str, when: When | None = None, index: bool = False) -> Edit:
    """Everywhere in a function that the formula `before` fits, each formula `after` in its place.

    index   where indices, shapes and ranges stand too; else only where a number of the gradient may come from
    """
    pattern, news = _parsed(before), [_parsed(text) for text in after]

    def find(body: Body) -> Iterator[Change]:
        for node in body.nodes:
            if type(node) is not type(pattern) or not (index or body.is_value(node)):
                continue
            for pieces in fits(body, pattern, node, {}):
                if when is None or when(body, node, pieces):
                    yield from (Change(node, filled(new, pieces)) for new in news)

    return Edit(mistake, words, find)


def fits(body: Body, pattern: object, node: object, so_far: Pieces) -> Iterator[Pieces]:
    """The ways in which a pattern is a piece of a function: what its names stand for."""
    if isinstance(pattern, ast.Name) and pattern.id.startswith("_") and isinstance(node, ast.expr):
        if pattern.id in so_far:
            yield from [so_far] if _same(so_far[pattern.id], node) else []
        elif KINDS.get(re.sub(r"\d", "", pattern.id), _anything)(body, node):
            yield {**so_far, pattern.id: node}
    elif type(node) is not type(pattern) and not isinstance(pattern, int | float):
        return
    elif isinstance(pattern, list) and isinstance(node, list):
        pairs = list(zip(pattern, node, strict=False))
        yield from _all(body, pairs, so_far) if len(pattern) == len(node) else []
    elif isinstance(pattern, ast.AST) and isinstance(node, ast.AST):
        yield from _node(body, pattern, node, so_far)
    elif pattern == node:  # 2 is 2.0
        yield so_far


def _node(body: Body, pattern: ast.AST, node: ast.AST, so_far: Pieces) -> Iterator[Pieces]:
    """Two nodes of one kind, field by field; a sum or a product also the other way round."""
    fields = [(value, getattr(node, name, None)) for name, value in ast.iter_fields(pattern) if name not in SKIPPED]
    yield from _all(body, fields, so_far)
    if isinstance(pattern, ast.BinOp) and isinstance(node, ast.BinOp) and isinstance(pattern.op, EITHER):
        turned: list[tuple[object, object]] = [
            (pattern.op, node.op),
            (pattern.left, node.right),
            (pattern.right, node.left),
        ]
        yield from _all(body, turned, so_far)


def _all(body: Body, pairs: list[tuple[object, object]], so_far: Pieces) -> Iterator[Pieces]:
    if not pairs:
        yield so_far
        return
    for found in fits(body, *pairs[0], so_far):
        yield from _all(body, pairs[1:], found)


SKIPPED = ("ctx", "type_comment", "kind")


def filled(new: ast.AST, pieces: Pieces) -> ast.AST:
    """A formula with the pieces put where their names stand."""
    if isinstance(new, ast.Name) and new.id in pieces:
        return pieces[new.id]
    fields: dict[str, object] = {}
    for name, value in ast.iter_fields(new):
        if isinstance(value, list):
            fields[name] = [filled(v, pieces) if isinstance(v, ast.AST) else v for v in value]
        else:
            fields[name] = filled(value, pieces) if isinstance(value, ast.AST) else value
    return type(new)(**fields)


def formula(text: str, **pieces: ast.AST) -> ast.AST:
    """New syntax from text, `_name` standing for the piece of that name."""
    return filled(_parsed(text), {f"_{name}": piece for name, piece in pieces.items()})


def _parsed(text: str) -> ast.AST:
    (statement,) = ast.parse(text).body
    return statement.value if isinstance(statement, ast.Expr) else statement


def _same(one: ast.AST, other: ast.AST) -> bool:
    return plain(one) == plain(other)


def plain(node: ast.AST) -> str:
    """Syntax to compare, without whether a name is read or written."""
    return re.sub(r"ctx=(Load|Store|Del)\(\)", "", ast.dump(node))


def _anything(body: Body, node: ast.AST) -> bool:
    return True
