"""Families D and I in source: what couples the entries of softmax and of normalizations; what is divided by.

Knows nothing of how a change gets into the text.
"""

from __future__ import annotations

import ast

from trivium.mutate.body import Body, called
from trivium.mutate.pattern import Pieces, rewrite

AVERAGES = ("mean", "sum", "einsum")


def average(node: ast.AST) -> str:
    """Which average stands in a term: mean, sum, or none."""
    return next((called(n) for n in ast.walk(node) if called(n) in AVERAGES), "")


def mean_term(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """A term that is an average by itself."""
    y = pieces["_y"]
    return average(y) != "" and not (isinstance(y, ast.BinOp) and isinstance(y.op, ast.Mult))


def variance_term(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """A term that is an average times something."""
    y = pieces["_y"]
    return average(y) != "" and isinstance(y, ast.BinOp) and isinstance(y.op, ast.Mult)


def summed(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    return average(pieces["_s"]) in ("sum", "einsum")


def both(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    return average(pieces["_y"]) != "" and average(pieces["_z"]) != ""


def of_a_variance(body: Body, node: ast.AST, pieces: Pieces) -> bool:
    """Whether the function is about a spread at all."""
    words = ast.unparse(body.function).lower()
    return "std" in words or "var" in words


EDITS = (
    rewrite("softmax-sum-forgotten", "the sum is taken for a constant", "_p * (_d - _s)", "_p * _d", when=summed),
    rewrite("softmax-diagonal", "as for a sigmoid", "_x * (_d - _s)", "_x * (1 - _x) * _d", when=summed),
    rewrite("mean-term-missing", "the term of the mean is missing", "_x - _y", "_x", when=mean_term),
    rewrite("variance-term-missing", "the term of the variance is missing", "_x - _y", "_x", when=variance_term),
    rewrite("statistics-constant", "mean and variance as constants", "_x - _y - _z", "_x", when=both),
    rewrite("ties-take-all", "each of several gets the whole", "_mask / _mask.sum(axis=_a, keepdims=True)", "_mask"),
    rewrite("logsumexp-undivided", "not divided by the sum", "_e / _e.sum(axis=_a, keepdims=True)", "_e"),
    rewrite("logsumexp-undivided", "not divided by the sum", "_e / _np.sum(_e, axis=_a, keepdims=True)", "_e"),
    rewrite("gain-forgotten", "the gain is missing", "_x * _gain", "_x"),
    rewrite("count-off-by-one", "n - 1 in place of n", "_x / _n", "_x / (_n - 1)", when=of_a_variance),
    rewrite("eps-outside-root", "eps outside of the root", "_np.sqrt(_x + _eps)", "_np.sqrt(_x) + _eps"),
    rewrite("length-of-zero", "divided by what may be 0", "_x / (_y + _eps)", "_x / _y"),
    rewrite("ties-take-all", "each of several gets the whole", "(_x == _y) / _z", "(_x == _y)"),
    rewrite("maximum-spread", "the whole window gets it", "_d * (_x == _y)", "_d"),
)
