"""The ends: in how many digits the roads' gradients agree, how many rounding leaves, whether training gets the same.

Ends accuse nobody, but for a program that differs from the one whose steps were recorded. Knows nothing of steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

import numpy as np

from trivium.backend import Array, Noise, Want
from trivium.compare.bound import BLIND, FEW_RUNS, LINE, RUNS, UNIT, UNSURE, Changes, Q, Scaler, magnitude, smallest
from trivium.compare.comparison import MOST_DIGITS, End, Finding, Pattern, Witness, Wrong, ulp
from trivium.compare.judge import largest_index
from trivium.compare.picture import picture
from trivium.compare.run import Run
from trivium.errors import share
from trivium.referee import Enclosure
from trivium.spec.graph import Spec


class Response:
    """Per given, how far a unit of noise in all values and cotangents moves each entry of its gradient.

    Every run costs a gradient: they are made when somebody asks for what so many say.
    """

    def __init__(self, scaler: Scaler, spec: Spec, given: Mapping[str, Array], *, runs: int = 0) -> None:
        self.scaler, self.spec, self.given, self.count = scaler, spec, given, 0
        self.names = frozenset(n for n in spec.givens if n in spec.differentiable)
        self.changes: dict[str, Changes] = {}
        if runs:
            self._run(runs)

    def _run(self, runs: int) -> None:
        """Make so many, where there are fewer."""
        if not self.changes:
            self.changes = {n: Changes(still) for n, still in self._gradients(None).items()}
        with np.errstate(all="ignore"):
            for seed in range(self.count, runs):
                for n, moved in self._gradients(Noise(Q, seed)).items():
                    self.changes[n].add(moved)
        self.count = max(self.count, runs)

    def rms(self, name: str, runs: int) -> Array:
        """What at least so many runs say of one gradient."""
        self._run(runs)
        with np.errstate(all="ignore"):
            return self.changes[name].rms

    def every(self, runs: int) -> dict[str, Array]:
        """What at least so many runs say of each gradient."""
        return {name: self.rms(name, runs) for name in self.names}

    def _gradients(self, noise: Noise | None) -> Mapping[str, Array]:
        want = Want(frozenset([self.spec.loss]), self.names)
        return self.scaler.compile(self.spec, want=want, noise=noise)(self.given).gradients


def ends(
    runs: Sequence[Run],
    response: Response,
    states: Mapping[tuple[str, str], str],
    exact: Mapping[str, Enclosure],
) -> Iterator[End]:
    """One End per given's gradient, for runs of one point and precision; `states` is keyed by (backend, tensor)."""
    first = runs[0]
    for name, given in first.spec.givens.items():
        have = {r.backend: r.evaluation.gradients[name] for r in runs if name in r.evaluation.gradients}
        if not given.kind.differentiable or not have:
            continue
        right = (a for a in have.values() if a.shape == given.shape and a.dtype.kind == "f")
        arrays = [np.asarray(a, np.float64) for a in right]
        largest = max((magnitude(a) for a in arrays), default=0.0)
        spread = _spread(arrays)
        eaten = _eaten(response, name, largest, first.dtype) if 0 < largest < math.inf else 0.0
        yield End(
            point=first.point,
            dtype=first.dtype,
            tensor=name,
            shape=given.shape,
            parameter=given.parameter,
            largest=largest,
            digits=_digits(spread / largest) if spread is not None and 0 < largest < math.inf else None,
            explained=_digits(max(eaten, UNIT[first.dtype])) if 0 < largest < math.inf else 0.0,
            blind=not (LINE * eaten <= BLIND),
            state={b: states.get((b, name), "right") for b in have},
            certified=_certified(have, exact.get(name), first.dtype),
        )


def _eaten(response: Response, name: str, largest: float, dtype: str) -> float:
    """The share of a gradient's largest entry that rounding may change, by more runs where few leave a doubt."""

    def said(runs: int) -> float:
        return UNIT[dtype] * float(response.rms(name, runs).max(initial=0.0)) / largest

    few = said(FEW_RUNS)
    return said(RUNS) if BLIND / UNSURE < LINE * few < BLIND * UNSURE else few


def _certified(have: Mapping[str, Array], exact: Enclosure | None, dtype: str) -> dict[str, float]:
    """Each road's largest error in units in the last place of the exact gradient's largest entry."""
    if exact is None or not exact.known.all():
        return {}
    largest = float(np.abs(exact.hi).max(initial=0.0))
    unit = ulp(largest, dtype) if 0 < largest < math.inf else 0.0
    whole = {
        b: x for b, x in have.items() if x.shape == exact.hi.shape and x.dtype.kind == "f" and np.isfinite(x).all()
    }
    off = {b: float(exact.off(x).max(initial=0.0)) for b, x in whole.items()}
    return {b: o / unit if unit else math.inf if o else 0.0 for b, o in off.items()}


def _spread(arrays: Sequence[Array]) -> float | None:
    """The largest difference between any two roads in one entry."""
    if len(arrays) < 2:
        return None
    with np.errstate(all="ignore"):
        return float((reduce(np.maximum, arrays) - reduce(np.minimum, arrays)).max(initial=0.0))


def _digits(relative: float) -> float:
    if not math.isfinite(relative):
        return 0.0
    return MOST_DIGITS if relative <= 0 else min(MOST_DIGITS, max(0.0, -math.log10(relative)))


def untapped(run: Run, response: Response) -> Iterator[Finding]:
    """The parameter gradients that training gets, against those of the program whose steps were replayed.

    The network's noise is asked for where a difference is past what an entry's own rounding explains.
    """
    for name, plain in run.untapped.items():
        recorded = run.evaluation.gradients.get(name)
        if recorded is None or (recorded.shape, recorded.dtype) != (plain.shape, plain.dtype):
            continue  # said already: presence
        if np.array_equal(plain, recorded):
            continue
        size = np.maximum(np.abs(recorded, dtype=np.float64), smallest(run.dtype))
        if _past(plain, recorded, size, run.dtype).any():
            size = np.maximum(size, response.rms(name, RUNS))
            wrong = _past(plain, recorded, size, run.dtype)
            if wrong.any():
                yield _differs(run, name, plain, recorded, LINE * UNIT[run.dtype] * size, wrong)


def _past(plain: Array, recorded: Array, size: Array, dtype: str) -> Array:
    """Where two gradients differ by more than rounding of numbers of this size explains."""
    bound = LINE * UNIT[dtype] * size
    with np.errstate(invalid="ignore"):
        difference = np.abs(np.asarray(plain, np.float64) - recorded)
    same = np.asarray(plain == recorded) | (np.isnan(plain) & np.isnan(recorded))
    return np.asarray(~same & ~(difference <= bound) & np.isfinite(bound))


def _differs(run: Run, name: str, plain: Array, recorded: Array, bound: Array, wrong: Array) -> Finding:
    worst = largest_index(np.where(wrong, np.abs(np.nan_to_num(plain - recorded, nan=np.inf)), -1.0))
    witness = Witness(worst, float(plain[worst]), float(recorded[worst]), float(bound[worst]))
    pattern = Pattern("scattered", f"{share(int(wrong.sum()), wrong.size, 'entry')} different")
    whose = run.backend, run.point, run.dtype
    with np.errstate(invalid="ignore"):
        off = np.nan_to_num(np.abs(np.asarray(plain, np.float64) - recorded) / bound, nan=np.inf)
    shown = picture(np.where(wrong, off, np.minimum(off, 1.0)))
    return Finding(
        code="TV108",
        verdict="disagree",
        message=f"{run.backend}: training would get another gradient of {name!r} than the one that was replayed",
        backend=run.backend,
        node=name,
        direction="backward",
        wrong=(Wrong(name, "", pattern, int(wrong.sum()), int(wrong.size), 0.0, (witness,), *whose, shown),),
        how="the program without taps against the recorded one, in units of the whole network's noise response",
        proven=True,
        seen=((run.point, run.dtype),),
    )
