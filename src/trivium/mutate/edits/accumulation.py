"""Families E and H in source: sums that are overwritten, loops, what is carried from step to step.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from trivium.mutate.body import Body, called, is_number, is_tiny
from trivium.mutate.change import Change, Edit
from trivium.mutate.edits.local import two_products
from trivium.mutate.pattern import Pieces, formula, rewrite

OVERWRITTEN = "overwritten where it should be added"
When = Callable[[Body, ast.AST, Pieces], bool]
CELL = re.compile(r"^(dc|d_c|dcell|dnext_c|dc_next|dprev_c|c_bar)")


def looped(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    return body.loops(node) > 0


def once(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    return body.loops(node) == 0


def one_of_several(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """Two terms outside of loops that are no numbers, and no products of one rule."""
    numbers = any(is_number(pieces[name]) or is_tiny(pieces[name]) for name in ("_x", "_y"))
    return once(body, node, pieces) and not numbers and not two_products(body, node, pieces)


def window(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """A piece of an array in a loop: windows that overlap."""
    return body.loops(node) > 0 and isinstance(pieces["_a"], ast.Subscript)


def whole(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    return body.loops(node) > 0 and not isinstance(pieces["_a"], ast.Subscript)


def carried(body: Body) -> frozenset[str]:
    """Names that a loop sets and that the loop before used: what is carried from step to step."""
    found: set[str] = set()
    for loop in body.nodes:
        if isinstance(loop, ast.For):
            names = [n for s in loop.body for n in ast.walk(s) if isinstance(n, ast.Name)]
            set_ = {n.id for n in names if isinstance(n.ctx, ast.Store)}
            used = {n.id for n in names if isinstance(n.ctx, ast.Load)}
            found |= set_ & used
    return frozenset(found)


def stored_with(body: Body, node: ast.AST) -> set[str]:
    """The names that the statement of a node sets."""
    return {n.id for n in ast.walk(body.statement(node)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def running(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """A sum that goes on from step to step: `dw, db = dw + one, db + two`."""
    x = pieces["_x"]
    return body.loops(node) > 0 and isinstance(x, ast.Name) and x.id in stored_with(body, node)


def is_gate(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """1 - z beside something else than z: z (1 - z) is a slope."""
    product = body.parents.get(id(node))
    name = getattr(pieces["_name"], "id", "")
    beside = [n.id for n in ast.walk(product) if isinstance(n, ast.Name)] if product is not None else []
    return isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult) and beside.count(name) == 1


def carry(*, cell: bool) -> When:
    """A sum in a loop, one term of which is carried along, of the cell or of another state."""

    def when(body: Body, node: ast.AST, pieces: Pieces) -> bool:
        y, stored = pieces["_y"], stored_with(body, node)
        known = carried(body) | set(body.parameters if "step" in body.own.name else ())
        mine = isinstance(y, ast.Name) and y.id in known and y.id not in stored
        return mine and bool(CELL.match(getattr(y, "id", ""))) == cell

    return when


def zeroed_carry(body: Body) -> Iterator[Change]:
    """`dh = da @ wh.T` at the end of a loop becomes 0 times that."""
    names = carried(body)
    for node in body.nodes:
        if isinstance(node, ast.Assign) and body.loops(node) and isinstance(node.targets[0], ast.Name):
            name, loop = node.targets[0].id, next(n for n in body.above(node) if isinstance(n, ast.For | ast.While))
            read = [n for s in loop.body for n in ast.walk(s) if isinstance(n, ast.Name) and n.id == name]
            before = any(isinstance(n.ctx, ast.Load) and n.lineno < node.lineno for n in read)
            if name in names and before and not is_number(node.value):
                yield Change(node.value, formula("0 * (_x)", x=node.value))


def ranges(mistake: str, words: str, new: str, *, when: Callable[[Body, ast.For], bool]) -> Edit:
    """A loop's `range(n)` or `reversed(range(n))` by another."""

    def find(body: Body) -> Iterator[Change]:
        for node in body.nodes:
            if isinstance(node, ast.For) and when(body, node):
                calls = [n for n in ast.walk(node.iter) if isinstance(n, ast.Call) and called(n) == "range"]
                yield from (Change(c, formula(new, n=c.args[0])) for c in calls[:1] if len(c.args) == 1)

    return Edit(mistake, words, find)


def backward(body: Body, loop: ast.For) -> bool:
    return called(loop.iter) == "reversed"


def outer(body: Body, loop: ast.For) -> bool:
    """A loop over data points: it runs onward, and no other stands around it."""
    return called(loop.iter) == "range" and body.loops(loop) == 0


def nested(body: Body, loop: ast.For) -> bool:
    """A loop in a loop: over places of an image."""
    return called(loop.iter) == "range" and body.loops(loop) > 0


def gates(body: Body) -> Iterator[Change]:
    """The first two pieces that are put together, exchanged."""
    for items in joined(body):
        if len(items.elts) > 2:
            yield Change(items, ast.List([items.elts[1], items.elts[0], *items.elts[2:]], ast.Load()))


def first_alone(body: Body) -> Iterator[Change]:
    """The first piece of what is put together, the others 0."""
    for items in joined(body):
        rest = [formula("0 * _x", x=item) for item in items.elts[1:]]
        yield Change(items, ast.List([items.elts[0], *rest], ast.Load()))  # type: ignore[list-item]


def joined(body: Body) -> Iterator[ast.List | ast.Tuple]:
    """Lists that are concatenated or stacked, or that a list of gates is."""
    for node in body.nodes:
        if called(node) in ("concatenate", "stack", "hstack", "cat", "vstack") and isinstance(node, ast.Call):
            what = node.args[0] if node.args else None
            if isinstance(what, ast.List | ast.Tuple):
                yield what
            elif isinstance(what, ast.Name):
                yield from (
                    n.value
                    for n in body.nodes
                    if isinstance(n, ast.Assign) and isinstance(n.value, ast.List)
                    and [t.id for t in n.targets if isinstance(t, ast.Name)] == [what.id]
                )  # fmt: skip


EDITS = (
    rewrite("step-overwrites-step", OVERWRITTEN, "_a += _b", "_a = _b", when=whole),
    rewrite("step-overwrites-step", OVERWRITTEN, "_a = _a + _b", "_a = _b", when=looped),
    rewrite("step-overwrites-step", OVERWRITTEN, "_x + _y", "_y", when=running),
    rewrite("windows-overwritten", OVERWRITTEN, "_a += _b", "_a = _b", when=window),
    rewrite("share-overwritten", OVERWRITTEN, "_a += _b", "_a = _b", when=once),
    rewrite("duplicates-overwritten", "an index counted once", "_np.add.at(_x, _i, _g)", "_x.__setitem__(_i, _g)"),
    rewrite("duplicates-overwritten", "an index counted once", "_x.index_add_(0, _i, _g)", "_x.index_copy_(0, _i, _g)"),
    rewrite("carry-dropped", "nothing goes to the step before", "_x + _y", "_x", when=carry(cell=False)),
    rewrite("cell-carry-dropped", "the cell's own way is left out", "_x + _y", "_x", when=carry(cell=True)),
    rewrite("last-output-only", "only what was carried goes on", "_x + _y", "_y", when=carry(cell=False)),
    Edit("carry-dropped", "nothing goes to the step before", zeroed_carry),
    rewrite("tied-use-forgotten", "one of several terms is missing", "_x + _y", "_x", when=one_of_several),
    ranges("truncated", "half of the steps left out", "range(_n // 2, _n)", when=backward),
    ranges("truncated", "the last step back left out", "range(1, _n)", when=backward),
    ranges("first-sample-dropped", "the first is left out", "range(1, _n)", when=outer),
    ranges("last-sample-dropped", "the last is left out", "range(_n - 1)", when=outer),
    ranges("remainder-lost", "the last place is left out", "range(_n - 1)", when=nested),
    rewrite("loop-runs-onward", "from the first step to the last", "reversed(_x)", "_x", index=True),
    rewrite(
        "loop-runs-onward", "from the first step to the last", "range(_stop - 1, -1, -1)", "range(_stop)", index=True
    ),
    rewrite("state-after", "the state after the step", "_x[_i - 1]", "_x[_i]", index=True),
    rewrite("state-after", "the state after the step", "_x[:, _i - 1]", "_x[:, _i]", index=True),
    rewrite("state-after", "the state after the step", "_x[:-1]", "_x[1:]"),
    rewrite("update-gate-exchanged", "keeps what it should replace", "1 - _name", "_name", when=is_gate),
    Edit("gates-swapped", "the first two exchanged", gates),
    Edit("first-part-only", "only the first part goes back", first_alone),
)
