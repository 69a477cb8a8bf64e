"""Running the roads on numbers of our own: each network is compiled once and run at many values.

Knows nothing of what the runs are for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from calibration.values import Given
from trivium.backend import Backend, Program, Tamper, load_backend, parameter_gradients
from trivium.compare.agreement import Point, compare
from trivium.compare.bound import Scaler
from trivium.compare.comparison import Comparison, Cost
from trivium.compare.run import Run
from trivium.spec.graph import Spec

ROADS = ("numpy", "torch", "jax")
DTYPES = ("float64", "float32")
Planted = Mapping[str, Mapping[str, Tamper]]
"""Per road, per node, a mistake around its vjp."""


@dataclass(frozen=True)
class Road:
    """One road's programs for a network in one precision: every step recorded, and what training runs."""

    backend: Backend
    dtype: str
    spec: Spec
    recorded: Program
    plain: Program

    def run(self, given: Given) -> Run:
        """Both programs at the same numbers."""
        untapped = self.plain(given).gradients
        return Run("calibration", self.backend.name, self.dtype, self.spec, self.recorded(given), untapped)


@dataclass(frozen=True)
class Roads:
    """The roads that are compared, and who measures rounding for them: the handwritten one, wrong or right."""

    backends: Mapping[str, Backend]
    scaler: Scaler


def standing() -> Roads:
    """The three roads as they stand."""
    backends = {name: load_backend(name) for name in ROADS}
    return Roads(backends, backends["numpy"])  # type: ignore[arg-type]


STANDING = standing()


def build(backend: Backend, spec: Spec, dtype: str, tamper: Mapping[str, Tamper] | None = None) -> Road:
    """Compile one road."""
    plain = backend.compile(spec, dtype=dtype, want=parameter_gradients(spec), tamper=tamper)
    return Road(backend, dtype, spec, backend.compile(spec, dtype=dtype, tamper=tamper), plain)


@lru_cache(maxsize=64)
def right(spec: Spec) -> tuple[Road, ...]:
    """Every road of a network in both precisions, kept: a network is judged at many values."""
    return tuple(build(b, spec, dtype) for b in STANDING.backends.values() for dtype in DTYPES)


def point(spec: Spec, given: Given) -> Point:
    """What the right roads make of these numbers."""
    return Point("calibration", spec, given, tuple(road.run(given) for road in right(spec)))


def tampered(clean: Point, planted: Planted) -> Point:
    """The same point with mistakes planted in some roads; the runs of the others are kept."""
    runs = tuple(
        build(STANDING.backends[r.backend], r.spec, r.dtype, planted[r.backend]).run(dict(clean.given))
        if r.backend in planted
        else r
        for r in clean.runs
    )
    return Point(clean.name, clean.spec, clean.given, runs)


def judged(at: Point, roads: Roads = STANDING) -> Comparison:
    """The library's own verdict on one point."""
    return compare(at.spec, [at], roads.backends, roads.scaler, cost=Cost())


@dataclass(frozen=True)
class Watch:
    """Seconds since it was made."""

    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started
