"""CONTRACT: what every backend must hold to, put to each op that it has, at each of the op's cases.

Knows no backend but the handwritten road, whose values are the formulas' and whose noise measures rounding.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_info

from trivium.backend import Backend, load_backend
from trivium.compare.bound import Scaler
from trivium.errors import BackendError, GradientMismatch, did_you_mean
from trivium.ops import OPS
from trivium.spec.op import Op
from trivium.testing.clause import IN_EACH_PRECISION, IN_THE_WIDEST
from trivium.testing.trial import NEEDED, Trial, case_text, weighted

SHOWN = 40
"""Broken clauses that a message lists; the rest is counted."""


@dataclass(frozen=True)
class Result:
    """One clause of the contract, for one op, at one case, in one precision; `problem` is empty where it holds."""

    op: str
    case: str
    dtype: str
    clause: str
    problem: str = ""

    @property
    def holds(self) -> bool:
        return not self.problem

    def __str__(self) -> str:
        where = f" in {self.dtype}" if self.dtype else ""
        return f"{self.op}({self.case}){where}: {self.clause}: {self.problem or 'holds'}"


def assert_contract(
    backend: Backend, *, ops: Iterable[str | Op] | None = None, by: Scaler | None = None, seed: int = 0
) -> None:
    """Raise GradientMismatch with a list of everything that the backend breaks; arguments as for `contract`."""
    results = contract(backend, ops=ops, by=by, seed=seed)
    broken = [result for result in results if not result.holds]
    if broken:
        head = f"backend {backend.name!r} breaks {len(broken)} of the {len(results)} clauses of its contract:"
        more = [f"and {len(broken) - SHOWN} more"] if len(broken) > SHOWN else []
        raise GradientMismatch("\n  ".join([head, *map(str, broken[:SHOWN]), *more]))


def contract(
    backend: Backend, *, ops: Iterable[str | Op] | None = None, by: Scaler | None = None, seed: int = 0
) -> tuple[Result, ...]:
    """Every clause, for every op that the backend does not lack, at each of the op's cases, in each of its precisions.

    ops  names of the vocabulary, or ops of your own; the whole vocabulary where None
    by   the handwritten road with a rule for each of them: what the values are held to, and what measures rounding

    Raises BackendError for a name that is no op, and where the backend lacks what the contract itself is made of (mul,
    sum, add).
    """
    asked = tuple(OPS if ops is None else ops)
    _refuse(backend, [name for name in asked if isinstance(name, str)])
    scaler: Scaler = by or load_backend("numpy")  # type: ignore[assignment]  # which can be shaken besides
    tried = (OPS[op] if isinstance(op, str) else op for op in asked)
    return tuple(result for op in tried if op.name not in backend.lacks for result in _of_op(backend, scaler, op, seed))


def _refuse(backend: Backend, names: Iterable[str]) -> None:
    for name in names:
        if name not in OPS:
            raise BackendError(f"no op {name!r} in the vocabulary{did_you_mean(name, OPS)}")
    for name in NEEDED:
        if name in backend.lacks:
            raise BackendError(
                f"backend {backend.name!r} lacks {name!r}, by which the contract adds up what an op returns"
            )


def _of_op(backend: Backend, scaler: Scaler, op: Op, seed: int) -> Iterator[Result]:
    before = _surroundings()
    for case in op.cases:
        for dtype in ("float64", "float32"):
            if dtype in backend.dtypes:
                yield from _of_trial(Trial(backend, scaler, weighted(op, case), case_text(case), dtype, seed))
    after = _surroundings()
    changed = [f"{what} from {was} to {after[what]}" for what, was in before.items() if after.get(what, was) != was]
    yield Result(op.name, "all cases", "", "process", f"it changed {'; '.join(changed)}" if changed else "")


def _of_trial(trial: Trial) -> Iterator[Result]:
    """Each clause that can be asked; nothing more of an op that does not run."""
    clauses = {**IN_EACH_PRECISION, **(IN_THE_WIDEST if trial.widest else {})}
    for name, problems in clauses.items():
        problem = _first(problems, trial)
        yield Result(trial.node.op.name, trial.case, trial.dtype, name, problem)
        if name == "runs" and problem:
            return


def _first(problems: Callable[[Trial], Iterator[str]], trial: Trial) -> str:
    """The first thing that is wrong, or nothing; whatever a backend raises is wrong too."""
    try:
        return next(problems(trial), "")
    except Exception as error:  # noqa: BLE001 - a backend may raise anything, and all of it goes into the result
        return f"{type(error).__name__}: {error}"


def _surroundings() -> dict[str, object]:
    """What a backend leaves as it found it; a library that it loads may come, but changes no other's threads."""
    threads = {f"the threads of {pool['filepath']}": pool["num_threads"] for pool in threadpool_info()}
    return {"NumPy's error state": np.geterr(), "the state of random": random.getstate(), **threads}
