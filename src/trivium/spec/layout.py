"""Where each key of a TOML text stands, and whether a parser that recurses may be let loose on it.

Knows nothing of what the keys mean; what is no TOML at all is left to the real parser to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

DEEPEST = 16
"""Brackets within brackets, and dots within a key; a network file needs two."""
MOST_PIECES = 1000
"""Words and marks of one statement; a network file needs a dozen, for its texts count as one."""


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
    """Every statement, up to the first that nests too deeply or is too long: `overgrown` is its line, else 0."""

    statements: tuple[Statement, ...]
    overgrown: int

    @cached_property
    def lines(self) -> Mapping[tuple[str, ...], int]:
        """The line where each path, or the first path below it, stands."""
        found: dict[tuple[str, ...], int] = {}
        for statement in self.statements:
            for length in range(1, len(statement.path) + 1):
                _ = found.setdefault(statement.path[:length], statement.line)
        return found

    def line(self, *path: str) -> int:
        """The line where a path stands, or the nearest path around it; 0 where none is known."""
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 0)

    def repeated(self) -> Iterator[tuple[Statement, Statement]]:
        """Each statement whose path stands further up already, with the one that stands there."""
        seen: dict[tuple[tuple[str, ...], bool], Statement] = {}
        for statement in self.statements:
            first = seen.setdefault((statement.path, statement.header), statement)
            if first is not statement:
                yield statement, first


def layout(text: str) -> Layout:
    """The layout of a text, as far as its quotes are closed."""
    found: list[Statement] = []
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for pieces, line in _statements(text):
        if _overgrown(pieces):
            return Layout(tuple(found), line)
        parts, header, doubled = _key(pieces)
        if not parts:
            continue  # no TOML: the parser will say so
        path = parts if header else (*table, *parts)
        if doubled:  # each [[name]] opens a table of its own
            counts[parts] = counts.get(parts, -1) + 1
            path = (*parts, str(counts[parts]))
        table = path if header else table
        found.append(Statement(path, line, pieces[0].start(), pieces[-1].end(), header))
    return Layout(tuple(found), 0)


def without(text: str, statements: Iterable[Statement]) -> str:
    """The text with some statements blanked out, in order, every other one still on its line."""
    kept, at = [], 0
    for statement in statements:
        kept += [text[at : statement.start], "\n" * text.count("\n", statement.start, statement.end)]
        at = statement.end
    return "".join([*kept, text[at:]])


def _statements(text: str) -> Iterator[tuple[list[re.Match[str]], int]]:
    """The pieces of each statement, and its line; a line break inside brackets ends none."""
    pieces: list[re.Match[str]] = []
    line, first, depth = 1, 1, 0
    for match in PIECE.finditer(text):
        kind = match.lastgroup
        if kind == "unclosed" or len(pieces) > MOST_PIECES:
            break
        if kind == "newline" and depth <= 0 and pieces:
            yield pieces, first
            pieces, depth = [], 0
        elif kind not in ("newline", "blank"):
            first = first if pieces else line
            pieces.append(match)
            depth += (kind == "open") - (kind == "close")
        line += match.group().count("\n")
    if pieces:
        yield pieces, first


def _key(pieces: list[re.Match[str]]) -> tuple[tuple[str, ...], bool, bool]:
    """The path that a statement writes, and whether it is a header, of one table or of one in an array."""
    header = pieces[0].lastgroup == "open"
    doubled = header and len(pieces) > 1 and pieces[1].group() == "["
    parts: list[str] = []
    for piece in pieces[1 + doubled :] if header else pieces:
        if piece.lastgroup in ("equals", "close"):
            break
        if piece.lastgroup in ("word", "text"):
            parts.append(piece.group().strip("\"'"))
    return tuple(parts), header, doubled


def _overgrown(pieces: list[re.Match[str]]) -> bool:
    """More brackets within brackets, dots in the key, or pieces than a parser should be asked to take."""
    deepest = depth = 0
    for piece in pieces:
        depth += (piece.lastgroup == "open") - (piece.lastgroup == "close")
        deepest = max(deepest, depth)
    return max(deepest, len(_key(pieces)[0])) > DEEPEST or len(pieces) > MOST_PIECES


PIECE = re.compile(
    r"""(?P<newline>\n)
      | (?P<blank>[^\S\n]+|\#[^\n]*)
      | (?P<lines>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5})
      | (?P<text>"(?:\\[^\n]|[^"\\\n])*"(?!")|'[^'\n]*'(?!'))
      | (?P<unclosed>["'])
      | (?P<open>[\[{])
      | (?P<close>[\]}])
      | (?P<equals>=)
      | (?P<word>[A-Za-z0-9_-]+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
