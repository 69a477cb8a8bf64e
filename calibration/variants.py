"""VARIANTS OF THE SCALE: the worst residual on right code, and the faults seen, when the scale is made otherwise.

Each puts another rule in the place of the library's for as long as it is measured. Knows nothing of blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from unittest.mock import patch

import numpy as np

from calibration.faults import Fault, one_entry, times
from calibration.kinds import LONG, Kind
from calibration.plant import planted, some_places
from calibration.roads import ROADS, STANDING, Watch, point
from trivium.compare import bound, replay
from trivium.compare.replay import check_run
from trivium.compare.run import Run
from trivium_numpy.noise import Shaker

Scales = Callable[..., bound.Scales]


@dataclass(frozen=True)
class Variant:
    """Another scale, and the context in which it stands."""

    name: str
    stands: Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class VariantRow:
    """A variant over right nets (`worst_long`: those with long sums) and over planted faults."""

    name: str
    worst: float
    where: str
    worst_long: float
    false_alarms: int
    runs: int
    seen: int
    planted: int
    seconds: float


def _noise_everywhere() -> AbstractContextManager[object]:
    """The noise response in the place of absolute sizes."""
    standing = bound.scales

    def scales(scaler, op, attrs, inputs, cotangents, replayed):  # type: ignore[no-untyped-def]
        return standing(scaler, replace(op, absolute=None), attrs, inputs, cotangents, replayed)

    return patch.object(replay, "scales", scales)


def _draws(count: int) -> Callable[[], AbstractContextManager[object]]:
    return lambda: patch.object(bound, "DRAWS", count)


def _never_small() -> AbstractContextManager[object]:
    """Noise of either sign from 1/2 to 1, which no draw can bring near 0."""

    def array(self, x):  # type: ignore[no-untyped-def]
        if not isinstance(x, np.ndarray | np.generic) or x.dtype.kind != "f":
            return x
        size = self.random.uniform(-1, 1, x.shape)
        return np.asarray(x * (1 + self.q * np.copysign((1 + np.abs(size)) / 2, size)), x.dtype)

    return patch.object(Shaker, "array", array)


def _without_terms() -> AbstractContextManager[object]:
    """No square root of the terms summed."""

    def terms(op, attrs, inputs, outputs):  # type: ignore[no-untyped-def]
        return 1, (1,) * len(inputs)

    return patch.object(bound, "terms", terms)


def _result_alone() -> AbstractContextManager[object]:
    """|result| and nothing else: what comparing relatively, entry by entry, would be."""

    def scales(scaler, op, attrs, inputs, cotangents, replayed):  # type: ignore[no-untyped-def]
        outputs, bars = replayed
        return bound.Scales(tuple(map(abs, outputs)), tuple(b if b is None else abs(b) for b in bars))

    return patch.object(replay, "scales", scales)


VARIANTS = (
    Variant("as it stands", _draws(bound.DRAWS)),
    Variant("noise in the place of absolute sizes", _noise_everywhere),
    *(Variant(f"{count} draws", _draws(count)) for count in (1, 2, 3, 12)),
    Variant("noise from 1/2 to 1, of either sign", _never_small),
    Variant("without the square root of the terms", _without_terms),
    Variant("|result| alone", _result_alone),
)


NEAR = tuple(10.0 ** (-k / 2) for k in range(21, 28))
FAINT = (
    *(Fault(f"factor 1 + {e:.1g}", times(1 + e)) for e in NEAR),
    *(Fault(f"one entry off by {e:.1g}", one_entry(e)) for e in NEAR),
)
"""Faults about as large as what can be seen, where a scale shows what it is worth."""


def variants(kinds: Sequence[Kind], faulty: Sequence[Kind], faults: Iterable[Fault]) -> Iterator[VariantRow]:
    """Every variant over the same right runs and the same wrong ones."""
    right = [(k.name, r) for k in kinds for seed in range(min(k.seeds, 4)) for r in point(k.spec, k.given(seed)).runs]
    wrong = list(_wrong_runs(faulty, tuple(faults)))
    for variant in VARIANTS:
        watch = Watch()
        with variant.stands():
            residuals = [(_residual(run), name) for name, run in right]
            found = [any(_residual(r) > bound.LINE for r in runs) for runs in wrong]
        worst, where = max(residuals)
        longest = max((r for r, name in residuals if name in {k.name for k in LONG}), default=0.0)
        alarms = sum(r > bound.LINE for r, _ in residuals)
        yield VariantRow(variant.name, worst, where, longest, alarms, len(right), sum(found), len(found), watch.seconds)


def _wrong_runs(faulty: Sequence[Kind], faults: tuple[Fault, ...]) -> Iterator[list[Run]]:
    """The runs of one spoilt road, for each fault at each net."""
    for kind in faulty:
        clean = point(kind.spec, kind.given(0))
        for i, fault in enumerate(faults):
            road = ROADS[i % 2]
            for place in some_places(kind.spec, fault, 3, seed=(i,)):
                at = planted(clean, {road: {place.node.name: fault.at(place.role)}})
                if at is not None:
                    yield [r for r in at.runs if r.backend == road]


def _residual(run: Run) -> float:
    other = STANDING.backends["torch" if run.backend == "numpy" else "numpy"]
    checked = check_run(run, lambda run, node: other, STANDING.scaler)
    return max((s.residual for s in checked.steps), default=0.0)
