"""What can be planted in a function: each change once, by the catalogue's name for it.

Knows nothing of tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trivium.mutate.body import Body
from trivium.mutate.change import Change, Edit, swapped
from trivium.mutate.edits import EDITS
from trivium.mutate.own import Own
from trivium.mutate.pattern import plain
from trivium.mutate.splice import segment, span, spliced


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
    found: dict[str, Plant | None] = {plain(own.function): None}
    for edit, change in changes(Body(own), edits):
        program = plain(swapped(own.function, change))
        if program not in found:
            text = spliced(own, change)
            found[program] = None if text is None else plant(own, edit, change, text)
    return sorted((p for p in found.values() if p is not None), key=lambda p: (p.line, p.column))


def changes(body: Body, edits: Sequence[Edit]) -> Iterator[tuple[Edit, Change]]:
    for edit in edits:
        yield from ((edit, change) for change in edit.find(body))


def plant(own: Own, edit: Edit, change: Change, text: str) -> Plant:
    """A change with what stands in its place; what was put ahead of a statement replaces nothing."""
    first, start, last, end = span(change.node)
    if change.ahead:
        return Plant(edit.mistake, edit.words, first + 1, start, "", ast.unparse(change.new), text)
    left = sum(len(line) + 1 for line in own.encoded[:first]) + start
    right = sum(len(line) + 1 for line in own.encoded[last + 1 :]) + len(own.encoded[last]) - end
    new = text.encode()
    after = new[left : len(new) - right].decode()
    return Plant(edit.mistake, edit.words, first + 1, start, segment(own, change.node), after, text)
