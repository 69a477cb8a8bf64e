"""ROAD 3: the gradient by transformation; each op is JAX's own, and `jax.vjp` derives the rest.

Knows nothing of other backends. Importing it imports jax.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import jax

from trivium.backend import Array, Noise, Tamper, Want, check_want
from trivium.errors import BackendError, did_you_mean
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op
from trivium.tally import Tally
from trivium_jax import transform
from trivium_jax.follow import follow
from trivium_jax.program import Program, compiled
from trivium_jax.style import styled
from trivium_jax.tally import tally
from trivium_jax.transform import Table


@dataclass(frozen=True, eq=False)
class JaxBackend:
    """`optimized` asks XLA for its fastest code, which a benchmark wants; a check wants its fastest compilation."""

    operations: Table
    optimized: bool = False

    def having(self, **operations: Callable[..., Any]) -> JaxBackend:
        """This road with operations for more ops, or others for the same: arrays in, and attributes by name."""
        return replace(self, operations={**self.operations, **operations})

    @property
    def name(self) -> str:
        return "jax"

    @property
    def plain(self) -> JaxBackend:
        """This road as a check wants it."""
        return replace(self, optimized=False)

    @property
    def fastest(self) -> JaxBackend:
        """This road as a benchmark wants it."""
        return replace(self, optimized=True)

    @property
    def dtypes(self) -> frozenset[str]:
        return frozenset({"float64", "float32"})

    @property
    def lacks(self) -> Mapping[str, str]:
        return {}

    def compile(
        self,
        spec: Spec,
        *,
        dtype: str = "float64",
        want: Want | None = None,
        tamper: Mapping[str, Tamper] | None = None,
        noise: Noise | None = None,
    ) -> Program:
        """A program for the spec's shapes, compiled here and now; BackendError for a dtype it lacks, and for noise."""
        if dtype not in self.dtypes:
            has = " and ".join(sorted(self.dtypes))
            near = did_you_mean(dtype, self.dtypes)
            raise BackendError(f"backend 'jax' does not compute in {dtype!r}{near}; it computes in {has}")
        if noise is not None:
            raise BackendError("backend 'jax' does not add noise; the handwritten road, 'numpy', does")
        wanted = check_want(want, spec)
        return compiled(self.operations, spec, dtype=dtype, want=wanted, tamper=tamper, optimized=self.optimized)

    def replay(
        self, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...]
    ) -> tuple[tuple[Array, ...], tuple[Array | None, ...]]:
        """One op alone, in float64."""
        return transform.replay(self.operations, op, attrs, inputs, cotangents)

    def style(self, op: Op, attrs: Attributes, inputs: tuple[Array, ...]) -> str:
        """The op's jaxpr and its vjp's."""
        return styled(self.operations, op, attrs, inputs)

    def tally(self, spec: Spec, given: Mapping[str, Array]) -> Tally:
        """The residuals that the vjp keeps and the equations of its programs, for the gradient at `given`."""
        return tally(self.operations, spec, given)

    def follow(self, spec: Spec, given: Mapping[str, Array]) -> Mapping[str, tuple[str, str]]:
        """The equations that each node put into the program of the loss and its gradient at `given`."""
        return follow(self.operations, spec, given)

    def facts(self) -> Mapping[str, str]:
        """Versions, devices and settings; x64 is the caller's flag, which a program neither obeys nor changes."""
        found = {
            "jax": jax.__version__,
            "jaxlib": version("jaxlib"),
            "x64": "on" if jax.config.values["jax_enable_x64"] else "off",
            "devices": ", ".join(map(str, jax.devices())),
        }
        flags = os.environ.get("XLA_FLAGS")
        return found | {"XLA_FLAGS": flags} if flags else found


BACKEND = JaxBackend(transform.OPERATIONS)

__all__ = ["BACKEND", "JaxBackend"]
