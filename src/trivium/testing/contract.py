"""CONTRACT: what every backend must hold to, put to each op that it has, at each of the op's cases.

Knows no backend but the handwritten road, whose values are the formulas' and whose noise measures rounding.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from trivium.backend import Backend, load_backend
from trivium.compare.bound import Scaler
from trivium.errors import BackendError, GradientMismatch, did_you_mean
from trivium.ops import OPS
from trivium.testing.property import PROPERTIES
from trivium.testing.trial import NEEDED, Trial, case_text, weighted

SHOWN = 40
"""Broken properties that a message lists; the rest is counted."""


@dataclass(frozen=True)
class Result:
    """One property of one op at one case in one precision; `problem` is empty where it holds."""

    op: str
    case: str
    dtype: str
    property: str
    problem: str = ""

    @property
    def holds(self) -> bool:
        return not self.problem

    def __str__(self) -> str:
        says = f"breaks its contract: {self.problem}" if self.problem else "holds"
        return f"{self.op}({self.case}) in {self.dtype}: {self.property} {says}"


def assert_contract(backend: Backend, *, ops: Iterable[str] | None = None, seed: int = 0) -> None:
    """Raise GradientMismatch with a list of everything that the backend breaks; `ops` as for `contract`."""
    results = contract(backend, ops=ops, seed=seed)
    broken = [result for result in results if not result.holds]
    if broken:
        head = f"{backend.name} breaks {len(broken)} of the {len(results)} properties of its contract"
        more = [f"and {len(broken) - SHOWN} more"] if len(broken) > SHOWN else []
        raise GradientMismatch("\n  ".join([head, *map(str, broken[:SHOWN]), *more]))


def contract(backend: Backend, *, ops: Iterable[str] | None = None, seed: int = 0) -> tuple[Result, ...]:
    """Every property of every op that the backend does not lack, at each of the op's cases, in each of its precisions.

    `ops` are names, all where None. Raises BackendError for a name that is no op, and where the backend lacks what the
    contract itself is made of (mul, sum, add).
    """
    for name in NEEDED:
        if name in backend.lacks:
            raise BackendError(f"backend {backend.name!r} lacks {name!r}, by which its contract adds up what an op returns")
    names = list(OPS if ops is None else ops)
    if unknown := [name for name in names if name not in OPS]:
        raise BackendError(f"no op {', '.join(map(repr, unknown))} in the vocabulary: see `trivium ops`")
    scaler = load_backend("numpy")
    return tuple(
        result
        for op in (OPS[name] for name in names if name not in backend.lacks)
        for case in op.cases
        for dtype in ("float64", "float32")
        if dtype in backend.dtypes
        for result in results(Trial(backend, scaler, weighted(op, case), case_text(case), dtype, seed))
    )


def results(trial: Trial) -> Iterator[Result]:
    """One op, one case, one precision: each property that can be asked of it."""
    before = surroundings()
    for name, problems in PROPERTIES.items():
        problem = first_problem(problems, trial)
        yield Result(trial.node.op.name, trial.case, trial.dtype, name, problem)
        if name == "runs" and problem:
            return
    changed = ", ".join(what for what, was in before.items() if surroundings()[what] != was)
    problem = f"changed in this process: {changed}" if changed else ""
    yield Result(trial.node.op.name, trial.case, trial.dtype, "process", problem)


def first_problem(problems: Callable[[Trial], Iterator[str]], trial: Trial) -> str:
    """The first thing that is wrong, or nothing; whatever a backend raises is wrong too."""
    try:
        return next(problems(trial), "")
    except Exception as error:  # noqa: BLE001  a backend may raise anything, and all of it goes into the result
        return f"{type(error).__name__}: {error}"


def surroundings() -> dict[str, object]:
    """What a backend leaves as it found it."""
    return {
        "NumPy's error state": np.geterr(),
        "warning filters": list(warnings.filters),
        "environment variables": dict(os.environ),
    }
