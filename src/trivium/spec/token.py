"""The words and marks of an equation, with their columns; size and depth are bounded here, before anything recurses.

Knows nothing of what they mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trivium.errors import SpecError

LONGEST = 10_000
"""Characters of one equation."""
DEEPEST = 40
"""Brackets within brackets of one equation; the parser recurses five times for each."""
LONGEST_NUMBER = 400
"""Characters of one number: Python reads no integer of more than 4300 digits."""


@dataclass(frozen=True)
class Token:
    """One word or mark: "name", "number", "text" (with its quotes), "mark", or "end"; columns count from 1."""

    kind: str
    text: str
    column: int

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 30 else f"{self.text[:27]}..."
        return "the end" if self.kind == "end" else f"{shown!r} at column {self.column}"

    def number(self) -> int | float:
        """The number that the text stands for: the float64 nearest to it, or an integer."""
        return int(self.text) if self.text.isdigit() else float(self.text)


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of an equation and an "end"; SpecError for what is too long, too deep, unbalanced, or no token."""
    if not text.strip():
        raise SpecError("an empty equation; write what the node computes, such as tanh(h)")
    if len(text) > LONGEST:
        raise SpecError(f"an equation of {len(text)} characters; the longest is {LONGEST}: split it over several nodes")
    found = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise SpecError(_stranger(text, at))
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_checked(Token(kind, match.group(), at + 1), text, match.end()))
        at = match.end()
    _check_brackets(found)
    return (*found, Token("end", "", len(text) + 1))


def _checked(token: Token, text: str, end: int) -> Token:
    if token.text in SLIPS:
        raise SpecError(f"{token} is not part of an equation; {SLIPS[token.text]}")
    if token.kind == "number" and text[end : end + 1].isidentifier():
        raise SpecError(f"a number and a name run together at column {token.column}; put an operator between them")
    if token.kind == "number" and len(token.text) > LONGEST_NUMBER:
        raise SpecError(
            f"a number of {len(token.text)} characters at column {token.column}; the longest is {LONGEST_NUMBER}"
        )
    return token


def _check_brackets(found: list[Token]) -> None:
    opened: list[Token] = []
    for token in found:
        if token.kind == "mark" and token.text in "([":
            opened.append(token)
        elif token.kind == "mark" and token.text in ")]":
            if not opened or opened[-1].text + token.text not in ("()", "[]"):
                raise SpecError(f"{token} closes nothing")
            _ = opened.pop()
        if len(opened) > DEEPEST:
            raise SpecError(
                f"more than {DEEPEST} brackets within brackets at column {token.column}: give the inner parts names"
            )
    if opened:
        raise SpecError(f"{opened[-1]} is never closed")


def _stranger(text: str, at: int) -> str:
    if text[at] in "'\"":
        return f"a text that starts at column {at + 1} has no closing quote; it holds no backslash and no line break"
    return (
        f"{text[at]!r} at column {at + 1} is not part of an equation: it is made of names, numbers, calls and + - * / @"
    )


TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[^\W\d]\w*)
      | (?P<text>'[^'\\\n]*'|"[^"\\\n]*")
      | (?P<mark>\*\*|//|==|[-+*/@(),=\[\].^])""",
    re.VERBOSE,
)
SLIPS = {
    "**": "write a power as pow(x, exponent=2), or power(x, y)",
    "^": "write a power as pow(x, exponent=2), or power(x, y)",
    ".": "names have no dots: write tanh(x) for np.tanh(x), transpose(x) for x.T",
    "//": "tensors are real numbers: write '/'",
    "==": "nothing is compared in a network",
}
