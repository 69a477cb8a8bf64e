"""ROAD 2, a tape: the network run with torch's own operations, its gradient by autograd; `BACKEND` is the backend.

Knows nothing of other backends. Importing it imports torch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import Tensor

from trivium.backend import Array, Noise, Tamper, Want
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op
from trivium.tally import Tally
from trivium_torch.follow import follow
from trivium_torch.step import OPERATIONS, Table, replay
from trivium_torch.style import style
from trivium_torch.tally import tally
from trivium_torch.tape import PRECISIONS, Tape, compile_spec


@dataclass(frozen=True, eq=False)
class Torch:
    """The backend as a value: what it is called, what it computes in, what it lacks."""

    name: str
    dtypes: frozenset[str]
    lacks: Mapping[str, str]
    operations: Table

    def having(self, **operations: Callable[..., Tensor | tuple[Tensor, ...]]) -> Torch:
        """This road with operations for more ops, or others for the same: tensors in, and attributes by name."""
        return replace(self, operations={**self.operations, **operations})

    def compile(
        self,
        spec: Spec,
        *,
        dtype: str = "float64",
        want: Want | None = None,
        tamper: Mapping[str, Tamper] | None = None,
        noise: Noise | None = None,
    ) -> Tape:
        """A program for the spec; everything is wanted where `want` is None, and `noise` is not offered here."""
        return compile_spec(spec, table=self.operations, dtype=dtype, want=want, tamper=tamper, noise=noise)

    def replay(
        self, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...]
    ) -> tuple[tuple[Array, ...], tuple[Array | None, ...]]:
        """One op alone, in float64: its outputs, and its input cotangents (None for a label or a mask)."""
        return replay(self.operations, op, attrs, inputs, cotangents)

    def style(self, op: Op, attrs: Attributes, inputs: tuple[Array, ...]) -> str:
        """The nodes of torch's tape for one op, and what each has saved."""
        return style(self.operations, op, attrs, inputs)

    def tally(self, spec: Spec, given: Mapping[str, Array]) -> Tally:
        """The tensors that the tape keeps and the kernels that run for the gradient at `given`."""
        return tally(self.operations, spec, given)

    def follow(self, spec: Spec, given: Mapping[str, Array]) -> Mapping[str, tuple[str, str]]:
        """The nodes of the tape that each node of the network recorded, for the gradient at `given`."""
        return follow(self.operations, spec, given)

    def facts(self) -> Mapping[str, str]:
        """Versions, threads and settings of this process's torch."""
        return {
            "torch": torch.__version__,
            "threads": str(torch.get_num_threads()),
            "default dtype": str(torch.get_default_dtype()).removeprefix("torch."),
            "BLAS": blas(torch.__config__.show()),
            "CPU capability": torch.backends.cpu.get_cpu_capability(),
            "float32 matmul": torch.get_float32_matmul_precision(),
            "CUDA build": torch.version.cuda or "none",
        }


def blas(built: str) -> str:
    """The BLAS that torch was built with and its version, out of torch's own description of its build."""
    found = re.findall(r"BLAS_INFO=(\w+)|Math Kernel Library Version ([\d.]+)", built)
    return " ".join(sorted((name or version for name, version in found), reverse=True)) or "unknown"


BACKEND = Torch(name="torch", dtypes=frozenset(PRECISIONS), lacks=MappingProxyType({}), operations=OPERATIONS)
