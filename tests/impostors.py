"""Backends that are wrong on purpose, each in one way: whatever passes them judges nothing.

Each is a right backend whose answers are changed on their way out, or the handwritten road with one rule exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from trivium.backend import Array, Arrays, Backend, Bars, Evaluation, Noise, Program, Tamper, Want
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op
from trivium_numpy import BACKEND
from trivium_numpy.backprop import NumpyBackend
from trivium_numpy.rule import Rule


def unchanged(answer: Any) -> Any:
    return answer


def untouched(arrays: Iterable[Array]) -> None:
    pass


@dataclass(frozen=True)
class Impostor:
    """A right backend behind a veil: what it answers is changed, and what it is handed may be written to."""

    right: Backend = BACKEND
    name: str = "impostor"
    answer: Callable[[Evaluation], Evaluation] = unchanged
    bars: Callable[[Bars], Bars] = unchanged
    on_given: Callable[[Iterable[Array]], None] = untouched
    on_inputs: Callable[[Iterable[Array]], None] = untouched
    lacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def dtypes(self) -> frozenset[str]:
        return self.right.dtypes

    def compile(
        self,
        spec: Spec,
        *,
        dtype: str = "float64",
        want: Want | None = None,
        tamper: Mapping[str, Tamper] | None = None,
        noise: Noise | None = None,
    ) -> ImpostorProgram:
        return ImpostorProgram(self, self.right.compile(spec, dtype=dtype, want=want, tamper=tamper, noise=noise))

    def replay(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Bars]:
        outputs, bars = self.right.replay(op, attrs, inputs, cotangents)
        self.on_inputs(inputs)
        return outputs, self.bars(bars)

    def style(self, op: Op, attrs: Attributes, inputs: Arrays) -> str:
        return self.right.style(op, attrs, inputs)

    def facts(self) -> Mapping[str, str]:
        return self.right.facts()


@dataclass(frozen=True)
class ImpostorProgram:
    """What an impostor compiles."""

    impostor: Impostor
    right: Program

    def __call__(self, given: Mapping[str, Array], cotangent: float | None = None) -> Evaluation:
        evaluation = self.right(given, cotangent)
        self.impostor.on_given(given.values())
        return self.impostor.answer(evaluation)

    def tangent(self, given: Mapping[str, Array], given_dot: Mapping[str, Array]) -> Mapping[str, Array]:
        return self.right.tangent(given, given_dot)

    def place(self, given: Mapping[str, Array]) -> Any:
        return self.right.place(given)

    def run(self, placed: Any) -> Any:
        return self.right.run(placed)

    def read(self, result: Any) -> Evaluation:
        return self.impostor.answer(self.right.read(result))


def nothing(bars: Bars) -> Bars:
    return tuple(None if bar is None else np.zeros_like(bar) for bar in bars)


def no_gradients(answer: Evaluation) -> Evaluation:
    return Evaluation(answer.values, {name: np.zeros_like(x) for name, x in answer.gradients.items()})


def in_float64(answer: Evaluation) -> Evaluation:
    return Evaluation(
        *({n: x.astype(np.float64) for n, x in part.items()} for part in (answer.values, answer.gradients))
    )


def double(arrays: Iterable[Array]) -> None:
    for x in arrays:
        if x.dtype.kind == "f":
            x *= 2


def zero() -> Impostor:
    """Every cotangent is zero."""
    return Impostor(answer=no_gradients, bars=nothing)


def widening() -> Impostor:
    """float64 comes back for float32."""
    return Impostor(answer=in_float64)


def writing() -> Impostor:
    """What it is handed is not what it was."""
    return Impostor(on_given=double, on_inputs=double)


def with_rule(op: str, **changes: Any) -> NumpyBackend:
    """The handwritten road with one rule changed."""
    rules: dict[str, Rule] = {**BACKEND.rules, op: replace(BACKEND.rules[op], **changes)}
    return replace(BACKEND, rules=rules, name="impostor")
