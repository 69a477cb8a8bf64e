"""Far more cases than an op states itself: every rank, every way to broadcast, every set of axes, every geometry.

The sweep: the handwritten road against the tape for all of them, and against JAX, which compiles each, for a sample.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from trivium.backend import load_backend
from trivium.errors import SpecError
from trivium.ops import FAMILIES, OPS
from trivium.spec.op import Case, Op
from trivium.target import handwritten
from trivium.testing import agreements

Shape = tuple[int, ...]
EAGER = {name: load_backend(name) for name in ("numpy", "torch")}
COMPILED = {name: load_backend(name) for name in ("numpy", "jax")}
SHAPES: tuple[Shape, ...] = (
    *((), (1,), (5,), (1, 1), (3, 1), (1, 5), (3, 5)),
    *((2, 3, 5), (2, 1, 1), (1, 3, 5), (2, 1, 3, 5), (1, 3, 1, 5), (2, 2, 3, 1)),
)
POINTWISE = ("arithmetic", "exponential", "activation", "piecewise", "selection")
SAMPLE = 6
"""Cases of an op that are put to JAX too, which compiles each."""


def valid(op: Op, cases: Iterator[Case]) -> Iterator[Case]:
    """Those that the op itself takes."""
    for case in cases:
        try:
            shapes = op.infer(case.shapes, op.bind(op.complete(case.attrs), {}))
        except SpecError:
            continue
        if all(all(shape) for shape in shapes):
            yield case


def pointwise(op: Op) -> Iterator[Case]:
    """Every rank, and where there are several inputs every way in which their shapes may meet."""
    attrs = [dict(t) for t in dict.fromkeys(tuple(sorted(case.attrs.items())) for case in op.cases)]
    count = len(op.cases[0].shapes)
    shapes = SHAPES if count < 3 else SHAPES[::3]
    for found, settings in itertools.product(itertools.product(shapes, repeat=count), attrs):
        yield Case(found, settings)


def reductions(op: Op) -> Iterator[Case]:
    """Every set of axes of every rank, kept and not."""
    more = {k: v for k, v in op.cases[0].attrs.items() if k not in ("axis", "keepdims")}
    for shape in ((7,), (3, 5), (2, 3, 5), (2, 3, 1, 5)):
        sets = [c for n in range(1, len(shape) + 1) for c in itertools.combinations(range(len(shape)), n)]
        for axis, keepdims in itertools.product([None, -1, *sets], [False, True]):
            yield Case((shape,), {**more, "axis": axis, "keepdims": keepdims})


def along(op: Op) -> Iterator[Case]:
    """Every axis of every rank, counted from either end."""
    more = [{k: v for k, v in case.attrs.items() if k != "axis"} for case in op.cases]
    for shape in ((7,), (3, 5), (1, 5), (2, 3, 5), (2, 3, 1, 5)):
        for axis, settings in itertools.product(range(-len(shape), len(shape)), more):
            yield Case((shape,) * len(op.cases[0].shapes), {**settings, "axis": axis})


def grid(**axes: tuple[Any, ...]) -> Iterator[Mapping[str, Any]]:
    for values in itertools.product(*axes.values()):
        yield dict(zip(axes, values, strict=True))


def convolutions(op: Op) -> Iterator[Case]:
    kernels = ((4, 4, 1, 1), (4, 2, 2, 3), (6, 4, 3, 2), (4, 1, 3, 3), (2, 4, 3, 3))
    for kernel, attrs in itertools.product(
        kernels, grid(stride=(1, 2, (3, 1)), padding=(0, 1, (2, 1)), dilation=(1, (1, 2)), groups=(1, 2, 4))
    ):
        yield Case(((2, 4, 7, 6), kernel), attrs)


def transposed(op: Op) -> Iterator[Case]:
    for kernel, attrs in itertools.product(
        ((4, 3, 1, 1), (4, 2, 2, 3), (4, 1, 3, 3)),
        grid(stride=(1, 2, (3, 2)), padding=(0, (1, 0)), dilation=(1, 2), groups=(1, 2), output_padding=(0, 1)),
    ):
        yield Case(((2, 4, 3, 4), kernel), attrs)


def pools(op: Op) -> Iterator[Case]:
    more = [{}] if op.name == "max_pool2d" else [{"count_padding": True}, {"count_padding": False}]
    for attrs, extra in itertools.product(
        grid(kernel=(1, 2, 3, (2, 3)), stride=(1, 2, 3, (1, 2)), padding=(0, 1, (1, 0))), more
    ):
        yield Case(((2, 3, 7, 6),), {**attrs, **extra})


def slices(op: Op) -> Iterator[Case]:
    ends = (None, 0, 2, 4, -1, -3)
    for axis, start, stop, step in itertools.product((0, -1), ends, ends, (1, 2, 3, -1, -2)):
        yield Case(((5, 4),), {"axis": axis, "start": start, "stop": stop, "step": step})


MAKERS = (
    {op.name: pointwise for family in POINTWISE for op in FAMILIES[family] if op.roles}
    | {op.name: reductions for op in (*FAMILIES["reduce"], *FAMILIES["moment"])}
    | dict.fromkeys(("cumsum", "softmax", "log_softmax", "concat", "stack", "l2_normalize"), along)
    | {"conv2d": convolutions, "conv_transpose2d": transposed, "max_pool2d": pools, "avg_pool2d": pools}
    | {"slice": slices}
)
NAMES = [name for name in MAKERS if name in OPS]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_handwritten_road_and_the_tape_agree_at_every_case(name: str) -> None:
    op, scaler = OPS[name], handwritten()
    cases = list(valid(op, MAKERS[name](op)))
    assert len(cases) > len(op.cases)
    found = [a for case in cases for a in agreements(op, case, EAGER, scaler)]
    assert [str(a) for a in found if a.problem] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_transformation_agrees_at_a_sample_of_them(name: str) -> None:
    op, scaler = OPS[name], handwritten()
    cases = list(valid(op, MAKERS[name](op)))
    chosen = np.random.default_rng(len(name)).permutation(len(cases))[:SAMPLE]
    found = [a for i in chosen for a in agreements(op, cases[i], COMPILED, scaler)]
    assert [str(a) for a in found if a.problem] == []
