"""What an edit does: one piece of a function's syntax, and what stands there instead.

Knows nothing of which changes are mistakes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trivium.mutate.body import Body


@dataclass(frozen=True)
class Change:
    """`new` in the place of `node`, or, `ahead`, as a statement before it. `new` may hold nodes of the function."""

    node: ast.AST
    new: ast.AST
    ahead: bool = False


@dataclass(frozen=True)
class Edit:
    """One mistake of the catalogue in one form that source has: where it can be made in a function.

    words   what was done, in a few words
    """

    mistake: str
    words: str
    find: Callable[[Body], Iterator[Change]]


def swapped(tree: ast.AST, change: Change) -> ast.AST:
    """The tree with the change in it; what does not change is the same, and the tree itself stays as it is."""
    if tree is change.node and not change.ahead:
        return change.new
    old = dict(ast.iter_fields(tree))
    new = {name: _swapped(value, change) for name, value in old.items()}
    return tree if all(new[name] is old[name] for name in old) else type(tree)(**new)


def _swapped(value: object, change: Change) -> object:
    if isinstance(value, ast.AST):
        return swapped(value, change)
    if not isinstance(value, list):
        return value
    found: list[object] = []
    for item in value:
        if change.ahead and item is change.node:
            found.append(change.new)
        found.append(_swapped(item, change))
    return value if len(found) == len(value) and all(a is b for a, b in zip(found, value, strict=True)) else found
