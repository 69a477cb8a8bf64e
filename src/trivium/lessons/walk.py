"""A network walked through, forward and back: of each step its arrays, where their numbers come from, every road.

Everything is of one run: the rules' source, the tape's nodes, the jaxprs, the numbers. Knows nothing of pages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import cached_property

import numpy as np

from trivium.backend import Array, Backend, Evaluation
from trivium.lessons.account import STYLES
from trivium.lessons.beside import Beside, Written
from trivium.lessons.derivations import DERIVATIONS, Line
from trivium.lessons.equation import equations
from trivium.lessons.sums import Slopes, backward_sums, forward_sums, slopes
from trivium.lessons.tensor import SHOWN, Tensor, entry, tensor
from trivium.referee import Certificate, Enclosure
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.tally import Following, Tallying

FORWARD, BACKWARD = "forward", "backward"
FUNCTIONS = re.compile(r"(?m)^(?=def )")
"""Where one function of a rule ends and the next begins: forward, then back."""
ENTRIES = 1500
"""That say where they come from."""
DIGITS = 30
"""Of what is certified, at most."""


@dataclass(frozen=True)
class Step:
    """One step, forward or back.

    formula   what the op is; on the way back what the handwritten rule says of itself, with the engine's sums
    tensors   what is read, then what is made; of what is made, where each entry comes from
    styles    each road's own account of this direction
    written   the lines of somebody's own code that do it
    entry     which entry of the result is the largest, by name; `digits`, it by every road in all its digits, and
              the certified ones; `sum`, where it comes from
    """

    direction: str
    node: str
    equation: str
    formula: str
    tensors: tuple[Tensor, ...]
    styles: tuple[tuple[str, str], ...]
    derivation: tuple[Line, ...]
    written: tuple[Written, ...]
    digits: tuple[tuple[str, str], ...]
    entry: str
    sum: str


@dataclass(frozen=True)
class Result:
    """What a step makes and is looked at most closely: the name it has there, and its numbers by every road.

    tensor   whose value, or whose gradient, it is
    sums     where each of its entries comes from
    """

    title: str
    tensor: str
    found: Mapping[str, Array]
    exact: Enclosure | None
    sums: Sequence[str]

    @cached_property
    def largest(self) -> int | None:
        """The place of the largest entry by the first road, counted flat; None where not all are finite numbers."""
        first = next((np.asarray(x) for x in self.found.values()), None)
        if first is None or first.dtype.kind != "f" or not first.size or not np.isfinite(first).all():
            return None
        return int(np.argmax(np.abs(first)))

    def digits(self) -> Iterator[tuple[str, str]]:
        """The largest entry by every road in all its digits, and the certified ones below."""
        if self.largest is None:
            return
        yield from ((STYLES.get(n, n), repr(float(np.ravel(x)[self.largest]))) for n, x in self.found.items())
        if self.exact is not None and bool(np.ravel(self.exact.known)[self.largest]):
            parts = (self.exact.hi, self.exact.lo, self.exact.radius)
            yield "certified", certified(*(float(np.ravel(part)[self.largest]) for part in parts))


@dataclass(frozen=True)
class Walk:
    """All that is known of one run: by every road, by the referee where it knows every op, and along one tangent.

    pushed    the tangent's entry, and the tangents of all steps' results, by forward mode
    own       somebody's own code for the same network
    """

    spec: Spec
    backends: Mapping[str, Backend]
    runs: Mapping[str, Evaluation]
    exact: Certificate | None
    pushed: tuple[str, Mapping[str, Array]] | None
    own: Beside | None

    @cached_property
    def first(self) -> Evaluation:
        """The run whose numbers are shown: all of them agree to rounding, and the last digits are shown of each."""
        return next(iter(self.runs.values()))

    @cached_property
    def few(self) -> bool:
        """Whether every entry can say where it comes from, and the page stay small; else a step's largest does."""
        gives = [n for node in self.spec.nodes for n in (*node.outputs, *node.inputs) if n in self.first.gradients]
        return sum(min(self.first.values[n].size, SHOWN) for n in gives) <= ENTRIES

    def steps(self) -> list[Step]:
        """Every step forward, then every step back; an op's derivation at the first of its steps."""
        here = {node.name: self._slopes(node) for node in self.spec.nodes}
        found = [
            *(self._forward(node, here[node.name]) for node in self.spec.nodes),
            *(self._backward(node, here[node.name]) for node in reversed(self.spec.nodes)),
        ]
        first = {step.derivation: i for i, step in reversed([*enumerate(found)])}
        return [s if first[s.derivation] == i else replace(s, derivation=()) for i, s in enumerate(found)]

    def _slopes(self, node: Node) -> Slopes | None:
        return slopes(self.spec, node, self.first.values, self._shown)

    def _forward(self, node: Node, here: Slopes | None) -> Step:
        values, made = self.first.values, node.outputs[0]
        sums = {n: forward_sums(here, n) if here else () for n in node.outputs}
        tensors = [
            *(tensor(n, values[n]) for n in dict.fromkeys(node.inputs)),
            *(tensor(n, values[n], sums[n] if self.few else ()) for n in node.outputs),
        ]
        if self.pushed is not None:
            along, tangents = self.pushed
            tensors += [tensor(f"∂{n}/∂{along}, by forward mode", tangents[n]) for n in node.outputs]
        found = {road: run.values[made] for road, run in self.runs.items()}
        written = self.own.forward(node) if self.own else ()
        exact = None if self.exact is None else self.exact.values.get(made)
        return self._step(FORWARD, node, tensors, written, Result(made, made, found, exact, sums[made]))

    def _backward(self, node: Node, here: Slopes | None) -> Step:
        run, loss = self.first, self.spec.loss
        gives = [n for n in dict.fromkeys(node.inputs) if n in run.gradients]
        sums = {
            n: backward_sums(here, n, loss, run.gradients, part=len(self.spec.consumers[n]) > 1) if here else ()
            for n in gives
        }
        tensors = [
            *(tensor(f"∂{loss}/∂{n}, coming back", run.gradients[n]) for n in node.outputs if n in run.gradients),
            *(tensor(n, run.values[n]) for n in dict.fromkeys(node.inputs)),
            *(tensor(n, run.values[n]) for n in node.outputs if (node.name, n) in self._kept),
            *(tensor(f"∂{loss}/∂{n}{self._part(n)}", run.gradients[n], sums[n] if self.few else ()) for n in gives),
        ]
        learned = [n for n in gives if n in self.spec.givens and self.spec.givens[n].parameter]
        name = [*learned, *gives, node.outputs[0]][0]
        found = {road: r.gradients[name] for road, r in self.runs.items() if name in r.gradients}
        written = self.own.backward(self.spec, node) if self.own else ()
        exact = None if self.exact is None else self.exact.gradients.get(name)
        result = Result(f"∂{loss}/∂{name}", name, found, exact, sums.get(name, ()))
        return self._step(BACKWARD, node, tensors, written, result)

    def _step(
        self, direction: str, node: Node, tensors: Sequence[Tensor], written: Sequence[Written], result: Result
    ) -> Step:
        at, back = result.largest, direction == BACKWARD
        return Step(
            direction,
            node.name,
            f"back through {node}" if back else str(node),
            self._rule(node) if back else node.op.formula,
            tuple(tensors),
            tuple(self._styles(node, forward=not back)),
            DERIVATIONS.get(node.op.name, ()) if back else (),
            tuple(written),
            tuple(result.digits()),
            "" if at is None else entry(result.title, at, self.spec.shapes[result.tensor]),
            "" if at is None or not result.sums else result.sums[at],
        )

    def _rule(self, node: Node) -> str:
        """The backward equations, where the first road has some."""
        return next(reversed(equations(self.spec, node, self.first.values, self._shown)), node.op.formula)

    @property
    def _shown(self) -> Backend:
        """The road whose numbers are shown."""
        return next(iter(self.backends.values()))

    @cached_property
    def _kept(self) -> Collection[tuple[str, str]]:
        """The steps of which the shown road keeps the result itself for the way back, each with the result's name."""
        if not isinstance(self._shown, Tallying):
            return ()
        given = {n: self.first.values[n] for n in self.spec.givens}
        kept = self._shown.tally(self.spec, given).kept
        return {(node, k.name) for k in kept for node in k.what.split(", ")}

    def _part(self, name: str) -> str:
        """What is added where a tensor is read more than once."""
        readers = len(self.spec.consumers[name])
        return f", the sum over its {readers} readers" if readers > 1 else ""

    def _styles(self, node: Node, *, forward: bool) -> Iterator[tuple[str, str]]:
        """Each road's own account of the step: its part of the record of the whole gradient, or the op's own code."""
        inputs = tuple(self.first.values[n] for n in node.inputs)
        for name, backend in self.backends.items():
            if name in self.followed:
                yield STYLES.get(name, name), self.followed[name][node.name][0 if forward else 1]
            else:
                functions = FUNCTIONS.split(backend.style(node.op, self.spec.attributes(node), inputs))
                parts = [p for p in functions if p.strip()]
                yield STYLES.get(name, name), parts[0 if forward else min(1, len(parts) - 1)].strip()

    @cached_property
    def followed(self) -> Mapping[str, Mapping[str, tuple[str, str]]]:
        """By road, where it keeps a record of a run, what each node put into it."""
        given = {n: self.first.values[n] for n in self.spec.givens}
        return {n: road.follow(self.spec, given) for n, road in self.backends.items() if isinstance(road, Following)}


def certified(hi: float, lo: float, radius: float) -> str:
    """An enclosed number in the digits that are the same at both of its ends, at most DIGITS."""
    if not math.isfinite(hi):
        return repr(hi)
    with localcontext(prec=2 * DIGITS):
        low, high = (Decimal(hi) + Decimal(lo) + sign * Decimal(radius) for sign in (-1, 1))
        if low == high:
            return f"{low:.{DIGITS}g}"
        said = ((f"{low:.{digits}g}", f"{high:.{digits}g}") for digits in range(DIGITS, 0, -1))
        return next((one for one, other in said if one == other), f"from {float(low):.3g} to {float(high):.3g}")
