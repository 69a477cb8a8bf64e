"""Every case of the vocabulary with numbers for it, and what tests of one op alone measure with.

Knows the ops and the Backend protocol; the handwritten road only as what tells whether an op moves at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from trivium.backend import Array, Arrays, Backend, Bars, load_backend
from trivium.given import KINDS
from trivium.ops import OPS
from trivium.spec.op import Case, Op

U = 2.0**-53
LINE = 2**8 * U
USES = [(f"{op.name}-{i}", op.taking(len(c.shapes)), c) for op in OPS.values() for i, c in enumerate(op.cases)]
CASES = [pytest.param(op, case, id=name) for name, op, case in USES]


def bound(op: Op, case: Case) -> dict[str, Any]:
    return op.bind(op.complete(case.attrs), {})


CALM: Mapping[str, Callable[..., Array]] = {
    "real": lambda rng, shape, kind: rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape),
    "positive": lambda rng, shape, kind: rng.uniform(0.5, 2, shape),
    "unit": lambda rng, shape, kind: rng.uniform(0.1, 0.9, shape),
}
"""Away from kinks and poles, and at most 2 in size."""


def drawn(op: Op, case: Case) -> Arrays:
    """Numbers as a check draws them, of the kind that each role takes."""
    return _drawn(op, case, {})


def calm(op: Op, case: Case) -> Arrays:
    """The same, but real numbers as CALM has them."""
    return _drawn(op, case, CALM)


def _drawn(op: Op, case: Case, instead: Mapping[str, Callable[..., Array]]) -> Arrays:
    rng, attrs = np.random.default_rng(20260101), bound(op, case)
    draws = {name: kind.draw for name, kind in KINDS.items()} | dict(instead)
    kinds = [op.kind(role, case.shapes, attrs) for role in op.roles]
    return tuple(np.asarray(draws[k.name](rng, shape, k)) for k, shape in zip(kinds, case.shapes, strict=True))


def directions(arrays: Arrays, *, seed: int = 7) -> Arrays:
    """Signed, at most 1 in size, and zero for labels, which cannot move."""
    rng = np.random.default_rng(seed)
    return tuple(rng.uniform(-1, 1, a.shape) * (a.dtype.kind == "f") for a in arrays)


def cotangents(op: Op, case: Case) -> Arrays:
    return directions(tuple(np.ones(shape) for shape in op.infer(case.shapes, bound(op, case))), seed=8)


def dotted(a: Bars, b: Arrays) -> tuple[float, float]:
    """<a, b>, and what it is made of in absolute values."""
    terms = [np.ravel(x * y) for x, y in zip(a, b, strict=True) if x is not None]
    flat = np.concatenate([*terms, np.zeros(1)])
    return math.fsum(flat), math.fsum(abs(flat))


def at(road: Backend, op: str, *inputs: Any, y_bar: float = 1.0, **attrs: Any) -> tuple[Any, tuple[Any, ...]]:
    """The one output of an op at these numbers, and its input cotangents."""
    arrays = tuple(np.asarray(x) for x in inputs)
    full = OPS[op].bind(OPS[op].complete(attrs), {})
    (shape,) = OPS[op].infer(tuple(a.shape for a in arrays), full)
    (y,), x_bars = road.replay(OPS[op], full, arrays, (np.full(shape, y_bar),))
    return y, x_bars


def moves(op: Op, case: Case) -> bool:
    """Whether a small step changes any value: by forward passes alone, so that no wrong slope can hide an op."""
    inputs, ones = drawn(op, case), cotangents(op, case)
    moved = tuple(x + 1e-3 * d if d.any() else x for x, d in zip(inputs, directions(inputs), strict=True))
    still, other = (load_backend("numpy").replay(op, bound(op, case), x, ones)[0] for x in (inputs, moved))
    return any((a != b).any() for a, b in zip(still, other, strict=True))


STILL = frozenset(OPS) - {op.name for _, op, case in USES if moves(op, case)}
"""Ops that nothing moves: no inputs, labels alone, or a slope of 0 everywhere."""
MOVING = [pytest.param(op, case, id=name) for name, op, case in USES if op.name not in STILL]
"""The cases with an input that can move."""
ANALYTIC = [pytest.param(op, case, id=name) for name, op, case in USES if op.name not in STILL and op.analytic]
