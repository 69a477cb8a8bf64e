"""THE REFEREE: where the exact loss and gradient of a network, or of one step, provably are.

Knows nothing of the roads, and takes no part in a vote. Precision is raised until every radius is negligible; what
cannot be reached is said to be unknown, with the reason, and never guessed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from trivium.backend import Array, Arrays, Bars
from trivium.errors import BackendError, did_you_mean
from trivium.ops import FAMILIES, OPS
from trivium.referee import EXACT, LEAST, Certificate, Enclosure, Proof, Reached, fingerprint
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Attributes, Op
from trivium_arb.ball import Balls, Undecided, enclosure, exact, working
from trivium_arb.tape import Tensor, backward, leaf

Table = Mapping[str, Callable[..., Any]]
OPERATIONS: Table = MappingProxyType(
    {name: f for family in FAMILIES for name, f in import_module(f"trivium_arb.{family}").OPERATIONS.items()}
)
PER_STEP, PER_ENTRY, PER_PRODUCT = 2.5e-4, 2.2e-6, 2e-9
"""Seconds on one core, for one run; measured on the zoo and on networks of up to 400,000 parameters."""
LOOPS, PER_LOOP = frozenset({"rnn", "lstm", "gru"}), 10
"""Ops whose definition goes over the first axis in a loop, and how many steps one time step is worth."""
FIRST, MOST = 112, 4096
"""Bits at first, and at most."""
NARROW = 2.0**-60
"""A radius is negligible at this share of its entry: far below a rounding of float64."""
SPARE = 8
"""Bits asked for beyond what a run lacked."""
VANISHING = 2.0**-53
"""In a whole network an entry below this share of its tensor's largest need not be known in digits of its own."""
ITSELF = 0.0
"""In one step every entry is known in digits of its own. What is 0 is certainly below any other float64 number."""


Pass = Callable[[], tuple[dict[str, Balls], dict[str, Balls]]]


@dataclass(frozen=True)
class Referee:
    """Ball arithmetic over the definitions in `operations`; a value, as a backend is."""

    operations: Table = field(repr=False)
    name: str = EXACT

    def has(self, op: Op) -> bool:
        """Whether it has a definition of the op, and the op is not another one of the same name."""
        ours = OPS.get(op.name)
        return op.name in self.operations and (ours is None or ours.formula == op.formula)

    def having(self, **operations: Callable[..., Any]) -> Referee:
        """This referee with definitions of more ops, or others for the same: tensors in, attributes by name."""
        return replace(self, operations={**self.operations, **operations})

    def operation(self, op: Op) -> Callable[..., Any]:
        """The definition of an op; BackendError where there is none."""
        if op.name not in self.operations:
            raise BackendError(f"the referee has no definition of {op.name!r}{did_you_mean(op.name, self.operations)}")
        return self.operations[op.name]

    def estimate(self, spec: Spec) -> float:
        """About how many seconds it takes to enclose the network, or to replay each of its steps, once."""
        return sum(_seconds(spec, node) for node in spec.nodes)

    def enclose(self, spec: Spec, given: Mapping[str, Array], *, seconds: float = math.inf) -> Certificate:
        """The network's values and gradients at these exact numbers; no further run is begun past so many seconds."""

        def once() -> tuple[dict[str, Balls], dict[str, Balls]]:
            tensors: dict[str, Any] = {name: self._given(spec, name, given[name]) for name in spec.givens}
            for node in spec.nodes:
                outputs = self.apply(node.op, spec.attributes(node), tuple(tensors[n] for n in node.inputs))
                tensors.update(zip(node.outputs, outputs, strict=True))
            loss = tensors[spec.loss]
            bars = backward([(loss, exact(np.ones(loss.shape)))]) if loss.followed else {}
            asked = {n: bars.get(tensors[n].born, exact(np.zeros(spec.shapes[n]))) for n in spec.differentiable}
            return {n: tensors[n].balls for node in spec.nodes for n in node.outputs}, asked

        found = replace(narrowed(once, seconds, VANISHING), of=fingerprint(spec, given))
        if spec.loss in found.values and found.values[spec.loss].known.all():
            return found
        unknown = {name: nothing(spec.shapes[name]) for name in spec.differentiable}
        return replace(found, gradients=unknown, why=found.why or "the loss is past float64, or not defined")

    def prove(
        self,
        f: Callable[[Mapping[str, Any]], Any],
        grad: Callable[[Mapping[str, Any]], Any],
        at: Mapping[str, Array],
        names: tuple[str, ...],
    ) -> Proof:
        """A person's own gradient against the exact derivative of a person's own function."""
        from trivium_arb.prove import prove  # which needs this module

        return prove(f, grad, at, names)

    def slope(
        self, f: Callable[[Mapping[str, Any]], Any], at: Mapping[str, Array], name: str, direction: Array
    ) -> Enclosure:
        """The derivative of a person's own function, as one of its arguments moves along a direction."""
        from trivium_arb.prove import derivative  # which needs this module

        return derivative(f, at, name, direction)

    def replay(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Bars]:
        """One op alone: float64 numbers nearest to its exact outputs and cotangents, NaN where they are unknown."""
        outputs, bars = self.step(op, attrs, inputs, cotangents)
        return tuple(y.nearest for y in outputs), tuple(None if b is None else b.nearest for b in bars)

    def step(
        self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays
    ) -> tuple[tuple[Enclosure, ...], tuple[Enclosure | None, ...]]:
        """One op alone at exact numbers: where its outputs are, and the cotangents of its inputs."""
        certificate = self.step_certificate(op, attrs, inputs, cotangents)
        outputs = tuple(certificate.values[str(i)] for i in range(len(cotangents)))
        return outputs, tuple(certificate.gradients.get(str(i)) for i in range(len(inputs)))

    def step_certificate(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> Certificate:
        """The same, with how it was reached; outputs and inputs are named by their number."""
        moving = [i for i, x in enumerate(inputs) if x.dtype.kind == "f"]
        unknown = not all(np.isfinite(x).all() for x in (*inputs, *cotangents) if x.dtype.kind == "f")

        def once() -> tuple[dict[str, Balls], dict[str, Balls]]:
            fed: tuple[Any, ...] = tuple(leaf(exact(x)) if i in moving else x for i, x in enumerate(inputs))
            outputs = self.apply(op, attrs, fed)
            bars = backward((y, exact(bar)) for y, bar in zip(outputs, cotangents, strict=True) if y.followed)
            asked = {str(i): bars.get(fed[i].born, exact(np.zeros(fed[i].shape))) for i in moving}
            return {str(i): y.balls for i, y in enumerate(outputs)}, asked

        if unknown:
            values = {str(i): nothing(y.shape) for i, y in enumerate(cotangents)}
            gradients = {str(i): nothing(inputs[i].shape) for i in moving}
            return Certificate(values, gradients, (), why="a number that goes into the step is not finite")
        return narrowed(once, math.inf, ITSELF)

    def apply(self, op: Op, attrs: Attributes, inputs: tuple[Any, ...]) -> tuple[Tensor, ...]:
        """The outputs of one op; labels and masks are arrays, all else is tensors."""
        found = self.operation(op)(*inputs, **attrs)
        outputs = (found,) if isinstance(found, Tensor) else tuple(found)
        # what an op hands on unchanged is a tensor of its own, with a cotangent of its own
        return tuple(Tensor(y.balls, [(y, lambda bar: bar)]) if any(y is x for x in inputs) else y for y in outputs)

    def _given(self, spec: Spec, name: str, x: Array) -> Tensor | Array:
        return leaf(exact(x)) if spec.givens[name].kind.differentiable else np.asarray(x)


def narrowed(once: Pass, seconds: float, vanishing: float) -> Certificate:
    """Run until every radius is negligible, with as many bits more each time as were lacking.

    Next to the largest of its tensor an entry below the share `vanishing` need not be known in digits of its own.
    """
    history: list[Reached] = []
    bits, start = FIRST, time.perf_counter()
    while True:
        begun = time.perf_counter()
        with working(bits) as work:
            try:
                values, gradients = ({n: enclosure(x) for n, x in part.items()} for part in once())
                lacking, why = max(lack(part, vanishing, again=bool(history)) for part in (values, gradients)), ""
            except Undecided:
                values, gradients, lacking, why = {}, {}, math.inf, "a branch that this precision leaves open"
        history.append(Reached(bits, time.perf_counter() - begun, lacking))
        done = Certificate(values, gradients, tuple(history), work.ties, why)
        if lacking <= 0:
            return done
        further = 2 * bits if math.isinf(lacking) else bits + math.ceil(lacking) + SPARE
        if further > MOST:
            return replace(done, why=why or f"it needs more than {MOST} bits")
        if time.perf_counter() - start + history[-1].seconds > seconds:
            return replace(done, why=f"it needs about {further} bits, and more than {seconds:g} s")
        bits = further


def lack(found: Mapping[str, Enclosure], vanishing: float, *, again: bool) -> float:
    """The bits that the widest of these enclosures lacks; 0 or less where all are narrow.

    What may be 0 `again`, after more bits were given, is taken to be: all the bits that this needs are asked for.
    """
    return max((_lack(e, vanishing, again=again) for e in found.values()), default=-math.inf)


def _size(e: Enclosure) -> float:
    """The largest entry that is certainly not 0."""
    sure = e.known & (np.abs(e.hi) > e.radius)
    return float(np.abs(e.hi[sure]).max(initial=0.0))


def _lack(e: Enclosure, vanishing: float, *, again: bool) -> float:
    """An entry is held against itself, but for those that are below the share `vanishing` of their tensor's largest."""
    beyond = np.isinf(e.hi)  # past float64: no bits help
    if not (e.known | beyond).all():
        return math.inf
    floor = vanishing * _size(e)
    with np.errstate(divide="ignore", invalid="ignore"):  # a radius of 0, and entries past float64
        size = np.where(again & (np.abs(e.hi) <= e.radius), 0.0, np.abs(e.hi))
        lacking = np.log2(e.radius) - np.log2(np.maximum(NARROW * np.maximum(size, floor), LEAST))
    return float(np.max(lacking[~beyond], initial=-math.inf))


def nothing(shape: tuple[int, ...]) -> Enclosure:
    """Numbers of which nothing is known."""
    return Enclosure(np.zeros(shape), np.zeros(shape), np.full(shape, np.inf))


def _seconds(spec: Spec, node: Node) -> float:
    """A step costs by its entries, its products, and the time steps that it loops over; within a factor of 3."""
    shapes, attrs = tuple(spec.shapes[n] for n in node.inputs), spec.attributes(node)
    made = sum(math.prod(spec.shapes[n]) for n in node.outputs)
    entries = made + sum(map(math.prod, shapes))
    terms = node.op.terms(shapes, attrs)[0] if node.op.terms else 1
    steps = PER_LOOP * shapes[0][0] if node.op.name in LOOPS else 1
    return PER_STEP * steps + PER_ENTRY * entries + PER_PRODUCT * made * terms


REFEREE = Referee(OPERATIONS)
