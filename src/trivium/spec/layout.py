"""Where each key of a TOML text stands, and whether a parser that recurses may be let loose on it.

Knows nothing of what the keys mean; what is no TOML at all is left to the real parser to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

DEEPEST = 16
"""Brackets within brackets, and dots within a key: a network file needs two."""


@dataclass(frozen=True)
class Statement:
    """One `key = value`, or one header: its path from the root, its line, and where its text begins and ends."""

    path: tuple[str, ...]
    line: int
    start: int
    end: int
    header: bool


@dataclass(frozen=True)
class Layout:
    """Every statement of a text, and the line of the first that nests too deeply (0 where none does)."""

    statements: tuple[Statement, ...]
    too_deep: int

    def line(self, *path: str) -> int:
        """The line where a path stands, or the nearest path around it; 0 where none is known."""
        lines = {s.path: s.line for s in reversed(self.statements)}
        return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 0)

    def repeated(self) -> Iterator[tuple[Statement, Statement]]:
        """Each statement whose path stands further up already, with the one that stands there."""
        seen: dict[tuple[tuple[str, ...], bool], Statement] = {}
        for statement in self.statements:
            key = (statement.path, statement.header)
            if key in seen:
                yield statement, seen[key]
            seen.setdefault(key, statement)
