"""A gradient that a person brought, held against what it should be, entry by entry, in units of rounding.

Knows nothing of where the right numbers come from, but for how far they may be off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import BLIND, LINE, RUNS, UNIT, Q, shaken, smallest
from trivium.compare.comparison import Pattern, Witness
from trivium.compare.diagnose import pattern
from trivium.compare.judge import largest_index
from trivium.compare.picture import picture
from trivium.errors import OracleError, share
from trivium.own.calling import Code, Told
from trivium.own.found import RIGHT, UNKNOWN, WRONG, Part
from trivium.own.truth import Slope, Truth

COARSE = 2.0**-12
"""The amplitude of noise for code that rounds to float32: below it nothing would move."""
WIDER = {"float64": np.longdouble, "float32": np.float64}
STEPS, ROUGH = (2.0**-17, 2.0**-23), 2.0**-34
"""Shares by which arguments are moved to see what a function rounds to, and the share of it that float64 does not."""
BETWEEN = 16.0
"""Second differences shrink by less from the first share to the other where they are rounding; a kink's by 64."""
WITNESSES = 3
DUST = 2.0**8
"""A number within so many lines of its own rounding has no digit that means anything."""
WHOLE = ("ratio", "zero", "not finite", "leak", "literal")
"""Patterns that a part of the entries can show; which entry, row or order it is, only all of them."""
LOSS = " loss"
"""The loss among the numbers that the code says; no name of a person's begins with a space."""


@dataclass(frozen=True)
class Noise:
    """How far a unit of noise in the arguments moves each number that the code gives, and what it rounds to."""

    dtype: str
    response: Mapping[str, Array]

    def scale(self, name: str, x: Array) -> Array:
        """What the number is made of: itself, or its answer to noise, if that is larger."""
        found = self.response.get(name)
        size = np.abs(np.nan_to_num(np.asarray(x, np.float64), nan=0.0, posinf=0.0, neginf=0.0))
        return np.maximum(size, found) if found is not None and found.shape == size.shape else size


def noise(code: Code, given: Mapping[str, Array], told: Told) -> Noise:
    """The response of the person's own code, gradients and values, to noise in what it is fed."""
    still = _numbers(told)
    single = any(x.dtype == np.float32 for x in (*given.values(), *still.values())) or rounds_to_single(code, given)
    dtype = "float32" if single else "float64"
    q = COARSE if dtype == "float32" else Q
    totals = {n: np.zeros(x.shape) for n, x in still.items()}
    with np.errstate(all="ignore"):
        for seed in range(RUNS):
            stream = np.random.default_rng(seed)
            fed = {n: x + (shaken(x, stream) - x) * (q / Q) if x.dtype.kind == "f" else x for n, x in given.items()}
            moved = code.told({n: x.astype(given[n].dtype) for n, x in fed.items()})
            again = _numbers(moved)
            for n, x in still.items():
                if n in again and again[n].shape == x.shape:
                    totals[n] = np.hypot(totals[n], (np.asarray(again[n], np.float64) - x) / q)
    found = {n: np.nan_to_num(t / math.sqrt(RUNS), posinf=0.0) for n, t in totals.items()}
    for n, lost in _lost(code, given, still, dtype).items():
        found[n] = np.maximum(found[n], lost)
    return Noise(dtype, found)


def rounds_to_single(code: Code, given: Mapping[str, Array]) -> bool:
    """Whether a function of float64 rounds to float32 on its way; OracleError where it rounds to less.

    Its second differences are those of a smooth function, or of a kink, which shrink with the step, or of rounding,
    which do not.
    """
    if code.f is None:
        return False
    try:
        middle, wide = float(code.loss(given)), [_moved(code, given, seed, 2.0**-6)[1] for seed in range(RUNS // 2)]
        found = [[_moved(code, given, seed, h) for h in STEPS] for seed in range(RUNS // 2)]
    except OracleError:
        raise
    except Exception:  # noqa: BLE001  a stranger's function, which may not be defined beside its point: no more is known
        return False
    if all(x == 0 for pair in found for _, x in pair) and max(wide) > STEPS[0] * abs(middle):
        raise OracleError(
            "the function stays as it is where its arguments move by a millionth: it computes in half precision, or in "
            "steps, and there are too few digits to judge its gradient"
        )
    size = max(abs(middle), *(x / STEPS[0] for pair in found for _, x in pair[:1]))
    far, near = (sum(pair[i][0] for pair in found) for i in (0, 1))
    return near > ROUGH * size and near > far / BETWEEN


def _moved(code: Code, given: Mapping[str, Array], seed: int, h: float) -> tuple[float, float]:
    """How far the function is from a straight line, and how far it moves, as its arguments do, by a share of each."""
    stream = np.random.default_rng(seed)
    shares = {n: stream.uniform(-1, 1, x.shape) for n, x in given.items() if x.dtype.kind == "f"}
    up, middle, down = (
        float(code.loss({n: x * (1 + t * shares[n]) if n in shares else x for n, x in given.items()}))
        for t in (h, 0.0, -h)
    )
    return abs(up - 2 * middle + down), max(abs(up - middle), abs(down - middle))


def _numbers(told: Told) -> dict[str, Array]:
    """Everything that the code says, the loss too."""
    loss = {} if told.loss is None else {LOSS: np.asarray(told.loss)}
    return {**told.values, **told.gradients, **loss}


def misshapen(name: str, said_as: str, kind: str, got: Array, needs: tuple[int, ...]) -> Part:
    """A tensor that has another shape than it should: wrong, whatever its numbers are."""
    why = f"it has shape {got.shape}, and should have {needs}"
    return Part(name, said_as, kind, got.shape, WRONG, 0, int(got.size), 0, "its shape", 0.0, math.inf, 0.0, why=why)


def _lost(code: Code, given: Mapping[str, Array], still: Mapping[str, Array], dtype: str) -> dict[str, Array]:
    """What rounding has done already, in units of it: the same code in a wider precision, where it runs there.

    Noise in the arguments does not show it all: at a saturated unit, 1 - y² loses digits that no argument moves. Code
    that has no wider precision (a framework's) is run in a narrower one, whose rounding is seen beside it: one sample,
    lucky in some entries, so that the worst of a tensor stands for all of it.
    """
    wide = _apart(code, given, still, WIDER[dtype], UNIT[dtype])
    if dtype == "float64" and not any(x.any() for x in wide.values()):
        seen = _apart(code, given, still, np.float32, UNIT["float32"])
        return {n: np.full(x.shape, x.max(initial=0.0)) for n, x in seen.items()}
    return wide


def _apart(code: Code, given: Mapping[str, Array], still: Mapping[str, Array], kind: Any, u: float) -> dict[str, Array]:
    """How far the code's numbers are from those in another precision, in units of rounding."""
    fed = {n: x.astype(kind) if x.dtype.kind == "f" else x for n, x in given.items()}
    try:
        told = code.told(fed)
    except OracleError:
        return {}  # the code insists on its own precision: then noise in its arguments is all that is known
    again = _numbers(told)
    with np.errstate(invalid="ignore", over="ignore"):
        return {
            n: np.nan_to_num(np.asarray(np.abs(again[n] - x), np.float64) / u, posinf=0.0)
            for n, x in still.items()
            if n in again and again[n].shape == x.shape
        }


def judged(
    name: str,
    said_as: str,
    kind: str,
    got: Array,
    truth: Truth,
    scale: Array,
    dtype: str,
    quantities: Mapping[str, float],
    reach: float = 0.0,
) -> Part:
    """One tensor against what it should be; what was not asked entry by entry is held along directions.

    reach  the function's value over the size of the argument: a slope of that times a rounding moves nothing
    """
    got = np.asarray(got, np.float64)
    asked = np.isfinite(truth.value)
    dust = bool((np.abs(got) <= LINE * UNIT[dtype] * scale * DUST).all())
    scale = np.maximum(scale, reach / LINE)
    bound = LINE * UNIT[dtype] * np.maximum(scale, smallest(dtype)) + np.where(asked, truth.error, 0.0)
    with np.errstate(invalid="ignore"):
        off = np.where(asked, np.abs(got - truth.value), 0.0)
    off = np.where(asked & ~np.isfinite(got), np.inf, off)
    beyond = off > bound
    bent = [crookedness(got, v, s, scale, dtype) for v, s in truth.along]
    crooked = [x for x in bent if x > LINE]
    largest = float(np.abs(truth.value[asked]).max(initial=0.0)) if asked.any() else float(np.abs(got).max(initial=0.0))
    state, why = _state(
        truth, asked, bound, largest, beyond=bool(beyond.any()), crooked=len(crooked), dust=dust, reach=reach
    )
    with np.errstate(over="ignore"):
        surely = np.maximum(off - np.where(asked, truth.error, 0.0), 0.0)
        units = np.where(asked, surely / (UNIT[dtype] * np.maximum(scale, smallest(dtype))), 0.0)
        ratio = off / np.maximum(bound, smallest(dtype))
    return Part(
        name=name,
        said_as=said_as,
        kind=kind,
        shape=got.shape,
        state=state,
        asked=int(asked.sum()),
        entries=int(got.size),
        directions=len(truth.along),
        how=truth.how,
        largest=largest,
        residual=max([float(units.max(initial=0.0)), *crooked]),
        floor=float(bound[asked].max(initial=0.0)) / largest if largest and asked.any() else 0.0,
        pattern=_pattern(got, truth, asked, bound, dtype, quantities) if state == WRONG else None,
        witnesses=_witnesses(got, truth, beyond, ratio, bound),
        why=why,
        dust=dust,
        picture=picture(np.where(asked, ratio, np.nan)) if beyond.any() else None,
    )


def _state(
    truth: Truth, asked: Array, bound: Array, largest: float, *, beyond: bool, crooked: int, dust: bool, reach: float
) -> tuple[str, str]:
    """Right, wrong or undecided, and why."""
    if beyond or crooked:
        of_ = f"along {crooked} of {len(truth.along)} directions; no entry that was asked is wrong"
        return WRONG, "" if beyond else of_
    if not np.isfinite(truth.value).any() and not truth.along:
        return UNKNOWN, "no oracle has an answer here"
    if asked.any() and largest and float(bound[asked].max()) > BLIND * largest:
        return UNKNOWN, "rounding, or the oracle's own error, has eaten its digits"
    if asked.any() and not largest and (not dust or float(truth.error[asked].max()) > BLIND**2 * reach):
        return UNKNOWN, "the oracle has no digit here: a kink, or rounding"
    if bool((np.isinf(truth.error) & asked).any()):
        return UNKNOWN, "some entries lie on a kink"
    return RIGHT, ""


def crookedness(got: Array, v: Array, slope: Slope, scale: Array, dtype: str) -> float:
    """How far the gradient along a direction surely is from the derivative along it, in units of rounding."""
    if not np.isfinite(got).all():
        return math.inf
    if not math.isfinite(slope.value):
        return 0.0
    unit = UNIT[dtype] * float(np.sum(np.maximum(scale, smallest(dtype)) * np.abs(v)))
    return max(0.0, abs(float(np.sum(got * v)) - slope.value) - slope.error) / unit


def _pattern(
    got: Array, truth: Truth, asked: Array, bound: Array, dtype: str, quantities: Mapping[str, float]
) -> Pattern:
    if not asked.all():
        seen, right, line = got[asked], truth.value[asked], bound[asked]
    else:
        seen, right, line = got, truth.value, bound
    found = pattern(seen, right, line, dtype=dtype, upstream=None, quantities=lambda: quantities, rho=None)
    if asked.all() or found.name in WHOLE:
        return found
    return Pattern(
        "scattered", f"{share(int((np.abs(seen - right) > line).sum()), seen.size, 'entry')} wrong, of those asked"
    )


def _witnesses(got: Array, truth: Truth, beyond: Array, ratio: Array, bound: Array) -> tuple[Witness, ...]:
    """The worst entries."""
    found, left = [], np.where(beyond, ratio, -1.0)
    for _ in range(min(WITNESSES, int(beyond.sum()))):
        index = largest_index(np.nan_to_num(left, posinf=1e300))
        found.append(Witness(index, float(got[index]), float(truth.value[index]), float(bound[index])))
        left[index] = -1.0
    return tuple(found)
