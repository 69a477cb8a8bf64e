"""Family A in source: factors, divisors and signs.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast

from trivium.mutate.body import TARGET, Body, called, is_number, is_tiny, said
from trivium.mutate.pattern import Pieces, rewrite

NOT_DIVIDED, TWICE = "not divided by the number of terms", "divided by the number of terms twice"


def differs(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """Of two things, none of them a number: 1 - x is a slope."""
    return not any(is_number(pieces[name]) for name in ("_x", "_y"))


def no_eps(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    return not any(is_tiny(pieces[name]) for name in ("_x", "_y"))


def is_signed(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """A sign of a value: that of a number may be an axis's, that of a roll says which way."""
    return not is_number(pieces["_x"]) and called(body.parents.get(id(node), node)) != "roll"


def is_error(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    return differs(body, node, pieces) and bool(TARGET.match(said(pieces["_y"])))


EDITS = (
    rewrite("mean-forgotten", NOT_DIVIDED, "_x / _n", "_x"),
    rewrite("mean-forgotten", NOT_DIVIDED, "_x /= _n", "pass"),
    rewrite("mean-forgotten", NOT_DIVIDED, "1 / _n", "1"),
    rewrite("mean-forgotten", "a sum in place of a mean", "_np.mean(_x)", "_np.sum(_x)"),
    rewrite("mean-forgotten", "a sum in place of a mean", "_np.mean(_x, axis=_a)", "_np.sum(_x, axis=_a)"),
    rewrite(
        "mean-forgotten",
        "a sum in place of a mean",
        "_np.mean(_x, axis=_a, keepdims=True)",
        "_np.sum(_x, axis=_a, keepdims=True)",
    ),
    rewrite("mean-forgotten", "a sum in place of a mean", "_x.mean()", "_x.sum()"),
    rewrite("mean-forgotten", "a sum in place of a mean", "_x.mean(axis=_a)", "_x.sum(axis=_a)"),
    rewrite("mean-forgotten", "a sum in place of a mean", "_x.mean(_a)", "_x.sum(_a)"),
    rewrite(
        "mean-forgotten",
        "a sum in place of a mean",
        "_x.mean(axis=_a, keepdims=True)",
        "_x.sum(axis=_a, keepdims=True)",
    ),
    rewrite("mean-forgotten", "a sum in place of a mean", "_x.mean(_a, keepdim=True)", "_x.sum(_a, keepdim=True)"),
    rewrite("mean-twice", TWICE, "_x / _n", "_x / _n / _n"),
    rewrite("mean-twice", TWICE, "_x /= _n", "_x /= _n * _n"),
    rewrite("mean-twice", TWICE, "1 / _n", "1 / _n / _n"),
    rewrite("mean-by-features", "divided by the other axis", "_x / _y.shape[0]", "_x / _y.shape[1]"),
    rewrite("mean-by-features", "divided by the other axis", "_x / _y.shape[1]", "_x / _y.shape[0]"),
    rewrite("mean-by-all", "divided by all entries", "_x / _y.shape[_a]", "_x / _y.size"),
    rewrite("mean-by-batch", "divided by the data points alone", "_x / _y.size", "_x / _y.shape[0]"),
    rewrite("ignored-counted", "divided by all, ignored ones too", "_x / _mask.sum()", "_x / _mask.size"),
    rewrite("ignored-counted", "divided by all, ignored ones too", "_x / _np.sum(_mask)", "_x / _mask.size"),
    rewrite("two-forgotten", "the 2 is missing", "2 * _x", "_x"),
    rewrite("two-forgotten", "the 2 is missing", "2 / _x", "1 / _x"),
    rewrite("half-forgotten", "the half is missing", "0.5 * _x", "_x"),
    rewrite("half-forgotten", "the half is missing", "_x / 2", "_x"),
    rewrite("scores-unscaled", "not scaled going back", "_x / _np.sqrt(_n)", "_x"),
    rewrite("scores-unscaled", "not scaled going back", "_x / _n ** 0.5", "_x"),
    rewrite("sign", "the sign is gone", "-_x", "_x", when=is_signed),
    rewrite("sign", "+ in place of -", "_x - _y", "_x + _y", when=no_eps),
    rewrite("sign", "- in place of +", "_x + _y", "_x - _y", when=no_eps),
    rewrite("sign", "- in place of +", "_x += _y", "_x -= _y"),
    rewrite("sign", "+ in place of -", "_x -= _y", "_x += _y"),
    rewrite("difference-reversed", "taken the other way round", "_x - _y", "_y - _x", when=differs),
    rewrite("target-forgotten", "the value in place of the error", "_x - _y", "_x", when=is_error),
    rewrite("label-alone", "only the label's own score", "_x - _y", "-_y", when=is_error),
    rewrite(
        "sigmoid-twice", "the slope of the sigmoid once more", "_x - _y", "(_x - _y) * _x * (1 - _x)", when=is_error
    ),
    rewrite("label-not-subtracted", "the label is not subtracted", "_x[_r, _t] -= 1", "pass"),
)
