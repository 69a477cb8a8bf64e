"""The handwritten road: run the rules forward, then backward, adding up the cotangents of whatever is read twice.

Knows nothing of any op: the order of steps, and whose cotangent is whole, is all that is decided here.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from trivium.backend import DTYPES, Array, Evaluation, Noise, Tamper, Want, check_want, watched
from trivium.errors import BackendError, did_you_mean
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op
from trivium.tally import Tally, differentiated
from trivium_numpy.noise import Shaker
from trivium_numpy.rule import Rule, Saved
from trivium_numpy.step import Arrays, Bars, Step, check, counted, frozen, lent, run_forward, run_vjp, several
from trivium_numpy.tally import kept


@dataclass(frozen=True)
class NumpyBackend:
    """ROAD 1: every derivative written by hand. `rules` is the whole of what it knows."""

    rules: Mapping[str, Rule]
    name: str = "numpy"
    dtypes: frozenset[str] = frozenset({"float64", "float32", "complex128"})

    def having(self, **rules: Rule) -> NumpyBackend:
        """This road with rules for more ops, or others for the same."""
        return replace(self, rules={**self.rules, **rules})

    @property
    def lacks(self) -> Mapping[str, str]:
        """It has every op."""
        return {}

    def compile(
        self,
        spec: Spec,
        *,
        dtype: str = "float64",
        want: Want | None = None,
        tamper: Mapping[str, Tamper] | None = None,
        noise: Noise | None = None,
    ) -> NumpyProgram:
        """A program for the spec; in complex128 it has values only, for the complex step."""
        if dtype not in self.dtypes:
            raise BackendError(f"numpy computes in {', '.join(sorted(self.dtypes))}, not in {dtype!r}")
        for name in tamper or {}:
            if name not in (known := [node.name for node in spec.nodes]):
                raise BackendError(f"no node {name!r} to plant a mistake at{did_you_mean(name, known)}")
        if dtype == "complex128":
            want = Want(check_want(want, spec).values, frozenset())
        for node in spec.nodes:
            _ = self.rule(node.op)
        planted = {name: watched(self.name, name, mistake) for name, mistake in (tamper or {}).items()}
        return NumpyProgram(self, spec, dtype, check_want(want, spec), planted, noise)

    def rule(self, op: Op) -> Rule:
        """The rule of an op; BackendError where there is none."""
        if op.name not in self.rules:
            raise BackendError(f"{self.name} has no rule of {op.name!r}{did_you_mean(op.name, self.rules)}")
        return self.rules[op.name]

    def replay(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Bars]:
        """One op alone, in float64 (complex inputs stay complex, and have no cotangents)."""
        return self._replay(op, attrs, inputs, cotangents, None)

    def shaken(
        self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays, noise: Noise
    ) -> tuple[Arrays, Bars]:
        """As `replay`, with inputs, saved arrays, outputs and cotangents multiplied by 1 + q s, 1/2 <= |s| <= 1."""
        return self._replay(op, attrs, inputs, cotangents, Shaker(noise))

    def leaves_range(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays, dtype: str) -> bool:
        """Whether the rule, run in this dtype, overflows or divides by what has become 0."""
        rule, title = self.rule(op), self.of(op)
        try:
            with np.errstate(all="ignore", over="raise", divide="raise"):
                fed, y_bars = (tuple(lent(x, dtype) for x in arrays) for arrays in (inputs, cotangents))
                _, saved = run_forward(rule, title, attrs, fed, None, dtype)
                _ = run_vjp(rule, title, saved, fed, y_bars, None)
        except FloatingPointError:  # NumPy's own report of it
            return True
        return False

    def _replay(
        self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays, shaker: Shaker | None
    ) -> tuple[Arrays, Bars]:
        rule = self.rule(op)
        wide = tuple(lent(x) for x in inputs)
        with np.errstate(all="ignore"):
            outputs, saved = run_forward(rule, self.of(op), attrs, wide, shaker)
            if any(x.dtype.kind == "c" for x in wide):
                return outputs, (None,) * len(inputs)
            return outputs, run_vjp(rule, self.of(op), saved, wide, tuple(map(lent, cotangents)), shaker)

    def of(self, op: Op, node: str = "") -> str:
        """What a message calls the rule of an op, at a node where one is known."""
        return f"{self.name}'s rule of {op.name}" + (f" at node {node!r}" if node else "")

    def style(self, op: Op, attrs: Attributes, inputs: Arrays) -> str:
        """The source of the rule."""
        rule = self.rule(op)
        return "\n".join(inspect.getsource(f) for f in (rule.forward, rule.vjp, rule.jvp)).rstrip()

    def tally(self, spec: Spec, given: Mapping[str, Array]) -> Tally:
        """What the rules save, and how many are run, for the gradient at `given`."""
        program = self.compile(spec, want=differentiated(spec))
        with np.errstate(all="ignore"):
            values, saved = program._forward(program.place(given), None)
            found, forward = kept(spec, values, saved), len(saved)
            _ = program._backward(values, saved, 1.0, None)
        return Tally(found, forward, forward - len(saved), "rules")  # what a vjp took is gone from `saved`

    def facts(self) -> Mapping[str, str]:
        """The version of NumPy."""
        return {"numpy": np.__version__}


@dataclass(frozen=True)
class NumpyProgram:
    """A spec bound to the rules; each call runs them once forward and once backward."""

    backend: NumpyBackend
    spec: Spec
    dtype: str
    want: Want
    tamper: Mapping[str, Tamper]
    noise: Noise | None

    def __call__(self, given: Mapping[str, Array], cotangent: float | None = None) -> Evaluation:
        """Values and gradients at `given`; `cotangent` is the loss's own (1 where None)."""
        return self.read(self.run(self.place(given), cotangent))

    def place(self, given: Mapping[str, Array]) -> dict[str, Array]:
        """Copies of the givens in the program's dtype; labels and masks keep theirs."""
        missing = [name for name in self.spec.givens if name not in given]
        if missing:
            raise BackendError(f"no value for {', '.join(map(repr, missing))}")
        with np.errstate(over="ignore"):  # a float64 number may be past float32's largest
            return {
                name: frozen(np.array(given[name], dtype=DTYPES[self.dtype] if g.kind.differentiable else None))
                for name, g in self.spec.givens.items()
            }

    def run(self, placed: dict[str, Array], cotangent: float | None = None) -> Evaluation:
        """Forward, and backward where a gradient is wanted; nothing is copied."""
        shaker = Shaker(self.noise) if self.noise else None
        with np.errstate(all="ignore"):
            values, saved = self._forward(placed, shaker)
            gradients = self._backward(values, saved, 1.0 if cotangent is None else cotangent, shaker)
        return Evaluation({n: values[n] for n in self.want.values}, {n: gradients[n] for n in self.want.gradients})

    def read(self, result: Evaluation) -> Evaluation:
        """The same numbers in arrays of the caller's own."""
        copies = [{n: np.array(a) for n, a in part.items()} for part in (result.values, result.gradients)]
        return Evaluation(copies[0], copies[1])

    def tangent(self, given: Mapping[str, Array], given_dot: Mapping[str, Array]) -> dict[str, Array]:
        """The tangent of every node output along `given_dot`, pushed forward through the rules' jvp."""
        moving = [name for name, g in self.spec.givens.items() if g.kind.differentiable]
        for name in given_dot:
            if name not in moving:
                raise BackendError(
                    f"no tangent along {name!r}: it is no given of real numbers{did_you_mean(name, moving)}"
                )
        placed = self.place(given)
        dots: dict[str, Array | None] = {
            name: np.array(given_dot.get(name, np.zeros_like(x)), dtype=x.dtype) if g.kind.differentiable else None
            for (name, g), x in zip(self.spec.givens.items(), placed.values(), strict=True)
        }
        with np.errstate(all="ignore"):
            values, saved = self._forward(placed, None)
            for node in self.spec.nodes:
                y_dot = self.backend.rules[node.op.name].jvp(saved[node.name], *(dots[n] for n in node.inputs))
                for name, dot in zip(node.outputs, several(y_dot), strict=True):
                    dots[name] = np.array(np.broadcast_to(dot, values[name].shape), dtype=values[name].dtype)
        return {name: dots[name] for node in self.spec.nodes for name in node.outputs}  # type: ignore[misc]

    def _forward(self, placed: dict[str, Array], shaker: Shaker | None) -> tuple[dict[str, Array], dict[str, Saved]]:
        values, saved = dict(placed), {}
        dtype = np.dtype(DTYPES[self.dtype])
        for step in self._steps:
            inputs = tuple([values[n] for n in step.inputs])
            outputs, saved[step.name] = run_forward(step.rule, step.title, step.attrs, inputs, shaker, self.dtype)
            counted(step.title, "outputs", len(outputs), len(step.outputs))
            for name, y, shape in zip(step.outputs, outputs, step.shapes, strict=True):
                check(step.title, "output", y, shape, dtype)
                values[name] = frozen(y)
        return values, saved

    def _backward(
        self, values: dict[str, Array], saved: dict[str, Saved], cotangent: float, shaker: Shaker | None
    ) -> dict[str, Array]:
        if not self.want.gradients:
            return {}
        bars: dict[str, Array] = {self.spec.loss: np.full(self.spec.shapes[self.spec.loss], cotangent, self.dtype)}
        summed: set[str] = set()
        kept = self.want.gradients
        for step in self._backward_steps:
            # Every reader of an output stands behind it, so that its cotangent is whole; nobody else will ask for it.
            taken = [bars.get(n) if n in kept else bars.pop(n, None) for n in step.outputs]
            found = [b is not None for b in taken]
            if not any(found):
                continue
            y_bars = tuple(
                [frozen(np.zeros_like(values[n]) if b is None else b) for n, b in zip(step.outputs, taken, strict=True)]
            )
            x_bars = self._vjp(step, values, saved.pop(step.name), y_bars, shaker)
            for name, x_bar, needed in zip(step.inputs, x_bars, step.needed, strict=True):
                if x_bar is None or not needed:
                    continue
                if name not in bars:
                    bars[name] = x_bar
                elif name in summed:
                    bars[name] += x_bar  # an array of the engine's own
                else:
                    bars[name] = np.asarray(bars[name] + x_bar)
                    summed.add(name)
        return {n: bars[n] if n in bars else np.zeros_like(values[n]) for n in self.want.gradients}

    def _vjp(self, step: Step, values: dict[str, Array], saved: Saved, y_bars: Arrays, shaker: Shaker | None) -> Bars:
        inputs = tuple([values[n] for n in step.inputs])
        planted = self.tamper.get(step.name)
        needed = step.needed if planted is None and shaker is None else None
        x_bars = run_vjp(step.rule, step.title, saved, inputs, y_bars, shaker, needed)
        return x_bars if planted is None else planted(inputs, tuple(values[n] for n in step.outputs), y_bars, x_bars)

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        """The nodes in their order, with all that does not change from run to run."""
        flows = self._needed()
        return tuple(
            Step(
                node.name,
                self.backend.rule(node.op),
                self.backend.of(node.op, node.name),
                self.spec.attributes(node),
                node.inputs,
                node.outputs,
                tuple(self.spec.shapes[n] for n in node.outputs),
                tuple(n in flows for n in node.inputs),
            )
            for node in self.spec.nodes
        )

    @cached_property
    def _backward_steps(self) -> tuple[Step, ...]:
        """The steps through which a wanted gradient flows, from the last to the first."""
        return tuple(step for step in reversed(self._steps) if any(step.needed))

    def _needed(self) -> frozenset[str]:
        """The names through which a wanted gradient flows."""
        found = set(self.want.gradients)
        for node in self.spec.nodes:
            if not found.isdisjoint(node.inputs):
                found.update(node.outputs)
        return frozenset(found)
