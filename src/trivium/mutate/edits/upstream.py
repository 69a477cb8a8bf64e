"""Families G and L in source: what comes from above is mangled on its way in; numbers lose their digits.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from trivium.mutate.body import Body
from trivium.mutate.change import Change, Edit
from trivium.mutate.pattern import formula, rewrite

DIGITS = 4
"""Of a constant, those that are left where it is typed short."""


def mangled(mistake: str, words: str, text: str, *, torch: str = "") -> Edit:
    """What comes from above replaced at the very start; where the file uses torch, by the text for it."""

    def find(body: Body) -> Iterator[Change]:
        if body.upstream is not None and body.statements:
            new = torch if torch and "torch" in body.modules.values() else text
            value = formula(new, u=ast.Name(body.upstream, ast.Load()))
            assign = ast.Assign([ast.Name(body.upstream, ast.Store())], value, lineno=0)  # type: ignore[arg-type]
            yield Change(body.statements[0], assign, ahead=True)

    return Edit(mistake, words, find)


def short(body: Body) -> Iterator[Change]:
    """A long constant with four digits."""
    for node in body.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            new = float(f"{node.value:.{DIGITS}g}")
            if new != node.value:
                yield Change(node, ast.Constant(new))


EDITS = (
    mangled("cotangent-ignored", "1 for what comes from above", "_u * 0 + 1"),
    rewrite("cotangent-ignored", "what comes from above is missing here", "_x * _up", "_x"),
    mangled("cotangent-squared", "multiplied in twice", "_u * _u"),
    mangled("cotangent-without-sign", "its sign lost", "abs(_u)"),
    mangled("cotangent-rectified", "cut off below 0", "_u * (_u > 0)"),
    mangled("cotangent-clipped", "clipped to -1 .. 1", "_u.clip(-1, 1)"),
    mangled("cotangent-of-first-row", "its first row for all rows", "_u * 0 + _u[:1]"),
    mangled("cotangent-averaged", "its mean for all rows", "_u * 0 + _u.mean(0)"),
    mangled("float32-on-the-way", "rounded to float32", "_u.astype('float32').astype(_u.dtype)",
            torch="_u.float().to(_u.dtype)"),
    mangled("float16-buffer", "held in float16", "_u.astype('float16').astype(_u.dtype)",
            torch="_u.half().to(_u.dtype)"),
    rewrite("pi-typed-short", "3.14 for pi", "_np.pi", "3.14"),
    rewrite("pi-typed-short", "3.14 for pi", "math.pi", "3.14"),
    Edit("constant-typed-short", "typed with four digits", short),
)  # fmt: skip
