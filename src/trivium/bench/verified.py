"""Nothing is timed that was not verified first: the very programs that are timed are checked beside another road.

Knows nothing of how time is measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array, Backend, Evaluation, Noise, Program, loss_alone, parameter_gradients
from trivium.bench.place import kernels
from trivium.compare.agreement import Point, compare
from trivium.compare.bound import LINE, RUNS, UNIT, Q
from trivium.compare.comparison import AGREE, CONVENTION, Comparison, Cost
from trivium.compare.run import Run
from trivium.errors import BackendError, GradientMismatch
from trivium.probe import Probe
from trivium.report import Report
from trivium.spec.graph import Spec
from trivium.target import handwritten
from trivium.wanted import oracle_referee


@dataclass(frozen=True)
class Compiled:
    """A program, and what compiling it cost."""

    program: Program
    seconds: float


@dataclass(frozen=True)
class Verified:
    """The two programs of one road that may be timed, their numbers in place, and the comparison that allows it.

    comparison  None where the gradient is, bit by bit, one that was verified before
    """

    forward: Compiled
    gradient: Compiled
    placed: Any
    comparison: Comparison | None
    backend: Backend

    def facts(self, timed: Compiled) -> dict[str, object]:
        """What a benchmark records beside its times."""
        steps = () if self.comparison is None else self.comparison.steps
        return {
            "verdict": AGREE if self.comparison is None else self.comparison.verdict,
            "worst_residual": max((s.residual for s in steps if s.backend == self.backend.name), default=None),
            "compile_seconds": timed.seconds,
            "versions": dict(self.backend.facts()),
            "kernels": kernels(),
        }


def programs(backend: Backend, spec: Spec, dtype: str) -> tuple[Compiled, Compiled]:
    """What computes the loss alone, and what computes the gradients of the parameters with it."""
    return compiled(backend, spec, dtype, training=False), compiled(backend, spec, dtype, training=True)


def verify(
    backend: Backend,
    beside: Backend | None,
    probe: Probe,
    *,
    dtype: str,
    made: tuple[Compiled, Compiled] | None = None,
) -> Verified:
    """Compile what is to be timed (`made`, if it is), run it once, and check it beside another road.

    The steps that are replayed are those of the road's plain variant, where it has one: what a compiler fuses has no
    values of its own between the steps, and computes some of them twice. The gradient that is timed is held against
    that variant's, by the whole network's response to rounding.

    Where it is quick, the exact referee judges every step. Raises GradientMismatch where the verdict is neither agree
    nor a convention, BackendError where there is no other road.
    """
    if beside is None:
        raise BackendError(f"{backend.name} is the only backend that is installed: nothing can be verified beside it")
    spec, given = probe.spec, probe.given
    forward, gradient = made or programs(backend, spec, dtype)
    placed = gradient.program.place(given)
    trained = once(gradient.program, placed)
    recorded = getattr(backend, "plain", backend).compile(spec, dtype=dtype)(given)
    runs = (
        Run(probe.name, backend.name, dtype, spec, recorded, trained.gradients),
        Run(probe.name, beside.name, dtype, spec, *_recorded(beside, spec, dtype, given)),
    )
    roads = {backend.name: backend, beside.name: beside}
    referee, points = oracle_referee(None, [spec], len(runs)), [Point(probe.name, spec, given, runs)]
    comparison = compare(spec, points, roads, handwritten(), cost=Cost(), referee=referee)
    refuse_unless_agreed(comparison)
    losses = (trained.values[spec.loss], once(forward.program, placed).values[spec.loss])
    for what, loss in zip(("with its gradient", "alone"), losses, strict=True):
        refuse_unless_same(f"{backend.name} {dtype}, {what}", loss, recorded.values[spec.loss], probe, dtype)
    return Verified(forward, gradient, placed, comparison, backend)


def compiled(backend: Backend, spec: Spec, dtype: str, *, training: bool) -> Compiled:
    """The program that computes the loss alone, or with the gradients of the parameters."""
    start = time.perf_counter()
    program = backend.compile(spec, dtype=dtype, want=parameter_gradients(spec) if training else loss_alone(spec))
    return Compiled(program, time.perf_counter() - start)


def once(program: Program, placed: Any) -> Evaluation:
    return program.read(program.run(placed))


def _recorded(
    backend: Backend, spec: Spec, dtype: str, given: Mapping[str, Array]
) -> tuple[Evaluation, Mapping[str, Array]]:
    """Every value and gradient of a road, and the gradients of its training program."""
    training = backend.compile(spec, dtype=dtype, want=parameter_gradients(spec))
    return backend.compile(spec, dtype=dtype)(given), training(given).gradients


def refuse_unless_agreed(comparison: Comparison) -> None:
    """GradientMismatch, with the whole report, unless roads agree, but for a slope on a kink that they may choose."""
    if comparison.verdict not in (AGREE, CONVENTION):
        report = Report(comparison, command=f"trivium check {comparison.spec.name}")
        why = next((f.message for f in comparison.findings if f.verdict == comparison.verdict), comparison.verdict)
        raise GradientMismatch(f"not verified: {why}\n{report.text()}")


def refuse_unless_same(what: str, loss: Array, recorded: Array, probe: Probe, dtype: str) -> None:
    """GradientMismatch where a loss is not the recorded one, in units of the whole network's response to noise."""
    line = LINE * UNIT[dtype] * max(loss_response(probe), abs(float(recorded)))
    if not abs(float(loss) - float(recorded)) <= line:
        raise GradientMismatch(
            f"not verified: {what}, the loss is {float(loss)!r}, and was {float(recorded)!r} when verified"
        )


def loss_response(probe: Probe) -> float:
    """How far a unit of rounding in every value moves the loss: RMS change over shaken runs, per unit of noise."""
    still, *shaken = (float(x) for x in _losses(probe))
    return float(np.sqrt(np.mean([((x - still) / Q) ** 2 for x in shaken])))


def _losses(probe: Probe) -> Iterator[Array]:
    for noise in (None, *(Noise(Q, seed) for seed in range(RUNS))):
        program = handwritten().compile(probe.spec, want=loss_alone(probe.spec), noise=noise)
        yield program(probe.given).values[probe.spec.loss]
