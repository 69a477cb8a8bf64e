"""Right runs of three roads, and what spoils one array of them: whatever compares must see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trivium.backend import Array, Backend, load_backend, parameter_gradients
from trivium.compare.agreement import Point, compare
from trivium.compare.comparison import Comparison, Cost
from trivium.compare.run import Run
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.target import handwritten
from trivium.zoo import notebook

ROADS = ("numpy", "torch", "jax")
DTYPES = ("float64", "float32")
Change = Callable[[Array], Array]


def three() -> dict[str, Backend]:
    return {name: load_backend(name) for name in ROADS}


def ran(
    spec: Spec, roads: Mapping[str, Backend], given: Mapping[str, Array], *, dtypes: Sequence[str] = DTYPES
) -> Point:
    """What every road makes of one set of numbers."""
    runs = []
    for name, backend in roads.items():
        for dtype in dtypes:
            everything = backend.compile(spec, dtype=dtype)(given)
            training = backend.compile(spec, dtype=dtype, want=parameter_gradients(spec))(given)
            runs.append(Run("as written", name, dtype, spec, everything, training.gradients))
    return Point("as written", spec, given, tuple(runs))


def judged(point: Point, roads: Mapping[str, Backend]) -> Comparison:
    return compare(point.spec, [point], roads, handwritten(), cost=Cost())


def spoiled(
    point: Point, backend: str, side: str, tensor: str, change: Change | None, *, dtypes: Iterable[str] = DTYPES
) -> Point:
    """The same runs, but for one array of one road: a value, a gradient, or one of the program without taps.

    Without a change it is absent.
    """

    def run(r: Run) -> Run:
        if r.backend != backend or r.dtype not in dtypes:
            return r
        arrays = dict(arrays_of(r, side))
        array = arrays.pop(tensor)
        if change is not None:
            arrays[tensor] = change(array.copy())
        if side == "untapped":
            return replace(r, untapped=arrays)
        return replace(r, evaluation=replace(r.evaluation, **{side: arrays}))

    return replace(point, runs=tuple(map(run, point.runs)))


def arrays_of(run: Run, side: str) -> Mapping[str, Array]:
    return run.untapped if side == "untapped" else getattr(run.evaluation, side)


def named(found: Comparison) -> set[tuple[str, str]]:
    """Every pair of a backend and a node or tensor that a disagreement names."""
    return {(f.backend, name) for f in found.of("disagree") for name in (f.node, *(w.tensor for w in f.wrong))}


def accused(found: Comparison) -> set[str]:
    return {f.backend for f in found.of("disagree")}


def codes(found: Comparison) -> set[str]:
    return {f.code for f in found.of("disagree", "undecided", "convention")}


@pytest.fixture(scope="session")
def roads() -> dict[str, Backend]:
    return three()


@pytest.fixture(scope="session")
def right(roads: dict[str, Backend]) -> Point:
    """Right runs of a network whose two layers are square and equal in shape, so that no shape betrays a mistake."""
    spec = notebook(N=5, n=3, h=3, k=3, m=2)
    return ran(spec, roads, draw(spec))


def at(index: int, number: Any) -> Change:
    """One entry exchanged."""

    def change(x: Array) -> Array:
        x.flat[index] = number
        return x

    return change


def one_entry_off(relative: float) -> Change:
    def change(x: Array) -> Array:
        x.flat[-1] *= 1 + relative
        return x

    return change


CHANGES: dict[str, Change] = {
    "zeros": np.zeros_like,
    "flipped sign": np.negative,
    "NaN in one entry": at(0, np.nan),
    "infinity in one entry": at(-1, np.inf),
    "minus infinity everywhere": lambda x: np.full_like(x, -np.inf),
    "one row short": lambda x: x[:-1],
    "transposed shape": lambda x: x.T.copy() if x.shape[0] != x.shape[-1] else x[None],
    "one axis more": lambda x: x[None],
    "a shape that would broadcast": lambda x: x.sum(axis=-1, keepdims=True) if x.shape[-1] > 1 else x.ravel(),
    "float16": lambda x: x.astype(np.float16),
    "complex": lambda x: x.astype(np.complex128),
    "integers": lambda x: np.rint(np.clip(x, -9e9, 9e9)).astype(np.int64),
    "the other precision": lambda x: x.astype(np.float32 if x.dtype == np.float64 else np.float64),
    "one entry off": one_entry_off(1e-3),
    "a constant factor": lambda x: x * x.dtype.type(1.001),
    "reversed": lambda x: x[::-1].copy(),
}
