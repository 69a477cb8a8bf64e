"""Family J in source: strides, dilations, padding, windows.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from trivium.mutate.body import Body
from trivium.mutate.change import Change, Edit, swapped
from trivium.mutate.pattern import rewrite


def as_one(mistake: str, words: str, *names: str) -> Edit:
    """A stride or a dilation taken for 1 in all of a statement."""

    def find(body: Body) -> Iterator[Change]:
        for node in body.nodes:
            if isinstance(node, ast.Assign | ast.AugAssign):
                uses = [
                    n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in names and type(n.ctx) is ast.Load
                ]
                new: ast.AST = node
                for use in uses:
                    new = swapped(new, Change(use, ast.Constant(1)))
                if uses:
                    yield Change(node, new)

    return Edit(mistake, words, find)


EDITS = (
    as_one("stride-forgotten", "the stride is forgotten", "stride", "strides", "s", "sh", "sw"),
    as_one("dilation-forgotten", "the dilation is forgotten", "dilation"),
    rewrite("border-kept", "the padding is not taken off", "_x[:, :, _a:-_a, _b:-_b]", "_x"),
    rewrite(
        "border-kept", "the padding of the end is taken off", "_x[:, :, _a:-_a, _b:-_b]", "_x[:, :, :-2 * _a, :-2 * _b]"
    ),
    rewrite("average-miscounted", "divided by too few entries", "_x / (_win * _win2)", "_x / _win"),
    rewrite("average-miscounted", "divided by too few entries", "_x / _win ** 2", "_x / _win"),
)
