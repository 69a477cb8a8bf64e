"""A spec, compiled: NumPy arrays in and out, JAX arrays between.

Knows nothing of how the program was derived, nor of any op.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import jax
import numpy as np

from trivium.backend import Array, Evaluation, Tamper, Want
from trivium.errors import BackendError, did_you_mean
from trivium.spec.graph import Spec
from trivium_jax.border import host, native_dtype, place, settings
from trivium_jax.transform import QUICK, Natives, Options, Result, Table, pushed_forward, steps_of, transformed

Placed = tuple[Natives, jax.Array]
"""The givens on the device, and the loss's own cotangent."""
Blanks = tuple[dict[str, jax.ShapeDtypeStruct], jax.ShapeDtypeStruct]
"""The shapes and dtypes of what is placed."""


@dataclass(frozen=True)
class Program:
    """A compiled spec: calling it never compiles. Every array in or out is the caller's own.

    trace_seconds, compile_seconds   what `compile` spent in JAX and in XLA; 0 where a mistake is planted (not compiled)
    """

    table: Table
    spec: Spec
    dtype: str
    execute: Callable[[Natives, jax.Array], Result]
    options: Options | None
    trace_seconds: float
    compile_seconds: float

    def __call__(self, given: Mapping[str, Array], cotangent: float | None = None) -> Evaluation:
        return self.read(self.run(self.place(given, cotangent=cotangent)))

    def place(self, given: Mapping[str, Array], *, cotangent: float | None = None) -> Placed:
        """The givens, copied, in the program's dtype; BackendError names one that is missing or does not fit."""
        seed = np.full(self.spec.shapes[self.spec.loss], 1.0 if cotangent is None else cotangent, self.dtype)
        with settings(self.dtype):
            return {name: place(g, self.dtype, given) for name, g in self.spec.givens.items()}, jax.device_put(seed)

    def run(self, placed: Placed) -> Result:
        """Compute, and wait for the result."""
        with settings(self.dtype):
            values, gradients = self.execute(*placed)
        for x in (*values.values(), *gradients.values()):
            _ = x.block_until_ready()
        return values, gradients

    def read(self, result: Result) -> Evaluation:
        values, gradients = result
        return Evaluation({n: host(x) for n, x in values.items()}, {n: host(x) for n, x in gradients.items()})

    def tangent(self, given: Mapping[str, Array], given_dot: Mapping[str, Array]) -> Mapping[str, Array]:
        """The tangent of every node output; BackendError where `given_dot` names what has no tangent."""
        moving = {name: g for name, g in self.spec.givens.items() if g.kind.differentiable}
        for name in given_dot:
            if name not in moving:
                near = did_you_mean(name, moving)
                raise BackendError(f"no tangent along {name!r}: it is no given of real numbers{near}")
        still: dict[str, Array] = {name: np.zeros(g.shape) for name, g in moving.items()}
        natives, _ = self.place(given)
        with settings(self.dtype):
            dots = {name: place(g, self.dtype, still | dict(given_dot)) for name, g in moving.items()}
            return {n: host(x) for n, x in self.jvp(natives, dots).items()}

    @cached_property
    def jvp(self) -> Callable[[Natives, Natives], Natives]:
        """Forward mode, compiled when it is first asked for."""
        return jax.jit(partial(pushed_forward, self.table, self.spec), compiler_options=self.options)


def compiled(
    table: Table, spec: Spec, *, dtype: str, want: Want, tamper: Mapping[str, Tamper] | None, optimized: bool
) -> Program:
    """The program of a spec, traced and compiled for its shapes; one with planted mistakes is run step by step."""
    function = transformed(spec, want, steps_of(table, spec, tamper or {}))
    options = None if optimized else QUICK
    if tamper:
        return Program(table, spec, dtype, function, options, 0.0, 0.0)
    with settings(dtype):
        started = time.perf_counter()
        lowered = jax.jit(function).lower(*blanks(spec, dtype))
        traced = time.perf_counter()
        execute = lowered.compile(compiler_options=options)
    return Program(table, spec, dtype, execute, options, traced - started, time.perf_counter() - traced)


def blanks(spec: Spec, dtype: str) -> Blanks:
    """What a program is traced with, before there are numbers."""
    blank: Callable[..., jax.ShapeDtypeStruct] = jax.ShapeDtypeStruct
    given = {name: blank(g.shape, native_dtype(g, dtype)) for name, g in spec.givens.items()}
    return given, blank(spec.shapes[spec.loss], np.dtype(dtype))
