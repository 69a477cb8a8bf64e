"""What finite differences make of one right gradient: their error against the step, and whom a fixed line accuses.

Knows nothing of pages but the picture it draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array, Backend, loss_alone
from trivium.compare.bound import LINE, UNIT
from trivium.lessons.plot import Trace, loglog
from trivium.lessons.tensor import entry, places
from trivium.spec.graph import Spec

STEPS = tuple(10.0 ** (-k / 2) for k in range(2, 33))
"""From a tenth down to 1e-16, two to a decade."""
RULE = 1e-7
"""The line that most courses draw: a relative difference past it is called wrong."""
RULE_STEP = 1e-5
MOST = 60
"""Entries that are held against the rule."""
NEAR = 100
"""How many times smaller than the largest of all an entry may be: a network's first parameter bends most."""
LEAST = 1e-17
"""Below float64's last digit: what is exact is drawn there."""


@dataclass(frozen=True)
class Series:
    """The relative error of one way of taking a difference, by step."""

    name: str
    errors: tuple[float, ...]

    @property
    def best(self) -> tuple[float, float]:
        """The step with the least error, and that error."""
        least = min(range(len(self.errors)), key=lambda i: self.errors[i])
        return STEPS[least], self.errors[least]


@dataclass(frozen=True)
class Curve:
    """One entry's curves, and how many right entries the rule calls wrong.

    entry    which: w1[0, 1]
    name     of the parameter, and the entry's place in it, counted flat
    right    its derivative
    accused  of how many entries looked at, a central difference of step 1e-5 differs by more than the rule allows
    """

    entry: str
    name: str
    flat: int
    right: float
    series: tuple[Series, ...]
    accused: Mapping[str, int]
    looked: int


def curve(spec: Spec, given: Mapping[str, Array], road: Backend, gradients: Mapping[str, Array]) -> Curve | None:
    """The curves of one entry: the largest of the first parameter that has any near the largest of all, and one that
    a page shows, where that is near it too.

    None where that is not finite, or no more than rounding beside the loss.
    """
    names = [n for n, _ in spec.parameters if n in gradients and gradients[n].size]
    loss = abs(float(road.compile(spec, want=loss_alone(spec))(given).values[spec.loss]))
    largest = {n: float(np.abs(gradients[n]).max()) for n in names}
    most = max(largest.values(), default=0.0)
    if not LINE * UNIT["float64"] * loss < most < math.inf:
        return None
    name = next(n for n in names if largest[n] >= most / NEAR)
    sizes, shown = np.abs(gradients[name]).reshape(-1), places(gradients[name].shape)
    flat = int(shown[np.argmax(sizes[shown])])
    flat = flat if NEAR * sizes[flat] >= largest[name] else int(np.argmax(sizes))
    index = tuple(int(i) for i in np.unravel_index(flat, gradients[name].shape))
    right = float(gradients[name][index])
    f = {dtype: _loss(spec, given, road, dtype) for dtype in ("float64", "float32", "complex128")}
    ways: Mapping[str, Callable[[float], float]] = {
        "forward, float64": lambda h: _forward(f["float64"], name, index, h),
        "central, float64": lambda h: _central(f["float64"], name, index, h),
        "forward, float32": lambda h: _forward(f["float32"], name, index, h),
        "central, float32": lambda h: _central(f["float32"], name, index, h),
        "complex step": lambda h: float(np.imag(f["complex128"](name, index, 1j * h))) / h,
    }
    series = tuple(Series(n, tuple(_off(way(h), right) for h in STEPS)) for n, way in ways.items())
    entries = list(_entries(names, gradients))[:MOST]
    accused = {
        dtype: sum(_disagrees(_central(f[dtype], n, i, RULE_STEP), float(gradients[n][i])) for n, i in entries)
        for dtype in ("float64", "float32")
    }
    return Curve(entry(name, flat, gradients[name].shape), name, flat, right, series, accused, len(entries))


def _loss(spec: Spec, given: Mapping[str, Array], road: Backend, dtype: str) -> Callable[..., Any]:
    """The loss where one entry is moved by a step."""
    program = road.compile(spec, dtype=dtype, want=loss_alone(spec))

    def loss(name: str, index: tuple[int, ...], step: complex) -> Any:
        x = np.array(given[name], complex if dtype == "complex128" else float)
        x[index] += step
        return program({**given, name: x}).values[spec.loss][()]

    return loss


def _forward(f: Callable[..., Any], name: str, index: tuple[int, ...], h: float) -> float:
    return (float(f(name, index, h)) - float(f(name, index, 0.0))) / h


def _central(f: Callable[..., Any], name: str, index: tuple[int, ...], h: float) -> float:
    return (float(f(name, index, h)) - float(f(name, index, -h))) / (2 * h)


def _off(found: float, right: float) -> float:
    return max(abs(found - right) / abs(right), LEAST) if math.isfinite(found) else math.inf


def _disagrees(found: float, right: float) -> bool:
    """The rule of thumb: |a - b| / (|a| + |b|) past its line."""
    return abs(found - right) > RULE * (abs(found) + abs(right))


def _entries(names: Sequence[str], gradients: Mapping[str, Array]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name in names:
        for index in np.ndindex(gradients[name].shape):
            yield name, tuple(index)


def drawn(found: Curve) -> str:
    """The curves as SVG: the step from large to small, the relative error from 10 down to 1e-17."""
    lines = [Trace(s.name, tuple(zip(STEPS, s.errors, strict=True))) for s in found.series]
    label = f"Relative error of differences for {found.entry}, by step"
    return loglog(lines, (STEPS[0], STEPS[-1]), (LEAST, 10.0), label, (RULE, f"{RULE:g}, the usual line"))
