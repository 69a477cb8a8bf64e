"""What can be planted in a function: each change once, by the catalogue's name for it.

Knows nothing of tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trivium.mutate.body import Body
from trivium.mutate.change import Change, Edit
from trivium.mutate.edits import EDITS
from trivium.mutate.own import Own
from trivium.mutate.pattern import plain
from trivium.mutate.splice import segment, spliced


@dataclass(frozen=True)
class Plant:
    """One mistake in one place: the file's whole text with it, and the piece that changed, as it was and as it is.

    line, column   where the piece begins, in the file as it is
    before         nothing, where a statement was put ahead of that place
    """

    mistake: str
    words: str
    line: int
    column: int
    before: str
    after: str
    text: str


def plants(own: Own, edits: Sequence[Edit] = EDITS) -> list[Plant]:
    """Every mistake wherever it can be made, from the first line to the last."""
    found: dict[str, Plant] = {}
    for edit, change in changes(Body(own), edits):
        text = spliced(own, change)
        if text is not None and text != own.text:
            _ = found.setdefault(plain(ast.parse(text)), plant(own, edit, change, text))
    return sorted(found.values(), key=lambda p: (p.line, p.column))


def changes(body: Body, edits: Sequence[Edit]) -> Iterator[tuple[Edit, Change]]:
    for edit in edits:
        yield from ((edit, change) for change in edit.find(body))


def plant(own: Own, edit: Edit, change: Change, text: str) -> Plant:
    """A change with what stands in its place; what was put ahead of a statement replaces nothing."""
    node = change.node
    line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
    if change.ahead:
        return Plant(edit.mistake, edit.words, line, column, "", ast.unparse(change.new), text)
    return Plant(edit.mistake, edit.words, line, column, segment(own, node), _after(own, node, text), text)


def _after(own: Own, node: ast.AST, text: str) -> str:
    """What stands in the piece's place: whatever is between the text before it and the text after it."""
    start = len("\n".join(own.lines[: node.lineno - 1]).encode()) + bool(node.lineno - 1) + node.col_offset  # type: ignore[attr-defined]
    size = len(segment(own, node).encode())
    rest = len(own.text.encode()) - start - size
    new = text.encode()
    return new[start : len(new) - rest].decode()
