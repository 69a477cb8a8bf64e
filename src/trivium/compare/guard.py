"""A backend whose replays are held to their contract: what breaks it is a fault of that road, and nobody else's.

Knows nothing of runs, verdicts or findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Arrays, Backend, Bars, Noise, Program, Tamper, Want
from trivium.errors import counted
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op
from trivium.spec.signature import show

Answer = tuple[Arrays, Bars]


class ReplayFault(Exception):
    """A road that cannot replay an op: it raised, wrote to what it was lent, or gave back what no replay may give."""

    def __init__(self, backend: str, op: str, message: str) -> None:
        super().__init__(backend, op, message)
        self.backend, self.op, self.message = backend, op, message

    def __str__(self) -> str:
        return f"{self.backend} cannot replay {self.op}: {self.message}"


@dataclass(frozen=True)
class Guarded:
    """A backend, and its replays checked; all else is the backend's own."""

    right: Backend

    @property
    def name(self) -> str:
        return self.right.name

    @property
    def dtypes(self) -> frozenset[str]:
        return self.right.dtypes

    @property
    def lacks(self) -> Mapping[str, str]:
        return self.right.lacks

    def compile(
        self,
        spec: Spec,
        *,
        dtype: str = "float64",
        want: Want | None = None,
        tamper: Mapping[str, Tamper] | None = None,
        noise: Noise | None = None,
    ) -> Program:
        return self.right.compile(spec, dtype=dtype, want=want, tamper=tamper, noise=noise)

    def replay(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> Answer:
        """The backend's own replay, of read-only copies; ReplayFault where it raises or breaks the contract."""
        try:
            answer = self.right.replay(op, attrs, lent(inputs), lent(cotangents))
        except MemoryError:
            raise  # the machine's fault, not the road's
        except Exception as error:
            raise ReplayFault(self.name, op.name, f"it raises {type(error).__name__}: {error}") from error
        outputs, bars = self.pair(op, answer)
        problem = next(problems(op, outputs, bars, inputs, cotangents), None)
        if problem is not None:
            raise ReplayFault(self.name, op.name, problem)
        return tuple(map(np.asarray, outputs)), tuple(None if b is None else np.asarray(b) for b in bars)

    def pair(self, op: Op, answer: object) -> tuple[Sequence[Any], Sequence[Any]]:
        """The two halves of an answer, outputs and cotangents."""
        if not isinstance(answer, tuple) or [type(half) for half in answer] != [tuple, tuple]:
            raise ReplayFault(self.name, op.name, "it gives no pair of two tuples, outputs and cotangents")
        return answer[0], answer[1]

    def style(self, op: Op, attrs: Attributes, inputs: Arrays) -> str:
        return self.right.style(op, attrs, inputs)

    def facts(self) -> Mapping[str, str]:
        return self.right.facts()


def guarded(backend: Backend) -> Backend:
    """The backend behind a guard; one that stands behind a guard already is left as it is."""
    return backend if isinstance(backend, Guarded) else Guarded(backend)


def lent(arrays: Arrays) -> Arrays:
    """Read-only copies: who writes to one fails at once, and who evades that writes to nothing of anybody's."""
    copies = tuple(np.array(x) for x in arrays)
    for copy in copies:
        copy.flags.writeable = False
    return copies


def problems(op: Op, outputs: Sequence[Any], bars: Sequence[Any], inputs: Arrays, cotangents: Arrays) -> Iterator[str]:
    """What is wrong with an answer: counts first, then each output and each cotangent."""
    if len(outputs) != len(cotangents):
        yield f"it gives {counted(len(outputs), 'output')}, needs {len(cotangents)}"
    if len(bars) != len(inputs):
        yield f"it gives {counted(len(bars), 'cotangent')} for {counted(len(inputs), 'input')}"
    imaginary = any(x.dtype.kind == "c" for x in inputs)
    number = np.dtype(np.complex128 if imaginary else np.float64)
    for i, (y, like) in enumerate(zip(outputs, cotangents, strict=True)):
        yield from unfit(f"output {i}", y, number, like.shape)
    for role, x_bar, x in zip(op.taking(len(inputs)).roles, bars, inputs, strict=True):
        if x.dtype.kind == "f" and not imaginary:  # a complex step asks for values alone
            yield from unfit(f"the cotangent of {role!r}", x_bar, number, x.shape)
        elif x_bar is not None:
            yield f"it gives a cotangent of {role!r}, which has none: it is {x.dtype}"


def unfit(what: str, found: object, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Iterator[str]:
    """A part of an answer that is no array of this dtype and shape."""
    if not isinstance(found, np.ndarray | np.generic):
        got = "nothing" if found is None else f"no array but a {type(found).__name__}"
        yield f"it gives {got} as {what}, needs {dtype} {show(shape)}"
    elif (found.dtype, found.shape) != (dtype, shape):
        yield f"it gives {found.dtype} {show(found.shape)} as {what}, needs {dtype} {show(shape)}"
