"""Comparisons built by hand, so that a report is tested without running a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from trivium.compare.comparison import (
    BACKWARD,
    FORWARD,
    Comparison,
    Cost,
    End,
    Finding,
    Pattern,
    Step,
    Witness,
    Wrong,
)
from trivium.ops import OPS
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node

ROADS = ("numpy", "torch", "jax")
DTYPES = ("float64", "float32")
POINTS = (("own values", {"N": 2}), ("prime sizes", {"N": 5}), ("square layers", {"N": 5}))


def node(name: str, op: str, *inputs: str, **attrs: Any) -> Node:
    """One use of an op of the vocabulary."""
    return Node((name,), OPS[op], inputs, OPS[op].complete(attrs))


def two_layers(*, width: int = 3) -> Spec:
    """A small network: w1 and w2, a tanh between them, a squared error with the batch in columns."""
    nodes = (
        node("h", "matmul", "w1", "x"),
        node("a", "tanh", "h"),
        node("p", "matmul", "w2", "a"),
        node("cost", "squared_error", "p", "y", reduction="batchmean", batch_axis=1),
    )
    return Spec(
        "two_layers",
        written({"x": "2 N", "y": "1 N"}),
        written({"w1": f"{width} 2", "w2": f"1 {width}"}),
        nodes,
        "cost",
        (("N", 2),),
    )


def steps(spec: Spec, *, residual: float = 3.1, floor: float = 2.3e-13) -> tuple[Step, ...]:
    """Every step of every road, all of them right."""
    made = [(FORWARD, name) for n in spec.nodes for name in n.outputs]
    made += [(BACKWARD, name) for name in spec.differentiable]
    dull = {"float64": floor, "float32": floor * 2**29}
    return tuple(
        Step(point, road, dtype, direction, name, (name,), other, residual / (1 + i), (0,), 6, 0, 0, dull[dtype])
        for point, _ in POINTS
        for dtype in DTYPES
        for road, other in zip(ROADS, ROADS[-1:] + ROADS, strict=False)
        for i, (direction, name) in enumerate(made)
    )


def ends(spec: Spec, *, digits: float = 15.6, states: dict[str, dict[str, str]] | None = None) -> tuple[End, ...]:
    """One end for each given, right in every road but where `states` says otherwise."""
    right = dict.fromkeys(ROADS, "right")
    return tuple(
        End(point, dtype, name, g.shape, g.parameter, 0.535138, digits if dtype == "float64" else digits - 8.7,
            15.2 if dtype == "float64" else 6.5, False, right | (states or {}).get(name, {}))
        for point, _ in POINTS
        for dtype in DTYPES
        for name, g in spec.givens.items()
    )  # fmt: skip


def comparison(spec: Spec, **changes: Any) -> Comparison:
    """Three roads that agree on a spec, but for what is changed."""
    cost = Cost({"numpy": 0.0004, "torch": 0.12, "jax": 2.31}, {"numpy": 0.004, "torch": 0.02, "jax": 0.03}, 0.31, 0.22)
    base = Comparison(spec, ROADS, DTYPES, POINTS, steps(spec), (), ends(spec), "replay by another road", cost)
    return replace(base, **changes)


def wrong(tensor: str, *, ratio: float = 5.0, entries: int = 2) -> Wrong:
    """A tensor that is `ratio` times too large in every entry."""
    values = [-2.46291905 + i for i in range(min(3, entries))]
    witnesses = tuple(Witness((0, i), v * ratio, v, 1.37e-13, v if i == 0 else None) for i, v in enumerate(values))
    pattern = Pattern("ratio", f"{ratio:g} times too large, and {ratio:g} is N", ratio)
    return Wrong(tensor, "prediction", pattern, entries, entries, 7.2e15, witnesses, "numpy", "own values", "float64")


def finding(node_name: str, *tensors: str, **changes: Any) -> Finding:
    """A step that numpy gets wrong going backward, proven by the complex step."""
    everywhere = tuple((point, dtype) for point, _ in POINTS for dtype in DTYPES)
    found = Finding(
        "TV102",
        "disagree",
        f"numpy is wrong in the backward step of {node_name}",
        "numpy",
        node_name,
        BACKWARD,
        tuple(wrong(t) for t in tensors),
        "put to the derivative of its own values (complex step)",
        True,
        "torch",
        everywhere,
        ("w1", "w2", "x"),
    )
    return replace(found, **changes)


def failing(spec: Spec, *findings: Finding) -> Comparison:
    """A comparison in which these findings' steps have failed."""
    bad = {(f.backend, f.direction, w.tensor): w for f in findings for w in f.wrong}
    made = tuple(
        replace(s, failed=w.wrong, residual=w.residual) if (w := bad.get((s.backend, s.direction, s.tensor))) else s
        for s in steps(spec)
    )
    states: dict[str, dict[str, str]] = {}
    for f in findings:
        for state, names in (("inherits", f.inherits), ("wrong", [w.tensor for w in f.wrong])):
            for name in names:
                states.setdefault(name, {})[f.backend] = state
    return comparison(spec, findings=findings, steps=made, ends=ends(spec, digits=0.1, states=states))


@pytest.fixture
def spec() -> Spec:
    return two_layers()


@pytest.fixture
def agreeing() -> Callable[..., Comparison]:
    """comparison(spec, **changes): three roads that agree."""
    return comparison


@pytest.fixture(name="failing")
def failing_() -> Callable[..., Comparison]:
    """failing(spec, *findings): three roads, and steps that fail."""
    return failing


@pytest.fixture
def find() -> Callable[..., Finding]:
    """finding(node, *tensors, **changes): a step that numpy gets wrong."""
    return finding
