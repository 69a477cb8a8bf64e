"""A spec as a program on torch's tape: its nodes are run in order, then autograd.grad gives every gradient wanted.

Knows nothing of what an operation computes, and nothing of other backends.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trivium.backend import DTYPES, Array, Evaluation, Noise, Tamper, Want, check_want, watched
from trivium.errors import BackendError, did_you_mean
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium_torch.border import taping, to_array, to_tensor
from trivium_torch.step import Operation, Planted, Table, leaf, operation

PRECISIONS: Mapping[str, torch.dtype] = {"float64": torch.float64, "float32": torch.float32}
Named = Mapping[str, Tensor]


@dataclass(frozen=True)
class Step:
    """One node, ready to run: what it does, and the names it reads and binds."""

    apply: Operation
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Recorded:
    """What a run leaves, as tensors: the values and the gradients wanted."""

    values: Named
    gradients: Named


@dataclass(frozen=True)
class Tape:
    """A compiled spec. `steps` may hold planted mistakes; `plain`, which forward mode runs, never does."""

    spec: Spec
    dtype: str
    want: Want
    steps: tuple[Step, ...]
    plain: tuple[Step, ...]

    def __call__(self, given: Mapping[str, Array], cotangent: float | None = None) -> Evaluation:
        """Values and gradients at `given`; `cotangent` is the loss's own (1 where None)."""
        return self.read(self.run(self.place(given), cotangent=cotangent))

    def place(self, given: Mapping[str, Array]) -> dict[str, Tensor]:
        """The givens as tensors: labels int64, masks bool, all else in the program's dtype."""
        with taping():
            return {name: self.placed(name, given) for name in self.spec.givens}

    def placed(self, name: str, given: Mapping[str, Array]) -> Tensor:
        """One given as a tensor; BackendError where it has no value."""
        if name not in given:
            needed = ", ".join(self.spec.givens)
            raise BackendError(f"no value of {name!r} (needed are {needed}){did_you_mean(name, given)}")
        whole = {"index": np.int64, "mask": np.bool_}
        return to_tensor(given[name], whole.get(self.spec.givens[name].kind.name, DTYPES[self.dtype]))

    def run(self, placed: Named, *, cotangent: float | None = None) -> Recorded:
        """Forward, then backward as far as gradients are wanted; no tensor of `placed` changes."""
        with taping():
            values = record(self.steps, placed, self.want.gradients, PRECISIONS[self.dtype])
            followed = {name: values[name] for name in self.want.gradients}
            gradients = pulled_back(values[self.spec.loss], followed, 1.0 if cotangent is None else cotangent)
            return Recorded({name: values[name].detach() for name in self.want.values}, gradients)

    def read(self, result: Recorded) -> Evaluation:
        """Tensors as arrays that the caller owns, in the spec's order."""
        return Evaluation(self.arrays(result.values), self.arrays(result.gradients))

    def arrays(self, tensors: Named) -> dict[str, Array]:
        """Copies, by name."""
        return {name: to_array(tensors[name]) for name in self.spec.shapes if name in tensors}

    def tangent(self, given: Mapping[str, Array], given_dot: Mapping[str, Array]) -> dict[str, Array]:
        """The tangent of every node output along `given_dot`, by forward-mode automatic differentiation."""
        smooth = [name for name, g in self.spec.givens.items() if g.kind.differentiable]
        for name in given_dot:
            if name not in smooth:
                raise BackendError(f"{name!r} has no tangent: it is no given that can move{did_you_mean(name, smooth)}")
        with taping():
            moved = [name for name in smooth if name in given_dot]
            if not moved:
                return {name: np.zeros(self.spec.shapes[name], DTYPES[self.dtype]) for name in self.spec.producer}
            moved_dot = {name: to_tensor(given_dot[name], DTYPES[self.dtype]) for name in moved}
            return self.arrays(pushed_forward(self, self.place(given), moved_dot))


def record(steps: tuple[Step, ...], given: Named, followed: frozenset[str], dtype: torch.dtype) -> dict[str, Tensor]:
    """Run the steps; the values of all names, of which those in `followed` are on the tape."""
    values = {name: leaf(tensor) if name in followed else tensor for name, tensor in given.items()}
    for step in steps:
        inputs = tuple(values[name] for name in step.inputs)
        typeless = not any(x.is_floating_point() for x in inputs)  # a constant, or one-hot labels: no dtype to take
        outputs = step.apply(*inputs)
        for name, value in zip(step.outputs, outputs, strict=True):
            typed = value.to(dtype) if typeless else value
            values[name] = leaf(typed) if name in followed else typed
    return values


def pulled_back(loss: Tensor, followed: Named, cotangent: float) -> Named:
    """The gradient with respect to each tensor followed; zeros where the loss does not depend on it."""
    if not loss.requires_grad:
        return {name: torch.zeros_like(tensor) for name, tensor in followed.items()}
    seed = torch.full_like(loss, cotangent)
    found = torch.autograd.grad(loss, tuple(followed.values()), seed, allow_unused=True, materialize_grads=True)
    return dict(zip(followed, found, strict=True))


def pushed_forward(tape: Tape, placed: Named, moved_dot: Named) -> Named:
    """The tangent of every node output as the givens of `moved_dot` move, by torch.func.jvp."""

    def outputs(moved: Named) -> Named:
        values = record(tape.plain, {**placed, **moved}, frozenset(), PRECISIONS[tape.dtype])
        return {name: values[name] for name in tape.spec.producer}

    with warnings.catch_warnings():
        # torch's own first use of forward mode calls torch's own deprecated torch.jit.script
        warnings.filterwarnings("ignore", message=".*torch.jit.script", category=DeprecationWarning)
        tangents: Named = torch.func.jvp(outputs, ({n: placed[n] for n in moved_dot},), (moved_dot,))[1]
    return tangents


def compile_spec(
    spec: Spec,
    *,
    table: Table,
    dtype: str = "float64",
    want: Want | None = None,
    tamper: Mapping[str, Tamper] | None = None,
    noise: Noise | None = None,
) -> Tape:
    """A program for the spec; BackendError for a precision or noise that this road does not offer."""
    if dtype not in PRECISIONS:
        raise BackendError(f"torch computes in {' and '.join(PRECISIONS)}, not in {dtype!r}")
    if noise is not None:
        raise BackendError("torch has no noise: its operations cannot be shaken from outside; use the numpy backend")
    plain = tuple(
        Step(operation(table, node.op, spec.attributes(node)), node.inputs, node.outputs) for node in spec.nodes
    )
    mistakes = checked_tamper(tamper or {}, spec)
    steps = tuple(planted(step, node, mistakes) for step, node in zip(plain, spec.nodes, strict=True))
    return Tape(spec, dtype, check_want(want, spec), steps, plain)


def planted(step: Step, node: Node, mistakes: Mapping[str, Tamper]) -> Step:
    """The step itself, or with the mistake that names its node around its vjp."""
    if node.name not in mistakes:
        return step
    mistake = watched("torch", node.name, mistakes[node.name])
    return Step(Planted(step.apply, mistake), step.inputs, step.outputs)


def checked_tamper(tamper: Mapping[str, Tamper], spec: Spec) -> Mapping[str, Tamper]:
    """The mistakes to plant; BackendError where one names no node."""
    nodes = [node.name for node in spec.nodes]
    for name in tamper:
        if name not in nodes:
            near = did_you_mean(name, nodes)
            raise BackendError(f"tamper: no node {name!r}{near}; a node is called by the first name that it binds")
    return tamper
