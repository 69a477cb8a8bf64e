"""Before any number: is every array there, of the right shape and dtype?

Knows nothing of rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from trivium.backend import DTYPES, Array, Evaluation
from trivium.compare.comparison import BACKWARD, FORWARD, Finding
from trivium.compare.run import Run
from trivium.spec.graph import Spec

WHOLE = {"index": np.int64, "mask": np.bool_}
"""What is no number of the run's precision: labels and masks."""


def received(spec: Spec, answer: object) -> Evaluation:
    """Whatever a road returned, as an evaluation: what is no array stands in one, so that it is seen and said."""
    halves = (getattr(answer, side, None) for side in ("values", "gradients"))
    values, gradients = (half if isinstance(half, Mapping) else {} for half in halves)
    return Evaluation(_arrays(values, spec.shapes), _arrays(gradients, spec.differentiable))


def _arrays(found: Mapping[str, Any], names: Iterable[str]) -> dict[str, Array]:
    return {n: np.asarray(found[n]) if _is_array(found[n]) else _boxed(found[n]) for n in names if n in found}


def _boxed(thing: object) -> Array:
    """Anything at all, in an array of one object."""
    box = np.empty((), object)
    box[()] = thing
    return box


def _is_array(found: object) -> bool:
    return isinstance(found, np.ndarray | np.generic)


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
        if got is None or not _is_array(got) or got.dtype.kind not in "fiub" or got.shape != needed.shape:
            continue  # said already: absent, or no such array
        if np.array_equal(got, needed):
            continue
        index = tuple(int(i) for i in np.argwhere(got != needed)[0])
        message = (
            f"{run.backend} did not compute at the {name!r} that it was given: "
            f"entry {index} is {got[index]!s} there, and was {needed[index]!s}"
        )
        yield _finding(run, name, FORWARD, message)


def overwritten(run: Run, given: Mapping[str, Array], fed: Mapping[str, Array]) -> Iterator[Finding]:
    """Every given of which a road has changed the copy that it was fed: its caller's own numbers are not safe."""
    for name, before in given.items():
        if before.tobytes() != fed[name].tobytes():
            message = f"{run.backend} wrote to the {name!r} that it was given"
            yield _finding(run, name, FORWARD, message, how="looked at after the run")


def untrained(run: Run) -> Iterator[Finding]:
    """Every parameter of which the program that training runs gives no gradient of the right shape and dtype."""
    for name, _ in run.spec.parameters:
        found: Any = run.untapped.get(name)
        needed = run.spec.shapes[name], DTYPES[run.dtype]
        if not _is_array(found) or (found.shape, found.dtype) != needed:
            array = f"{np.dtype(needed[1])} {needed[0]}"
            message = f"{run.backend}, asked for the gradients of the parameters alone, gives no {array} of {name!r}"
            yield _finding(run, name, BACKWARD, message)


def _one(run: Run, name: str, direction: str) -> Iterator[Finding]:
    side = run.evaluation.values if direction == FORWARD else run.evaluation.gradients
    what = "value" if direction == FORWARD else "gradient"
    shape, given = run.spec.shapes[name], run.spec.givens.get(name)
    needed = np.dtype(WHOLE.get(given.kind.name if given else "", DTYPES[run.dtype]))
    said = f"{run.backend}'s {what} of {name!r}"
    found: Any = side.get(name)
    if name not in side:
        yield _finding(run, name, direction, f"{run.backend} gives no {what} of {name!r}")
    elif not _is_array(found) or found.dtype == object:
        yield _finding(run, name, direction, f"{said} is no array but {_kind(found)}")
    elif found.shape != shape:
        yield _finding(run, name, direction, f"{said} has shape {found.shape}, needs {shape}")
    elif found.dtype != needed:
        yield _finding(run, name, direction, f"{said} is {found.dtype}, needs {needed}")


def _kind(found: Any) -> str:
    """What stands in an array's place."""
    thing = found[()] if _is_array(found) and found.shape == () else found
    return "None" if thing is None else f"a {type(thing).__name__}"


def _finding(
    run: Run, name: str, direction: str, message: str, *, how: str = "counted, before any number was compared"
) -> Finding:
    return Finding(
        code="TV103",
        verdict="disagree",
        message=message,
        backend=run.backend,
        node=name,
        direction=direction,
        how=how,
        proven=True,
        seen=((run.point, run.dtype),),
    )
