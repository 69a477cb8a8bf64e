"""How well the roads agree on an op: each replayed by another, at numbers and cotangents of many kinds.

Knows no road but those passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Backend
from trivium.compare.bound import Scaler
from trivium.compare.comparison import FORWARD, Step
from trivium.compare.replay import Checked, check_run
from trivium.compare.run import Run, leaves_domain
from trivium.errors import BackendError
from trivium.given import as_float32
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.spec.op import Case, Op
from trivium.testing.trial import case_text, weight_of, weighted

DTYPES = ("float64", "float32")
Bend = Callable[[Array], Array]
POINTS: Mapping[str, tuple[Bend, Bend]] = {
    "drawn": (lambda x: x, lambda w: w),
    "negative": (lambda x: -np.abs(x), lambda w: -3 * w),
    "saturated": (lambda x: 8 * x, lambda w: w * (np.arange(w.size).reshape(w.shape) == w.size // 2)),
    "tiny": (lambda x: x * 2.0**-20, lambda w: w * 2.0**-30),
    "shifted": (lambda x: as_float32(x + 100), lambda w: w),
    "unasked": (lambda x: x, lambda w: 0 * w),
}
"""What is made of the real numbers that an op is fed, and of the cotangents that it receives."""


@dataclass(frozen=True)
class Agreement:
    """One road at one point of one case in one precision: what was compared, and how far off it was.

    numbers      entries of values and gradients that were replayed
    residual     the largest difference, in units of rounding; the line is 2^8
    conventions  entries on a kink that roads may treat each in their own way
    problem      what does not agree, in words; empty where all does
    """

    op: str
    case: str
    point: str
    dtype: str
    backend: str
    numbers: int
    residual: float
    conventions: int = 0
    problem: str = ""

    def __str__(self) -> str:
        return (
            f"{self.op}({self.case}) at {self.point} numbers, {self.backend} {self.dtype}: {self.problem or 'agrees'}"
        )


def agreements(
    op: Op, case: Case, roads: Mapping[str, Backend], scaler: Scaler, *, seed: int = 0
) -> Iterator[Agreement]:
    """Every road's run of the op in every precision at every point, each replayed by the first other road.

    Points at which the op's domain is left, and entries that leave their precision's range, are not compared. Raises
    BackendError where no two roads have the op: one alone can only agree with itself.
    """
    roads = {name: road for name, road in roads.items() if op.name not in road.lacks}
    if len(roads) < 2:
        raise BackendError(f"{op.name} is put to two roads or more, and {', '.join(roads) or 'none'} has it here")
    spec = weighted(op, case)
    feeds = {point: fed(spec, point, seed) for point in POINTS}
    for name, road in roads.items():
        for dtype in (d for d in DTYPES if d in road.dtypes):
            program = road.compile(spec, dtype=dtype)
            for point, given in feeds.items():
                run = Run(point, name, dtype, spec, program(given), {})
                if next(leaves_domain(run, frozenset()), None) is None:
                    yield agreement(run, case, replayer(name, roads), scaler)


def fed(spec: Spec, point: str, seed: int) -> dict[str, Array]:
    """Numbers of one kind for the op's inputs, and cotangents of the kind that goes with them."""
    node, given = spec.nodes[0], draw(spec, seed=seed)
    reals = [name for name in node.inputs if spec.givens[name].kind.name == "real"]
    weights = [weight_of(name) for name in node.outputs]
    of_numbers, of_cotangents = POINTS[point]
    return given | {n: of_numbers(given[n]) for n in reals} | {n: np.asarray(of_cotangents(given[n])) for n in weights}


def replayer(name: str, roads: Mapping[str, Backend]) -> Backend:
    """Who replays a road: the first of the others, which in their usual order compiles nothing for it."""
    return next(road for other, road in roads.items() if other != name)


def agreement(run: Run, case: Case, other: Backend, scaler: Scaler) -> Agreement:
    """One run, replayed by another road: what the op's own steps measured."""
    node = run.spec.nodes[0]
    checked = check_run(run, lambda run, node: other, scaler)
    own = [s for s in checked.steps if belongs(s, run.spec)]
    return Agreement(
        node.op.name,
        case_text(case),
        run.point,
        run.dtype,
        run.backend,
        sum(s.entries for s in own),
        max((s.residual for s in own), default=0.0),
        sum(s.conventions for s in own),
        next(problems(checked, run, other), ""),
    )


def belongs(step: Step, spec: Spec) -> bool:
    """Whether a step is the op's own: its values, and the cotangents of what it reads."""
    node = spec.nodes[0]
    return step.tensor in (node.outputs if step.direction == FORWARD else node.inputs)


def problems(checked: Checked, run: Run, other: Backend) -> Iterator[str]:
    """The entries that another road does not replay, the worst of each tensor in words."""
    for e in checked.evidence:
        if e.wrong.any():
            worst = np.unravel_index(int(np.argmax(np.where(e.unfinite, np.inf, e.units * e.wrong))), e.got.shape)
            what = "the value" if e.expectation.direction == FORWARD else "the gradient"
            yield (
                f"{what} of {e.expectation.tensor} is {float(e.got[worst]):.9g} in entry {tuple(map(int, worst))}, "
                f"{other.name}'s replay gives {float(e.expectation.value[worst]):.9g}: "
                f"{float(e.units[worst]):.3g} units of rounding ({int(e.wrong.sum())} of {e.got.size} entries)"
            )
