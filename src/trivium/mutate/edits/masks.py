"""Family F in source: masks, and the wrong one of the arrays that were kept.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from trivium.mutate.body import SLOPE, Body, called, said
from trivium.mutate.change import Change, Edit
from trivium.mutate.pattern import formula, rewrite

WHOLE = (ast.Name, ast.Attribute, ast.Subscript)
OPTION = re.compile(r"stride|pad|size|shape|mode|eps|dilation|^[hkfs][hw]?$|^p$|param", re.IGNORECASE)
"""What is kept beside arrays and is none."""
FACTS = ("shape", "size", "dtype", "ndim")
NUMBERED = re.compile(r"^(\D+)(\d+)$")


def kept(body: Body) -> list[list[str]]:
    """The names that one tuple was taken apart into, in its order, for each tuple."""
    return [
        [item.id for item in node.targets[0].elts if isinstance(item, ast.Name) and not OPTION.match(item.id)]
        for node in body.nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, WHOLE)
        if not body.sizes & _stored(node)
    ]


def _stored(node: ast.Assign) -> set[str]:
    return {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def neighbors(body: Body) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Reads of what was kept, with what stands beside it: the name next in its tuple, the entry numbered next."""
    after = {a: b for names in kept(body) for a, b in pairwise(names)}
    after |= {b: a for a, b in reversed(after.items()) if b not in after}
    keys = {said(n) for n in body.nodes if isinstance(n, ast.Subscript)} - {""}
    known = {n.value for n in ast.walk(body.own.tree) if isinstance(n, ast.Constant)}
    for node in body.nodes:
        if said(body.parents.get(id(node), node)) in FACTS or unpacked(body, node):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in after:
            yield node, ast.Name(after[node.id], ast.Load())
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and said(node):
            for key in (key for key in _beside(said(node), keys) if key in known):
                yield node, ast.Subscript(node.value, ast.Constant(key), ast.Load())


def unpacked(body: Body, node: ast.AST) -> bool:
    """Whether a thing is only given a name: `w1 = params["w1"]`."""
    holders = [n for n in body.above(node) if not isinstance(n, ast.Tuple)]
    return isinstance(node, ast.Subscript) and isinstance(holders[0], ast.Assign)


def _beside(key: str, keys: set[str]) -> list[str]:
    """Of g5: g6 and g4; of Z1: A1, where the function knows A's."""
    found = NUMBERED.match(key)
    if not found:
        return []
    letters, number = found[1], int(found[2])
    numbered = [f"{letters}{number + 1}", f"{letters}{number - 1}"] if number > 1 else [f"{letters}{number + 1}"]
    others = sorted({m[1] for k in keys if (m := NUMBERED.match(k)) and m[1] != letters and m[1].isalpha()})
    return [*numbered, *(f"{other}{number}" for other in others if f"{other}{number}" in keys)]


def in_slope(body: Body, node: ast.AST) -> bool:
    """Whether a value is what a slope is taken at."""
    for outer in body.above(node):
        if isinstance(outer, ast.Call) and (SLOPE.search(called(outer)) or called(outer) in ("cos", "exp", "cosh")):
            return True
        if isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Sub) and isinstance(outer.left, ast.Constant):
            return True
    return False


def at_another(body: Body) -> Iterator[Change]:
    yield from (Change(node, new) for node, new in neighbors(body) if in_slope(body, node))


def another(body: Body) -> Iterator[Change]:
    yield from (Change(node, new) for node, new in neighbors(body) if not in_slope(body, node) and body.is_value(node))


def redrawn(body: Body) -> Iterator[Change]:
    """A mask as if it had been drawn anew: its entries moved on by one."""
    for node in body.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and body.is_mask(node) and body.is_value(node):
            for alias in [*body.modules][:1]:
                yield Change(node, formula(f"{alias}.roll(_m, 1)", m=node))


def written_over(body: Body) -> Iterator[Change]:
    """`d = dout * s` where dout is used again becomes `dout = d = dout * s`."""
    up = body.upstream
    uses = [n.lineno for n in body.nodes if isinstance(n, ast.Name) and n.id == up and isinstance(n.ctx, ast.Load)]
    for node in body.nodes:
        match node:
            case ast.Assign(targets=[ast.Name() as target], value=ast.BinOp() as value) if up is not None:
                read = any(isinstance(n, ast.Name) and n.id == up for n in ast.walk(value))
                if read and target.id != up and any(line > (node.end_lineno or node.lineno) for line in uses):
                    yield Change(node, ast.Assign([ast.Name(up, ast.Store()), target], value))


EDITS = (
    rewrite("mask-forgotten", "the mask is not applied", "_x * _mask", "_x"),
    rewrite("mask-forgotten", "the mask is not applied", "_x *= _mask", "pass"),
    rewrite("mask-inverted", "the opposite mask", "_x * _mask", "_x * (_mask == 0)"),
    rewrite("mask-not-rescaled", "not divided by the share kept", "_x / _p", "_x"),
    rewrite("mask-not-rescaled", "not divided by the share kept", "_x / (1 - _p)", "_x"),
    Edit("mask-redrawn", "another mask", redrawn),
    Edit("derivative-at-output", "taken at another value", at_another),
    Edit("output-for-input", "the array beside it", another),
    Edit("cotangent-overwritten", "overwritten before its next use", written_over),
)
