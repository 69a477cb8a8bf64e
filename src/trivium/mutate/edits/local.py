"""Family C in source: slopes, products, quotients, masks of a kink.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from trivium.mutate.body import Body, is_number, is_tiny
from trivium.mutate.change import Change, Edit
from trivium.mutate.pattern import Pieces, formula, rewrite

TANH = ("1 - _h ** 2", "1 - _h * _h", "1 - _np.square(_h)", "1 - _h.pow(2)")
KINKS = (("_x > 0", "_x <= 0"), ("_x >= 0", "_x < 0"), ("_x < 0", "_x >= 0"), ("_x <= 0", "_x > 0"))
PRODUCTS = (ast.Mult, ast.MatMult, ast.Div)
MISSING, TWICE, RELU = "the slope is missing", "the slope is there twice", "the slope of relu"


def two_products(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """Two terms that are products: the product rule."""
    return all(
        isinstance(p := pieces[name], ast.Call) or (isinstance(p, ast.BinOp) and isinstance(p.op, PRODUCTS))
        for name in ("_x", "_y")
    )


def divisor(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """What is no number, no size and has no eps of its own."""
    what = pieces["_y"]
    has_eps = any(is_tiny(n) for n in ast.walk(what))
    return not (is_number(what) or body.is_size(what) or has_eps)


def factor(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """A plain name or entry that is no size, number, mask or gain: those have names of their own."""
    what = pieces["_y"]
    plain = isinstance(what, ast.Name | ast.Subscript | ast.Attribute)
    return plain and not (body.is_size(what) or body.is_mask(what))


def exchanged(body: Body) -> Iterator[Change]:
    """Neighbors among the gradients that are returned."""
    for node in body.nodes:
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            items = node.value.elts
            for i in range(len(items) - 1):
                if not any(isinstance(item, ast.Constant) or id(item) in body.loss for item in items[i : i + 2]):
                    new = [*items[:i], items[i + 1], items[i], *items[i + 2 :]]
                    yield Change(node.value, ast.Tuple(new, ast.Load()))


def of_the_gradient(body: Body) -> Iterator[Change]:
    """`d * (x > 0)` becomes `d * (d > 0)`, `dx[x <= 0] = 0` becomes `dx[dx <= 0] = 0`."""
    for node in body.nodes:
        match node:
            case ast.BinOp(left=d, op=ast.Mult(), right=ast.Compare(left=x, comparators=[ast.Constant()])):
                yield Change(x, d)
            case ast.BinOp(left=ast.Compare(left=x, comparators=[ast.Constant()]), op=ast.Mult(), right=d):
                yield Change(x, d)
            case ast.Subscript(value=d, slice=ast.Compare(left=x, comparators=[ast.Constant()]), ctx=ast.Store()):
                yield Change(x, formula("_d", d=d))


EDITS = (
    rewrite("quotient-square-forgotten", "the divisor is not squared", "_x / (_y * _y)", "_x / _y"),
    *(rewrite("tanh-not-squared", "h in place of h²", text, "1 - _h") for text in TANH),
    *(rewrite("differentiated-as-relu", RELU, text, "(_h > 0)") for text in TANH),
    *(rewrite("derivative-of-neighbor", "the slope of the sigmoid", text, "_h * (1 - _h)") for text in TANH),
    *(rewrite("derivative-missing", MISSING, f"_x * ({text})", "_x") for text in TANH),
    *(rewrite("derivative-twice", TWICE, f"_x * ({text})", f"_x * ({text}) * ({text})") for text in TANH),
    rewrite("derivative-missing", MISSING, "_x * _s * (1 - _s)", "_x"),
    rewrite("derivative-missing", MISSING, "_x * (_s * (1 - _s))", "_x"),
    rewrite("derivative-missing", "1 - s is missing", "_s * (1 - _s)", "_s"),
    rewrite("derivative-twice", TWICE, "_x * _s * (1 - _s)", "_x * _s * (1 - _s) * _s * (1 - _s)"),
    rewrite("derivative-twice", TWICE, "_x * (_s * (1 - _s))", "_x * (_s * (1 - _s)) * (_s * (1 - _s))"),
    rewrite("derivative-of-neighbor", "the slope of tanh", "_s * (1 - _s)", "(1 - _s ** 2)"),
    rewrite("derivative-of-neighbor", "the slope of tanh", "_x * _s * (1 - _s)", "_x * (1 - _s ** 2)"),
    rewrite("differentiated-as-relu", RELU, "_x * _s * (1 - _s)", "_x * (_s > 0)"),
    rewrite("derivative-missing", MISSING, "_x * _slope(_y)", "_x"),
    rewrite("derivative-twice", TWICE, "_x * _slope(_y)", "_x * _slope(_y) * _slope(_y)"),
    rewrite("differentiated-as-relu", RELU, "_x * _slope(_y)", "_x * (_y > 0)"),
    rewrite("derivative-missing", MISSING, "_x * _np.cos(_y)", "_x"),
    rewrite("derivative-of-neighbor", "sin in place of cos", "_np.cos(_y)", "_np.sin(_y)"),
    rewrite("derivative-missing", MISSING, "_x * _np.exp(_y)", "_x"),
    rewrite("differentiated-as-square", "the slope of a square", "_np.sign(_x)", "2 * _x"),
    rewrite("derivative-missing", "a factor is missing", "_x * _y", "_x", when=factor),
    rewrite("derivative-missing", "a divisor is missing", "_x / _y", "_x", when=divisor),
    rewrite("product-rule-forgotten", "one term is missing", "_x + _y", "_x", when=two_products),
    rewrite("constant-forgotten", "the constant is missing", "_k * _x", "_x"),
    rewrite("constant-forgotten", "the eps is missing", "_x + _eps", "_x"),
    rewrite("quotient-square-forgotten", "the divisor is not squared", "_x / _y ** 2", "_x / _y"),
    rewrite("quotient-square-forgotten", "the divisor's power is too low", "_x ** -1.5", "_x ** -0.5"),
    rewrite("quotient-square-forgotten", "the divisor's power is too low", "_x ** -2", "_x ** -1"),
    rewrite("epsilon-in-gradient", "an epsilon that the loss has not", "_x / _y", "_x / (_y + 1e-8)", when=divisor),
    Edit("factors-exchanged", "two gradients exchanged", exchanged),
    Edit("mask-of-gradient", "masked by the gradient's own sign", of_the_gradient),
    *(rewrite("branches-exchanged", "the other branch", before, after, index=True) for before, after in KINKS),
    rewrite("branches-exchanged", "the other branch", "_np.where(_c, _x, _y)", "_np.where(_c, _y, _x)"),
    *(rewrite("choice-forgotten", "goes where nothing was taken, too", f"_x * ({text})", "_x")
      for text in ("_y > _z", "_y >= _z", "_y < _z")),
    rewrite("choice-forgotten", "goes where nothing was taken, too", "_x[_y <= 0] = 0", "pass"),
    rewrite("choice-forgotten", "goes where nothing was taken, too", "_x[_y < 0] = 0", "pass"),
    rewrite("choice-forgotten", "goes where nothing was taken, too", "_np.where(_c, _x, 0)", "_x"),
    rewrite("edge-forgotten", "the slope of the middle past an edge", "_x & _y", "_x"),
)  # fmt: skip
