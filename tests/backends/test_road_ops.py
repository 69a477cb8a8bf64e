"""Every op of the roads that run op by op, at every case of the vocabulary: its formula, its vjp and its jvp.

Knows the Backend protocol and the formulas written out. That the three roads agree stands in tests/vocabulary.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.backends.cases import CASES, LINE, MOVING, USES, bound, calm, cotangents, directions, dotted, drawn
from tests.backends.naive import NAIVE
from trivium.backend import Backend
from trivium.ops import OPS
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Case, Op


def weighted(op: Op, case: Case) -> Spec:
    """One use of an op, each output multiplied by a given weight, all summed to one loss."""
    shapes = op.infer(case.shapes, bound(op, case))
    inputs = [(role, tuple(map(str, shape))) for role, shape in zip(op.roles, case.shapes, strict=True)]
    inputs += [(f"weight{i}", tuple(map(str, shape))) for i, shape in enumerate(shapes)]
    nodes = [Node(tuple(f"y{i}" for i in range(len(shapes))), op, op.roles, op.complete(case.attrs))]
    for i in range(len(shapes)):
        nodes.append(Node((f"product{i}",), OPS["mul"], (f"y{i}", f"weight{i}")))
        nodes.append(Node((f"total{i}",), OPS["sum"], (f"product{i}",), OPS["sum"].complete({})))
    for i in range(1, len(shapes)):
        before = "total0" if i == 1 else nodes[-1].name
        nodes.append(Node((f"loss{i}",), OPS["add"], (before, f"total{i}")))
    return Spec("one", tuple(inputs), (), tuple(nodes), nodes[-1].name)


WRITTEN_OUT = [pytest.param(op, case, id=name) for name, op, case in USES if op.name in NAIVE]


def adjoint(
    road: Backend, op: Op, case: Case, *, factor: float = 1.0, moving: int | None = None
) -> tuple[float, float]:
    """<vjp(y_bar), x_dot> less <y_bar, jvp(x_dot)>, and 2^8 u of the size of either's terms."""
    spec, inputs, y_bars = weighted(op, case), drawn(op, case), cotangents(op, case)
    x_dots = dict(zip(op.roles, directions(inputs), strict=True))
    smooth = [role for role, x in zip(op.roles, inputs, strict=True) if x.dtype.kind == "f"]
    chosen = {role: x_dots[role] for role in smooth[:moving]}
    given = dict(zip([name for name, _ in spec.inputs], (*inputs, *y_bars), strict=True))
    program = road.compile(spec)
    gradients, tangents = program(given).gradients, program.tangent(given, chosen)
    left, left_size = dotted(tuple(gradients.get(role) for role in chosen), tuple(chosen.values()))
    _, right_size = dotted(tuple(tangents[name] for name in spec.nodes[0].outputs), y_bars)
    return abs(factor * left - tangents[spec.loss].item()), LINE * max(left_size, right_size)


@pytest.mark.parametrize(("op", "case"), WRITTEN_OUT)
def test_values_are_those_of_the_formula_written_out(eager: Backend, op: Op, case: Case) -> None:
    """Probes are at most 2 in size, and no value or partial sum here passes 2^8: a rounding is at most 2^8 u."""
    inputs = calm(op, case)
    outputs, _ = eager.replay(op, bound(op, case), inputs, cotangents(op, case))
    expected = NAIVE[op.name](*inputs, **bound(op, case))
    off = np.abs(np.concatenate([np.ravel(y) for y in outputs]) - np.ravel(expected))
    assert off.max() <= LINE


@pytest.mark.parametrize(("op", "case"), CASES)
@pytest.mark.parametrize("moving", [None, 1])
def test_jvp_and_vjp_are_adjoint(eager: Backend, op: Op, case: Case, moving: int | None) -> None:
    off, line = adjoint(eager, op, case, moving=moving)
    assert off <= line


@pytest.mark.parametrize(("op", "case"), MOVING)
def test_a_vjp_off_by_a_billionth_is_not_adjoint(eager: Backend, op: Op, case: Case) -> None:
    off, line = adjoint(eager, op, case, factor=1 + 1e-9)
    assert off > line


@pytest.mark.parametrize(("op", "case"), CASES)
def test_values_and_cotangents_have_their_shapes_and_labels_have_none(eager: Backend, op: Op, case: Case) -> None:
    inputs = drawn(op, case)
    outputs, x_bars = eager.replay(op, bound(op, case), inputs, cotangents(op, case))
    assert tuple(y.shape for y in outputs) == op.infer(case.shapes, bound(op, case))
    expected = [x.shape if x.dtype.kind == "f" else None for x in inputs]
    assert [getattr(x_bar, "shape", None) for x_bar in x_bars] == expected
