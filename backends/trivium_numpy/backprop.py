"""The handwritten road: run the rules forward, then backward, adding up the cotangents of whatever is read twice.

Knows nothing of any op: what every rule would repeat is done here, once.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from trivium.backend import DTYPES, Array, Evaluation, Noise, Tamper, Want, check_want, watched
from trivium.errors import BackendError, did_you_mean
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op
from trivium_numpy.noise import Shaker
from trivium_numpy.rule import Rule, Saved, asked, unbroadcast

Arrays = tuple[Array, ...]
Bars = tuple[Array | None, ...]


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
                fed, y_bars = (tuple(_lent(x, dtype) for x in arrays) for arrays in (inputs, cotangents))
                _, saved = run_forward(rule, title, attrs, fed, None, dtype)
                _ = run_vjp(rule, title, saved, fed, y_bars, None)
        except FloatingPointError:  # NumPy's own report of it
            return True
        return False

    def _replay(
        self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays, shaker: Shaker | None
    ) -> tuple[Arrays, Bars]:
        rule = self.rule(op)
        wide = tuple(_lent(x) for x in inputs)
        with np.errstate(all="ignore"):
            outputs, saved = run_forward(rule, self.of(op), attrs, wide, shaker)
            if any(x.dtype.kind == "c" for x in wide):
                return outputs, (None,) * len(inputs)
            return outputs, run_vjp(rule, self.of(op), saved, wide, tuple(map(_lent, cotangents)), shaker)

    def of(self, op: Op, node: str = "") -> str:
        """What a message calls the rule of an op, at a node where one is known."""
        return f"{self.name}'s rule of {op.name}" + (f" at node {node!r}" if node else "")

    def style(self, op: Op, attrs: Attributes, inputs: Arrays) -> str:
        """The source of the rule."""
        rule = self.rule(op)
        return "\n".join(inspect.getsource(f) for f in (rule.forward, rule.vjp, rule.jvp)).rstrip()

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
                name: _frozen(np.array(given[name], dtype=DTYPES[self.dtype] if g.kind.differentiable else None))
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
                for name, dot in zip(node.outputs, _several(y_dot), strict=True):
                    dots[name] = np.array(np.broadcast_to(dot, values[name].shape), dtype=values[name].dtype)
        return {name: dots[name] for node in self.spec.nodes for name in node.outputs}  # type: ignore[misc]

    def _forward(self, placed: dict[str, Array], shaker: Shaker | None) -> tuple[dict[str, Array], dict[str, Saved]]:
        values, saved = dict(placed), {}
        dtype = DTYPES[self.dtype]
        for step in self._steps:
            inputs = tuple([values[n] for n in step.inputs])
            outputs, saved[step.name] = run_forward(step.rule, step.title, step.attrs, inputs, shaker, self.dtype)
            _counted(step.title, "outputs", len(outputs), len(step.outputs))
            for name, y in zip(step.outputs, outputs, strict=True):
                _check(step.title, "output", y, self.spec.shapes[name], dtype)
                values[name] = _frozen(y)
        return values, saved

    def _backward(
        self, values: dict[str, Array], saved: dict[str, Saved], cotangent: float, shaker: Shaker | None
    ) -> dict[str, Array]:
        if not self.want.gradients:
            return {}
        bars: dict[str, Array] = {self.spec.loss: np.full(self.spec.shapes[self.spec.loss], cotangent, self.dtype)}
        summed: set[str] = set()
        for step in reversed(self._steps):
            if not any(step.needed) or bars.keys().isdisjoint(step.outputs):
                continue
            # Every reader of an output stands behind it, so that its cotangent is whole; nobody else will ask for it.
            taken = [bars.get(n) if n in self.want.gradients else bars.pop(n, None) for n in step.outputs]
            y_bars = tuple(
                [
                    _frozen(np.zeros_like(values[n]) if b is None else b)
                    for n, b in zip(step.outputs, taken, strict=True)
                ]
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
                    bars[name] = bars[name] + x_bar
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
                tuple(n in flows for n in node.inputs),
            )
            for node in self.spec.nodes
        )

    def _needed(self) -> frozenset[str]:
        """The names through which a wanted gradient flows."""
        found = set(self.want.gradients)
        for node in self.spec.nodes:
            if not found.isdisjoint(node.inputs):
                found.update(node.outputs)
        return frozenset(found)


@dataclass(frozen=True)
class Step:
    """A node as it is run: its rule, what a message calls it, and which of its inputs have a cotangent to give."""

    name: str
    rule: Rule
    title: str
    attrs: Attributes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    needed: tuple[bool, ...]


def run_forward(
    rule: Rule, title: str, attrs: Attributes, inputs: Arrays, shaker: Shaker | None, dtype: str = "float64"
) -> tuple[Arrays, Saved]:
    """A rule's forward pass: its outputs as arrays, and what it saved; both shaken where a shaker is given."""
    pair = rule.forward(*(shaker.all(inputs) if shaker else inputs), **attrs)
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise BackendError(f"{title}: forward returns {_kind(pair)}, needs a pair (y, saved)")
    y, saved = pair
    outputs = tuple(np.asarray(part, dtype if _typeless(part) else None) for part in _several(y))
    return (shaker.all(outputs), shaker.saved(saved)) if shaker else (outputs, saved)


def run_vjp(
    rule: Rule,
    title: str,
    saved: Saved,
    inputs: Arrays,
    y_bars: Arrays,
    shaker: Shaker | None,
    needed: tuple[bool, ...] | None = None,
) -> Bars:
    """A rule's backward pass: one cotangent per input, of the input's own shape and dtype, checked.

    Those that are not needed may be None; all are where `needed` is.
    """
    if shaker:
        y_bars = shaker.all(y_bars)
    x_bars = rule.vjp(saved, y_bars if rule.several else y_bars[0])
    if not isinstance(x_bars, tuple | list):
        raise BackendError(f"{title}: vjp returns {_kind(x_bars)}, needs a tuple: one cotangent per input")
    _counted(title, "cotangents", len(x_bars), len(inputs))
    wanted = (True,) * len(inputs) if needed is None else needed
    finished = tuple(
        [_finish(rule, title, x, asked(b) if n else None) for x, b, n in zip(inputs, x_bars, wanted, strict=True)]
    )
    return shaker.all(finished) if shaker else finished


def _finish(rule: Rule, title: str, x: Array, x_bar: Array | None) -> Array | None:
    if x_bar is None:
        return None
    whole = np.asarray(unbroadcast(np.asarray(x_bar), x.shape) if rule.broadcasts else x_bar)
    _check(title, "cotangent", whole, x.shape, x.dtype)
    return whole


def _check(title: str, what: str, array: Array, shape: tuple[int, ...], dtype: Any) -> None:
    if array.shape != shape or array.dtype != dtype:
        raise BackendError(f"{title} gives {what} {array.dtype} {array.shape}, needs {np.dtype(dtype)} {shape}")


def _counted(title: str, what: str, found: int, needed: int) -> None:
    if found != needed:
        raise BackendError(f"{title} gives {found} {what}, needs {needed}")


def _kind(found: object) -> str:
    """What a rule returned in place of a tuple."""
    return f"{found.dtype} {found.shape}" if isinstance(found, np.ndarray) else f"a {type(found).__name__}"


def _several(y: Any) -> tuple[Any, ...]:
    return y if isinstance(y, tuple) else (y,)


def _lent(x: Array, dtype: str = "float64") -> Array:
    """The array in this dtype (labels, masks and complex numbers as they are), seen through a read-only window."""
    return _frozen(np.asarray(x, dtype if x.dtype.kind == "f" else None).view())


def _typeless(y: Any) -> bool:
    """Whether an output has no precision of its own: a Python number, or what is counted out of labels and masks."""
    return not isinstance(y, np.ndarray | np.generic) or y.dtype.kind in "biu"


def _frozen(x: Array) -> Array:
    """The array, read-only: a rule that writes to what it was lent fails at once."""
    x.flags.writeable = False
    return x
