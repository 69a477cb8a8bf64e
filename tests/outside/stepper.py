"""A backend from outside of this project, small and real: every derivative by a complex step of NumPy's own functions.

It has five ops and says that it lacks the others. It knows the Backend protocol and nothing of the roads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array, Arrays, Bars, Evaluation, Noise, Tamper, Want, check_want
from trivium.errors import BackendError
from trivium.ops import OPS
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op

H = 1e-200
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "add": np.add,
    "mul": np.multiply,
    "sum": np.sum,
    "tanh": np.tanh,
    "matmul": np.matmul,
}


@dataclass(frozen=True)
class Stepper:
    """`functions` is all that it knows: op by op, on complex arrays."""

    functions: Mapping[str, Callable[..., Any]]
    name: str = "stepper"
    dtypes: frozenset[str] = frozenset({"float64"})

    @property
    def lacks(self) -> Mapping[str, str]:
        return {name: "nobody has needed it" for name in OPS if name not in self.functions}

    def compile(
        self,
        spec: Spec,
        *,
        dtype: str = "float64",
        want: Want | None = None,
        tamper: Mapping[str, Tamper] | None = None,
        noise: Noise | None = None,
    ) -> Steps:
        if tamper or noise or dtype != "float64":
            raise BackendError("stepper plants no mistakes, makes no noise, and computes in float64")
        return Steps(self, spec, check_want(want, spec))

    def replay(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Bars]:
        def value(*moved: Array) -> Array:
            return np.asarray(self.functions[op.name](*moved, **attrs))

        wide = [np.asarray(x, complex) for x in inputs]
        bars = [
            self.slopes(lambda x, i=i: value(*wide[:i], x, *wide[i + 1 :]), x, cotangents[0])
            for i, x in enumerate(wide)
        ]
        return (value(*wide).real.copy(),), tuple(bars)

    def slopes(self, function: Callable[[Array], Array], x: Array, y_bar: Array) -> Array:
        """The derivative of Σ ȳ ∘ f(x) with respect to each entry of x, one step in the imaginary direction each."""
        x_bar = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            moved = x.copy()
            moved[index] += 1j * H
            x_bar[index] = np.sum(y_bar * (function(moved).imag / H))
        return x_bar

    def style(self, op: Op, attrs: Attributes, inputs: Arrays) -> str:
        return f"Im {op.name}(x + {H} i) / {H}"

    def facts(self) -> Mapping[str, str]:
        return {"numpy": np.__version__}


@dataclass(frozen=True)
class Steps:
    """A spec, run in complex numbers."""

    backend: Stepper
    spec: Spec
    want: Want

    def __call__(self, given: Mapping[str, Array], cotangent: float | None = None) -> Evaluation:
        return self.read(self.run(self.place(given), cotangent))

    def place(self, given: Mapping[str, Array]) -> dict[str, Array]:
        return {name: np.asarray(given[name], complex) for name in self.spec.givens}

    def run(self, placed: Mapping[str, Array], cotangent: float | None = None) -> Evaluation:
        seed, values = np.asarray(1.0 if cotangent is None else cotangent), self.values(placed)
        gradients = {
            name: self.backend.slopes(
                lambda x, n=name: self.values({**placed, n: x})[self.spec.loss], values[name], seed
            )
            for name in self.want.gradients
        }
        return Evaluation({name: values[name].real for name in self.want.values}, gradients)

    def read(self, result: Evaluation) -> Evaluation:
        return Evaluation({n: x.copy() for n, x in result.values.items()}, dict(result.gradients))

    def tangent(self, given: Mapping[str, Array], given_dot: Mapping[str, Array]) -> Mapping[str, Array]:
        placed = self.place(given)
        moved = {name: x + 1j * H * given_dot.get(name, np.zeros(x.shape)) for name, x in placed.items()}
        return {name: np.asarray(x.imag / H) for name, x in self.values(moved).items() if name in self.spec.producer}

    def values(self, fixed: Mapping[str, Array]) -> dict[str, Array]:
        """Every value; a node that is among the `fixed` is not computed but taken."""
        found = dict(fixed)
        for node in self.spec.nodes:
            y = self.backend.functions[node.op.name](*(found[n] for n in node.inputs), **self.spec.attributes(node))
            found.setdefault(node.name, np.asarray(y))
        return found


BACKEND = Stepper(FUNCTIONS)
