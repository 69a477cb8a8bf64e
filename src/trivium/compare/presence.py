"""Before any number: is every array there, of the right shape and dtype?

Knows nothing of rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from trivium.backend import DTYPES, Array
from trivium.compare.comparison import BACKWARD, FORWARD, Finding
from trivium.compare.replay import Run

WHOLE = {"index": np.int64, "mask": np.bool_}
"""What is no number of the run's precision: labels and masks."""


def broken(run: Run) -> Iterator[Finding]:
    """Every value and gradient that is absent, misshapen, or of another dtype than the run's."""
    for name in run.spec.shapes:
        yield from _one(run, name, FORWARD)
    for name in run.spec.differentiable:
        yield from _one(run, name, BACKWARD)


def misread(run: Run, given: Mapping[str, Array]) -> Iterator[Finding]:
    """Every given that a road records as another than it was fed: what it makes of it answers another question."""
    for name, fed in given.items():
        got, numbers = run.evaluation.values.get(name), run.spec.givens[name].kind.differentiable
        with np.errstate(over="ignore"):  # a float64 number may be past float32's largest
            needed = np.asarray(fed, DTYPES[run.dtype] if numbers else None)
        if got is None or got.shape != needed.shape or np.array_equal(got, needed):
            continue
        index = tuple(int(i) for i in np.argwhere(got != needed)[0])
        message = (
            f"{run.backend} did not compute at the {name!r} that it was given: "
            f"entry {index} is {got[index]!s} there, and was {needed[index]!s}"
        )
        yield _finding(run, name, FORWARD, message)


def untrained(run: Run) -> Iterator[Finding]:
    """Every parameter of which the program that training runs gives no gradient of the right shape and dtype."""
    for name, _ in run.spec.parameters:
        found, needed = run.untapped.get(name), (run.spec.shapes[name], DTYPES[run.dtype])
        if found is None or (found.shape, found.dtype) != needed:
            array = f"{np.dtype(needed[1])} {needed[0]}"
            message = f"{run.backend}, asked for the gradients of the parameters alone, gives no {array} of {name!r}"
            yield _finding(run, name, BACKWARD, message)


def _one(run: Run, name: str, direction: str) -> Iterator[Finding]:
    side = run.evaluation.values if direction == FORWARD else run.evaluation.gradients
    what = "value" if direction == FORWARD else "gradient"
    shape, given = run.spec.shapes[name], run.spec.givens.get(name)
    needed = np.dtype(WHOLE.get(given.kind.name if given else "", DTYPES[run.dtype]))
    if name not in side:
        yield _finding(run, name, direction, f"{run.backend} gives no {what} of {name!r}")
    elif side[name].shape != shape:
        yield _finding(
            run, name, direction, f"{run.backend}'s {what} of {name!r} has shape {side[name].shape}, needs {shape}"
        )
    elif side[name].dtype != needed:
        yield _finding(
            run, name, direction, f"{run.backend}'s {what} of {name!r} is {side[name].dtype}, needs {needed}"
        )


def _finding(run: Run, name: str, direction: str, message: str) -> Finding:
    return Finding(
        code="TV103",
        verdict="disagree",
        message=message,
        backend=run.backend,
        node=name,
        direction=direction,
        how="counted, before any number was compared",
        proven=True,
        seen=((run.point, run.dtype),),
    )
