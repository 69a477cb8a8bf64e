"""WRONG ROADS: a wrong handwritten rule, which then replays the others and measures their rounding; and, in any road,
an op whose values are wrong, with a derivative to match.

Knows nothing of networks or verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trivium.backend import Array, Backend, Noise, Program, Tamper, Want, check_want
from trivium.ops import OPS
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Attributes, Op
from trivium_numpy import BACKEND
from trivium_numpy.rule import Rule, asked

Bars = tuple[Array | None, ...]


@dataclass(frozen=True)
class WrongRule:
    """One rule of the handwritten road made wrong."""

    name: str
    op: str
    change: Callable[[Rule], Rule]

    @property
    def backend(self) -> Any:
        """The handwritten road with this rule in it."""
        return replace(BACKEND, rules={**BACKEND.rules, self.op: self.change(BACKEND.rules[self.op])})


def scaled_vjp(role: int, factor: float) -> Callable[[Rule], Rule]:
    """One cotangent multiplied."""

    def change(rule: Rule) -> Rule:
        def vjp(saved: Any, y_bar: Array) -> Bars:
            bars = rule.vjp(saved, y_bar)
            return tuple(_times(asked(b), factor) if k == role else b for k, b in enumerate(bars))

        return replace(rule, vjp=vjp)

    return change


def scaled_forward(factor: float) -> Callable[[Rule], Rule]:
    """The values multiplied, and nothing else."""

    def change(rule: Rule) -> Rule:
        def forward(*inputs: Array, **attrs: Any) -> tuple[Any, Any]:
            y, saved = rule.forward(*inputs, **attrs)
            return _times(y, factor), saved

        return replace(rule, forward=forward)

    return change


def other_vjp(vjp: Callable[[Any, Array], Bars]) -> Callable[[Rule], Rule]:
    """Another backward rule."""
    return lambda rule: replace(rule, vjp=vjp)


def _times(x: Any, factor: float) -> Any:
    return x if x is None else x * x.dtype.type(factor)


def sigmoid_forgets(y: Array, y_bar: Array) -> Bars:
    """x̄ = y ∘ ȳ, its other factor forgotten."""
    return (y * y_bar,)


def mean_forgets(saved: Any, y_bar: Array) -> Bars:
    """x̄ = ȳ, spread but not divided."""
    return BACKEND.rules["sum"].vjp(saved, y_bar)


def linear_averages(saved: Any, y_bar: Array) -> Bars:
    """A bias gradient that is a mean."""
    x_bar, w_bar, c_bar = BACKEND.rules["linear"].vjp(saved, y_bar)
    return x_bar, w_bar, np.asarray(c_bar) / c_bar.dtype.type(len(y_bar))  # type: ignore[union-attr]


WRONG_RULES = (
    WrongRule("tanh' = 1 - y", "tanh", other_vjp(lambda y, y_bar: ((1 - y) * y_bar,))),
    WrongRule("tanh' off by 1e-9", "tanh", scaled_vjp(0, 1 + 1e-9)),
    WrongRule("tanh off by 1e-9, its derivative right", "tanh", scaled_forward(1 + 1e-9)),
    WrongRule("tanh too large by half", "tanh", scaled_forward(1.5)),
    WrongRule("sigmoid' = y", "sigmoid", other_vjp(sigmoid_forgets)),
    WrongRule("softplus' doubled", "softplus", scaled_vjp(0, 2.0)),
    WrongRule("linear: bias gradient averaged", "linear", other_vjp(linear_averages)),
    WrongRule("linear: weight gradient off by 1e-10", "linear", scaled_vjp(1, 1 + 1e-10)),
    WrongRule("linear: sign of the input's cotangent", "linear", scaled_vjp(0, -1.0)),
    WrongRule("matmul: first cotangent doubled", "matmul", scaled_vjp(0, 2.0)),
    WrongRule("matmul: values off by 1e-6", "matmul", scaled_forward(1 + 1e-6)),
    WrongRule("mean: not divided backward", "mean", other_vjp(mean_forgets)),
    WrongRule("squared error: 2 forgotten", "squared_error", scaled_vjp(0, 0.5)),
    WrongRule("squared error: target's sign", "squared_error", scaled_vjp(1, -1.0)),
    WrongRule("cross entropy: twice too large", "cross_entropy", scaled_vjp(0, 2.0)),
    WrongRule("mul: second cotangent lost", "mul", scaled_vjp(1, 0.0)),
    WrongRule("sub: sign of the second cotangent", "sub", scaled_vjp(1, -1.0)),
    WrongRule("add: first cotangent off by 1e-8", "add", scaled_vjp(0, 1 + 1e-8)),
    WrongRule("exp' doubled", "exp", scaled_vjp(0, 2.0)),
    WrongRule("logsumexp' off by 1e-3", "logsumexp", scaled_vjp(0, 1 + 1e-3)),
)
HALF_AT_ZERO = WrongRule(
    "relu: slope 1/2 at 0, a convention",
    "relu",
    lambda rule: replace(
        rule,
        forward=lambda x: (np.maximum(x, 0), np.where(x > 0, 1, np.where(x == 0, 0.5, 0)).astype(x.dtype)),
        vjp=lambda slope, y_bar: (slope * y_bar,),
    ),
)


@dataclass(frozen=True)
class Bent:
    """A road in which one op's values come out multiplied by a number, and its derivative with them."""

    road: Backend
    op: str
    factor: float

    @property
    def name(self) -> str:
        return self.road.name

    @property
    def dtypes(self) -> frozenset[str]:
        return self.road.dtypes

    @property
    def lacks(self) -> Mapping[str, str]:
        return self.road.lacks

    def compile(
        self,
        spec: Spec,
        *,
        dtype: str = "float64",
        want: Want | None = None,
        tamper: Mapping[str, Tamper] | None = None,
        noise: Noise | None = None,
    ) -> Program:
        """The program of a network in which a product follows each use of the op."""
        nodes = tuple(part for node in spec.nodes for part in self._bent(node))
        inner = replace(spec, nodes=nodes)
        return self.road.compile(inner, dtype=dtype, want=check_want(want, spec), tamper=tamper, noise=noise)

    def _bent(self, node: Node) -> tuple[Node, ...]:
        if node.op.name != self.op:
            return (node,)
        straight, factor = f"{node.name}_straight", f"{node.name}_factor"
        return (
            replace(node, outputs=(straight,)),
            Node((factor,), OPS["constant"], (), (("value", self.factor),)),
            Node(node.outputs, OPS["mul"], (straight, factor)),
        )

    def replay(
        self, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...]
    ) -> tuple[tuple[Array, ...], Bars]:
        """One op alone, bent if it is the one."""
        outputs, bars = self.road.replay(op, attrs, inputs, cotangents)
        if op.name != self.op:
            return outputs, bars
        return tuple(y * self.factor for y in outputs), tuple(b if b is None else b * self.factor for b in bars)

    def style(self, op: Op, attrs: Attributes, inputs: tuple[Array, ...]) -> str:
        return self.road.style(op, attrs, inputs)

    def facts(self) -> Mapping[str, str]:
        return self.road.facts()

    def shaken(
        self, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...], noise: Noise
    ) -> tuple[tuple[Array, ...], Bars]:
        """The handwritten road's own noise; only that road has any."""
        return self.road.shaken(op, attrs, inputs, cotangents, noise)  # type: ignore[attr-defined,no-any-return]

    def leaves_range(
        self, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...], dtype: str
    ) -> bool:
        """As the handwritten road has it."""
        return self.road.leaves_range(op, attrs, inputs, cotangents, dtype)  # type: ignore[attr-defined,no-any-return]


BENDS = (1.5, 1 + 1e-6, 1 + 1e-9, 1 + 1e-11)
BENT_OPS = ("tanh", "sigmoid", "softplus", "linear", "matmul", "mean", "squared_error", "cross_entropy", "exp")
__all__ = ["BENDS", "BENT_OPS", "HALF_AT_ZERO", "WRONG_RULES", "Bent", "WrongRule"]
