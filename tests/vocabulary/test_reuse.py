"""Every op with its inputs used once more, and reached on two ways: gradients of one tensor's uses add up."""

from __future__ import annotations

import pytest

from tests.backends.cases import bound
from trivium.ops import OPS
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Case, Op
from trivium.verbs import check

CASES = [pytest.param(op.taking(len(op.cases[0].shapes)), op.cases[0], id=op.name) for op in OPS.values()]


def twice(op: Op, case: Case) -> Spec:
    """The op on its inputs, and again with each number on a second way (0 x + x); both in one loss, weighted."""
    kinds = {role: op.kind(role, case.shapes, bound(op, case)) for role in op.roles}
    smooth = [role for role in op.roles if kinds[role].differentiable]
    shapes = op.infer(case.shapes, bound(op, case))
    nodes = [Node(("nought",), OPS["constant"], (), (("value", 0.0),))]
    for role in smooth:
        nodes.append(Node((f"nothing_{role}",), OPS["mul"], (role, "nought")))
        nodes.append(Node((f"again_{role}",), OPS["add"], (role, f"nothing_{role}")))
    total = "nought"
    for name, inputs in (("y", op.roles), ("z", [f"again_{r}" if r in smooth else r for r in op.roles])):
        outputs = tuple(f"{name}{i}" for i in range(len(shapes)))
        nodes.append(Node(outputs, op, tuple(inputs), op.complete(case.attrs)))
        for output in outputs:
            nodes.append(Node((f"part_{output}",), OPS["mul"], (output, f"weight_{output}")))
            nodes.append(Node((f"sum_{output}",), OPS["sum"], (f"part_{output}",)))
            nodes.append(Node((f"with_{output}",), OPS["add"], (total, f"sum_{output}")))
            total = nodes[-1].name
    weights = {f"weight_{name}{i}": shape for name in "yz" for i, shape in enumerate(shapes)}
    givens = {**dict(zip(op.roles, case.shapes, strict=True)), **weights}
    return Spec("twice", tuple((n, tuple(map(str, s))) for n, s in givens.items()), (), tuple(nodes), total)


def verdict(op: Op, case: Case, *roads: str) -> list[str]:
    return [
        f.message for f in check(twice(op, case), backends=roads, oracle="roads").comparison.of("disagree", "undecided")
    ]


@pytest.mark.parametrize(("op", "case"), CASES)
def test_the_tape_and_the_handwritten_road_add_up_alike(op: Op, case: Case) -> None:
    assert verdict(op, case, "numpy", "torch") == []


@pytest.mark.slow
@pytest.mark.parametrize(("op", "case"), CASES)
def test_all_three_roads_add_up_alike(op: Op, case: Case) -> None:
    assert verdict(op, case, "numpy", "torch", "jax") == []
