"""Family B in source: sums over axes, transposes, order.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from trivium.mutate.body import Body, called, said
from trivium.mutate.change import Change, Edit
from trivium.mutate.pattern import Pieces, formula, rewrite

AXES = ("axis", "dim")
SUMS = ("sum", "mean")


def axis(call: ast.Call) -> ast.keyword | None:
    return next((k for k in call.keywords if k.arg in AXES), None)


def sums(body: Body) -> Iterator[tuple[ast.Call, int, bool]]:
    """Sums over one axis: the call, the axis, and whether the axis is kept."""
    for node in body.nodes:
        if isinstance(node, ast.Call) and called(node) in SUMS and (where := axis(node)) is not None:
            kept = any(k.arg in ("keepdims", "keepdim") for k in node.keywords)
            if isinstance(where.value, ast.Constant) and isinstance(where.value.value, int):
                yield node, where.value.value, kept


def is_whole(body: Body, node: ast.AST) -> bool:
    """Whether a sum is a gradient of its own, a bias's, and no term of a longer formula."""
    parent = body.parents.get(id(node))
    return isinstance(parent, ast.Assign | ast.Return | ast.Tuple | ast.List | ast.Dict | ast.AugAssign)


def over(call: ast.Call, number: int) -> ast.Call:
    """The same sum over another axis."""
    new = [ast.keyword(k.arg, ast.Constant(number)) if k.arg in AXES else k for k in call.keywords]
    return ast.Call(call.func, call.args, new)


def other_axis(body: Body) -> Iterator[Change]:
    yield from (Change(c, over(c, 1 - a)) for c, a, _ in sums(body) if a in (0, 1) and not is_whole(body, c))


def features(body: Body) -> Iterator[Change]:
    yield from (Change(c, over(c, 1 - a)) for c, a, _ in sums(body) if a in (0, 1) and is_whole(body, c))


def not_kept(body: Body) -> Iterator[Change]:
    for call, _, kept in sums(body):
        if kept:
            yield Change(
                call, ast.Call(call.func, call.args, [k for k in call.keywords if "keepdim" not in str(k.arg)])
            )


def one_copy(body: Body) -> Iterator[Change]:
    """x[0] for x.sum(axis=0), x[:, :1] for x.sum(axis=1, keepdims=True)."""
    for call, number, kept in sums(body):
        what = call.args[0] if call.args else getattr(call.func, "value", None)
        if called(call) == "sum" and number in (0, 1) and isinstance(what, ast.expr):
            text = (("_x[0]", "_x[:1]"), ("_x[:, 0]", "_x[:, :1]"))[number][kept]
            yield Change(call, formula(text, x=what))


def averaged(body: Body) -> Iterator[Change]:
    """A mean for a sum over an axis."""
    for call, _, _ in sums(body):
        if called(call) == "sum" and is_whole(body, call) and isinstance(call.func, ast.Attribute):
            mean = ast.Attribute(call.func.value, "mean", ast.Load())
            yield Change(call, ast.Call(mean, call.args, call.keywords))


def over_all(body: Body) -> Iterator[Change]:
    for call, _, _ in sums(body):
        yield Change(call, ast.Call(call.func, call.args, [k for k in call.keywords if k.arg not in AXES]))


def einsum(body: Body) -> Iterator[Change]:
    """The first two letters of an einsum's result the other way round."""
    for node in body.nodes:
        if isinstance(node, ast.Call) and called(node) == "einsum" and isinstance(node.args[0], ast.Constant):
            ins, arrow, out = str(node.args[0].value).partition("->")
            if len(out) > 1:
                new = f"{ins}{arrow}{out[1]}{out[0]}{out[2:]}"
                yield Change(node.args[0], ast.Constant(new))


def products(mistake: str, words: str, before: tuple[str, str], after: tuple[str, str], over: str = "") -> list[Edit]:
    """A product of matrices rewritten, in the ways in which it is typed, and divided by `over`."""
    edits = []
    for form in FORMS:
        old, new = form.format(*before), form.format(*after)
        edits.append(rewrite(mistake, words, old, f"{new} / {over}" if over else new))
    return edits


def of_a_state(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """Whether a matrix is one between states: `wh`, `U`, `w_hh`."""
    name = said(pieces["_w"]).lower()
    return "h" in name or name in ("u", "r")


FORMS = ("{0} @ {1}", "_np.dot({0}, {1})", "_np.matmul({0}, {1})", "{0}.dot({1})", "{0}.mm({1})", "{0}.matmul({1})")
UPRIGHT, ONWARD = "not transposed on the way back", "transposed, though it was on the way there"
TURNED, SHARED, KEPT = "transposed", "divided by the data points", "kept in the order it came"
KERNEL, START, ROLLED = "the kernel the other way round", "put to the very start", "rolled the same way again"
EDITS = (
    Edit("summed-over-all", "summed over every axis", over_all),
    Edit("broadcast-not-undone", "one copy in place of the sum", one_copy),
    Edit("bias-averaged", "averaged where it should be summed", averaged),
    Edit("bias-over-features", "summed over the other axis", features),
    Edit("summed-over-wrong-axis", "summed over the other axis", other_axis),
    Edit("summed-over-wrong-axis", "keepdims lost", not_kept),
    Edit("weight-gradient-transposed", "the result transposed", einsum),
    rewrite("sum-averaged", "a mean in place of a sum", "_x.sum()", "_x.mean()"),
    rewrite("sum-averaged", "a mean in place of a sum", "_np.sum(_x)", "_np.mean(_x)"),
    *products("weight-gradient-transposed", TURNED, ("_act.T", "_d"), ("_d.T", "_act")),
    *products("weight-gradient-transposed", TURNED, ("_d", "_act.T"), ("_act", "_d.T")),
    *products("weight-gradient-transposed", TURNED, ("_act.t()", "_d"), ("_d.t()", "_act")),
    *products("weight-gradient-transposed", TURNED, ("_d.t()", "_act"), ("_act.t()", "_d")),
    *products("weights-averaged", SHARED, ("_act.T", "_d"), ("_act.T", "_d"), "len(_d)"),
    *products("weights-averaged", SHARED, ("_d", "_act.T"), ("_d", "_act.T"), "_d.shape[1]"),
    *products("weights-averaged", SHARED, ("_act.t()", "_d"), ("_act.t()", "_d"), "len(_d)"),
    rewrite("weight-gradient-reshaped", "reshaped, not transposed", "_act.T", "_act.reshape(_act.shape[::-1])"),
    rewrite("state-matrix-upright", UPRIGHT, "_d @ _w.T", "_d @ _w", when=of_a_state),
    rewrite("state-matrix-upright", UPRIGHT, "_np.dot(_w.T, _d)", "_np.dot(_w, _d)", when=of_a_state),
    *products("weight-not-transposed", UPRIGHT, ("_d", "_w.T"), ("_d", "_w")),
    *products("weight-not-transposed", UPRIGHT, ("_w.T", "_d"), ("_w", "_d")),
    *products("weight-not-transposed", UPRIGHT, ("_d", "_w.t()"), ("_d", "_w")),
    *products("weight-not-transposed", UPRIGHT, ("_w.t()", "_d"), ("_w", "_d")),
    *products("weight-not-transposed", ONWARD, ("_d", "_w"), ("_d", "_w.T")),
    *products("weight-not-transposed", ONWARD, ("_w", "_d"), ("_w.T", "_d")),
    rewrite("attention-not-transposed", "not transposed", "_x.swapaxes(_a, _b)", "_x"),
    rewrite("attention-not-transposed", "not transposed", "_np.swapaxes(_x, _a, _b)", "_x"),
    rewrite("attention-not-transposed", "not transposed", "_x.transpose(_a, _b)", "_x"),
    rewrite("attention-not-transposed", "not transposed", "_x.mT", "_x"),
    rewrite("channels-not-exchanged", "channels in and out not exchanged", "_x.transpose(1, 0, 2, 3)", "_x"),
    rewrite("order-kept", KEPT, "_x.transpose(_a, _b, _c)", "_x"),
    rewrite("order-kept", KEPT, "_x.transpose(_a, _b, _c, _d)", "_x"),
    rewrite("order-kept", KEPT, "_x.permute(_a, _b, _c)", "_x"),
    rewrite("order-kept", KEPT, "_np.transpose(_x, _a)", "_x"),
    rewrite("order-kept", KEPT, "_x.transpose(_a)", "_x"),
    rewrite("kernel-flipped", KERNEL, "_x[:, :, ::-1, ::-1]", "_x"),
    rewrite("kernel-flipped", KERNEL, "_np.flip(_x, _a)", "_x"),
    rewrite("kernel-flipped", KERNEL, "_np.rot90(_x, 2)", "_x"),
    rewrite("reverse-forgotten", "not turned round", "_x[::-1]", "_x"),
    rewrite("reverse-forgotten", "not turned round", "_x.reverse()", "None"),
    rewrite("forward-again", ROLLED, "_np.roll(_x, -_a)", "_np.roll(_x, _a)"),
    rewrite("forward-again", ROLLED, "_np.roll(_x, -_a, axis=_b)", "_np.roll(_x, _a, axis=_b)"),
    rewrite("offset-forgotten", START, "_x[_a:_b]", "_x[:_b - _a]", index=True),
    rewrite("offset-forgotten", START, "_x[:, _a:_b]", "_x[:, :_b - _a]", index=True),
)
