"""Central differences, extrapolated over shrinking steps, each with an error bar that the function itself sets.

Knows nothing of specs or backends: functions on NumPy arrays go in.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array
from trivium.errors import OracleError

U = 2.0**-53
RATIO = (math.sqrt(5) - 1) / 2
"""Each step over the one before: as far from a fraction as can be, so that no period of f, and no pattern of rounding,
repeats from step to step and passes for agreement."""
WIDEST = 1.375
STEPS = 48
"""From 1.375 down to 2e-10, in units of the scale."""
ORDERS = 12
EARLIER = 3
"""An estimate is compared with those of so many wider steps: two agree by chance, four hardly ever do."""
MARGIN = 4.0
"""How far the error may exceed the spread among the estimates. With it, no error bar was too short in 1e6 trials."""
WINDOW = 9
"""Rounding at one step is judged by what it does at this and the next narrower ones, where it is larger."""
PATIENCE = 2
ENOUGH = 2.0**-12
"""An entry known to this part of itself, and no longer improving, is done: steps lost in its rounding have no vote."""

Row = list[Array]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Numbers from outside, each with an error bar; where nothing could be said, 0 and an infinite one."""

    value: Array
    error: Array


@dataclass(frozen=True, eq=False)
class Rung:
    """What one step says: the slope at the best order, how far its neighbors are from it, and the size of f there."""

    step: float
    size: Array
    slope: Array
    spread: Array


def directional(f: Callable[[float], Array], *, scale: float = 1.0, u: float = U, patient: bool = False) -> Estimate:
    """The derivative at t = 0 of every entry of f(t), t the distance along a direction.

    `scale` is the distance over which f changes; steps go from 1.375 of it down to 2e-10. `u` is the unit roundoff in
    which f computes: state 2^-24 for a function that rounds to float32 inside. The error covers truncation, rounding,
    and a kink at 0, where it is as large as the jump of the slope. A `patient` one goes down all steps, for the last
    digit that can be had; else it stops where an estimate is good and does not improve.
    """
    if not 0 < scale < math.inf:
        raise OracleError(f"scale is {scale}; it is a distance above 0, over which f changes")
    with np.errstate(all="ignore"):
        return _narrowing(f, scale, u, 0.0 if patient else ENOUGH)


def one_sided(f: Callable[[Array], float], x: Array, index: tuple[int, ...], *, step: float) -> float:
    """(f(x with `step` added to one entry) - f(x)) / step: the difference quotient that everybody writes first."""
    return (f(moved(x, index, step)) - f(x)) / step


def gradient(
    loss: Callable[[Mapping[str, Array]], float], given: Mapping[str, Array], name: str, *, scale: float = 1.0
) -> Estimate:
    """The derivative of the loss with respect to every entry of one given, by `directional`, one entry at a time."""
    x = real(given, name)
    value, error = np.empty(x.shape), np.empty(x.shape)
    for index in np.ndindex(x.shape):
        found = directional(_along(loss, {**given, name: x}, name, index), scale=scale)
        value[index], error[index] = found.value, found.error
    return Estimate(value, error)


def real(given: Mapping[str, Array], name: str) -> Array:
    """One given as float64; OracleError where it is missing, or holds labels or a mask, which have no derivative."""
    if name not in given:
        raise OracleError(f"no given {name!r} to differentiate by; there are: {', '.join(given) or 'none'}")
    x = np.asarray(given[name])
    if x.dtype.kind != "f":
        raise OracleError(f"given {name!r} holds {x.dtype}: labels and masks have no derivative")
    return x.astype(np.float64)


def moved(x: Array, index: tuple[int, ...], step: complex) -> Array:
    """A copy with `step` added to one entry."""
    y = x.copy()
    y[index] += step
    return y


def _along(
    loss: Callable[[Mapping[str, Array]], float], given: Mapping[str, Array], name: str, index: tuple[int, ...]
) -> Callable[[float], Array]:
    return lambda t: np.asarray(loss({**given, name: moved(given[name], index, t)}))


def _narrowing(f: Callable[[float], Array], scale: float, u: float, enough: float) -> Estimate:
    """Climb down the rungs until every entry is done, keeping per entry the rung with the smallest bar."""
    window: deque[Rung] = deque(maxlen=WINDOW)
    center = _evaluate(f, 0.0)
    value, error = np.zeros(center.shape), np.full(center.shape, np.inf)
    waited, done = np.zeros(center.shape, int), np.zeros(center.shape, bool)
    for rung in _rungs(f, center, scale, u):
        window.append(rung)
        if len(window) < WINDOW:
            continue
        bar = np.where(done, np.inf, _bar(window))
        waited = np.where(bar < error / 2, 0, waited + 1)
        value, error = np.where(bar < error, window[0].slope, value), np.fmin(bar, error)
        done = (waited >= PATIENCE) & (error <= abs(value) * enough)
        if done.all():
            break
    return Estimate(value, error)


def _rungs(f: Callable[[float], Array], center: Array, scale: float, u: float) -> Iterator[Rung]:
    """One rung a step: the odd part of f over h tends to the slope, the even part to the jump of a kink, or to 0."""
    odd: deque[Row] = deque(maxlen=EARLIER + 1)
    even: deque[Row] = deque(maxlen=EARLIER + 1)
    for k in range(STEPS):
        h = scale * WIDEST * RATIO**k
        up, down = _evaluate(f, h, center.shape), _evaluate(f, -h, center.shape)
        size = np.maximum(np.maximum(abs(up), abs(down)), abs(center))
        odd.appendleft(_extrapolated((up - down) / (2 * h), odd, 2))
        even.appendleft(_extrapolated(((up - center) + (down - center)) / h, even, 1))
        slope, spread = _best_order(odd)
        jump, _ = _best_order(even)
        yield Rung(h, size, slope, MARGIN * spread + abs(jump) + 2 * u * (size / h + abs(slope)))


def _evaluate(f: Callable[[float], Array], t: float, shape: tuple[int, ...] | None = None) -> Array:
    y = np.asarray(f(t))
    if y.dtype != np.float64:
        raise OracleError(
            f"f({t}) is of dtype {y.dtype}, finite differences need float64; "
            "where f rounds to float32 inside, convert what it returns and state u=2**-24"
        )
    if shape is not None and y.shape != shape:
        raise OracleError(f"f({t}) has shape {y.shape}, but f(0) has {shape}")
    return y


def _extrapolated(plain: Array, wider: deque[Row], power: int) -> Row:
    """Richardson: from the estimate at this step and the row of the step before, cancel h^power, h^(power + 2), ..."""
    row = [plain]
    if wider:
        for j, coarse in enumerate(wider[0][:ORDERS]):
            row.append(row[j] + (row[j] - coarse) / (RATIO ** -(power + 2 * j) - 1))
    return row


def _best_order(rows: deque[Row]) -> tuple[Array, Array]:
    """The entry of the newest row that its neighbors, of one order less and of the steps before, confirm best."""
    slope, spread = np.full(rows[0][0].shape, np.nan), np.full(rows[0][0].shape, np.inf)
    if len(rows) <= EARLIER:
        return slope, spread
    for j in range(len(rows[EARLIER])):
        neighbors = [row[j] for row in list(rows)[1:]] + ([rows[0][j - 1], rows[1][j - 1]] if j else [])
        apart = np.max([abs(rows[0][j] - n) for n in neighbors], axis=0)
        slope, spread = np.where(apart < spread, rows[0][j], slope), np.fmin(apart, spread)
    return slope, spread


def _bar(window: deque[Rung]) -> Array:
    """The error of the window's first rung: its spread, or the largest of the window carried back.

    Rounding is proportional to the size of f and falls like 1 / h, truncation falls faster than that toward narrow
    steps: whatever the narrower rungs scatter by, times size / h, covers the rounding of the wider one.
    """
    first = window[0]
    scatter = [np.where(r.spread == 0, 0, r.spread * r.step / r.size) for r in window]
    bar = np.maximum(first.spread, np.max(scatter, axis=0) * first.size / first.step)
    return np.where(np.isfinite(bar), bar, np.inf)
