"""Family O in source: a gradient, a data point or a parameter left out, and what is none of the gradient's left in.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from trivium.mutate.body import Body
from trivium.mutate.change import Change, Edit
from trivium.mutate.edits.layout import products
from trivium.mutate.pattern import formula, rewrite
from trivium.own.naming import meant


def given_back(body: Body) -> list[tuple[str, ast.expr]]:
    """What is returned or stored as a gradient, each with its name: entries of a tuple or dict, `self.dw = ...`."""
    found: list[tuple[str, ast.expr]] = []
    for node in body.nodes:
        match node:
            case ast.Return(value=ast.Tuple(elts=items)) if within(body, node):
                found += [(_name(item), item) for item in items]
            case ast.Return(value=ast.Dict(keys=keys, values=values)) if within(body, node):
                found += [(_name(key), value) for key, value in zip(keys, values, strict=True)]
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript(slice=ast.Constant()) as target], value=value):
                found += [(_name(target), value)]
    kept = _containers(body)
    return [
        (name, x)
        for name, x in found
        if not isinstance(x, ast.Constant | ast.Starred) and id(x) not in body.loss and name not in kept
    ]


def within(body: Body, node: ast.AST) -> bool:
    """Whether a statement is the function's own, and not that of one defined in it."""
    return not any(isinstance(n, ast.FunctionDef | ast.Lambda) for n in body.above(node))


def _name(node: ast.AST | None) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def forgotten(body: Body) -> Iterator[Change]:
    yield from (Change(item, formula("0 * _x", x=item)) for _, item in given_back(body))


def detached(body: Body) -> Iterator[Change]:
    """The only thing that is returned."""
    for node in body.nodes:
        if isinstance(node, ast.Return) and node.value is not None and within(body, node):
            what, several = node.value, ast.Tuple | ast.Dict | ast.Constant
            if not isinstance(what, several) and getattr(what, "id", "") not in _containers(body):
                yield Change(what, formula("0 * _x", x=what))


def _containers(body: Body) -> frozenset[str]:
    """Names of dicts and lists, which 0 times is none of."""
    return frozenset(
        t.id
        for n in body.nodes
        if isinstance(n, ast.Assign) and isinstance(n.value, ast.Dict | ast.List | ast.ListComp | ast.DictComp)
        for t in n.targets
        if isinstance(t, ast.Name)
    )


def rate(body: Body) -> Iterator[Change]:
    yield from (Change(item, formula("0.01 * _x", x=item)) for _, item in given_back(body)[:1])


def decay(body: Body) -> Iterator[Change]:
    """A weight's own value, a little of it, in its gradient."""
    names = {n.id for n in body.nodes if isinstance(n, ast.Name)}
    weights = {name for name in names if name.lower().startswith(("w", "theta"))}
    for name, item in given_back(body):
        weight = meant(name, weights)
        if weight is not None:
            yield Change(item, formula("_x + 0.01 * _w", x=item, w=ast.Name(weight, ast.Load())))


LAST, FIRST = "the last data point is left out", "the first data point is left out"
EDITS = (
    Edit("parameter-forgotten", "this one's gradient is 0", forgotten),
    Edit("detached", "nothing goes back", detached),
    *products("last-sample-dropped", LAST, ("_act.T", "_d"), ("_act[:-1].T", "_d[:-1]")),
    *products("last-sample-dropped", LAST, ("_d", "_act.T"), ("_d[:, :-1]", "_act[:, :-1].T")),
    *products("last-sample-dropped", LAST, ("_act.t()", "_d"), ("_act[:-1].t()", "_d[:-1]")),
    rewrite("first-sample-dropped", FIRST, "_x.sum(axis=0)", "_x[1:].sum(axis=0)"),
    rewrite("first-sample-dropped", FIRST, "_np.sum(_x, axis=0)", "_np.sum(_x[1:], axis=0)"),
    rewrite("first-sample-dropped", FIRST, "_x.sum(0)", "_x[1:].sum(0)"),
    Edit("learning-rate-left-in", "the learning rate is in it", rate),
    Edit("decay-left-in", "weight decay is in it", decay),
)
