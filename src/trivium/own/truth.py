"""What a person's gradient should be, from the values of the person's own function, by the strongest means there is.

Exact numbers (ball arithmetic and Cauchy's bound) where the code runs on them; else the complex step, confirmed; else
central differences with their error bar. Knows nothing of any rule for a derivative.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.errors import OracleError, first_line
from trivium.oracles import complex_step, finite_difference
from trivium.oracles.finite_difference import Estimate
from trivium.own.calling import Code
from trivium.referee import Referee

EXACT, COMPLEX, CENTRAL = "the exact derivative", "the complex step", "central differences"
SECONDS = 1.5
"""For all arguments together; past it only the fewest entries are asked one by one, and the rest along directions."""
FEWEST, DIRECTIONS = 64, 4
"""Entries that are asked at least, however long it takes, and Gaussian directions, where not all can be asked."""
CONVINCING = 2.0**-10
"""A difference that knows a slope to this part of itself may confirm another."""
FEWEST_BY_DIFFERENCES = 16
"""Each takes dozens of calls."""
SURE = 2.0**-53
"""What is certain to this part of itself is the exact number, rounded."""


@dataclass(frozen=True)
class Slope:
    """A derivative along a direction, how far it may be off, and who says so."""

    value: float
    error: float
    how: str


@dataclass(frozen=True)
class Truth:
    """What a gradient should be: entry by entry, NaN where none was asked, and along directions.

    why  where nothing stronger was had: why not
    """

    value: Array
    error: Array
    along: tuple[tuple[Array, Slope], ...]
    how: str
    why: str

    def contradicts(self, other: Truth) -> bool:
        """Whether somewhere the two are further apart than both their errors."""
        with np.errstate(invalid="ignore"):
            apart = np.abs(self.value - other.value) > self.error + other.error
        along = zip(self.along, other.along, strict=False)
        return bool(apart.any()) or any(abs(s.value - t.value) > s.error + t.error for (_, s), (_, t) in along)


@dataclass
class Asker:
    """Asks for derivatives of one function at one point; what has failed once is not tried again.

    single  whether the function, of float64, rounds to float32 on its way
    scales  the widest steps of differences, by argument, where they are not the size of its numbers
    """

    code: Code
    given: Mapping[str, Array]
    referee: Referee | None
    refused: dict[str, str] = field(default_factory=dict)
    believed: dict[str, bool] = field(default_factory=dict)
    single: bool = False
    scales: Mapping[str, float] = field(default_factory=dict)
    truths: dict[str, Truth] = field(default_factory=dict)

    def again(self, *, given: Mapping[str, Array] | None = None, scales: Mapping[str, float] | None = None) -> Asker:
        """Another one, of other numbers, or with other steps and by nothing but differences."""
        refused = dict(self.refused) if scales is None else {EXACT: "", COMPLEX: ""}
        return Asker(self.code, given or self.given, self.referee, refused, single=self.single, scales=scales or {})

    def truth(self, name: str) -> Truth:
        """What the gradient with respect to one argument should be."""
        if name not in self.truths:
            self.truths[name] = self._asked(name)
        return self.truths[name]

    def _asked(self, name: str) -> Truth:
        x = self.given[name]
        value, error = np.full(x.shape, np.nan), np.full(x.shape, np.inf)
        order = np.random.default_rng(x.size).permutation(x.size)
        start, asked, found = time.perf_counter(), 0, []
        for flat in order:
            index = tuple(int(i) for i in np.unravel_index(int(flat), x.shape))
            unit = np.zeros(x.shape)
            unit[index] = 1.0
            found.append(self.slope(name, unit))
            value[index], error[index] = found[-1].value, found[-1].error
            asked += 1
            fewest = FEWEST_BY_DIFFERENCES if found[-1].how == CENTRAL else FEWEST
            if asked >= fewest and time.perf_counter() - start > SECONDS / len(self.code.moving):
                break
        along = () if asked == x.size else tuple((v, self.slope(name, v)) for v in _signed(x.shape))
        ways = dict.fromkeys(s.how for s in (*found, *(s for _, s in along)))
        weakest = next((way for way in (CENTRAL, COMPLEX, EXACT) if way in ways), EXACT)
        return Truth(value, error, along, weakest, "; ".join(self.refused.values()))

    def slope(self, name: str, v: Array) -> Slope:
        """The derivative along v, by the strongest means that has an answer."""
        answers = (self._exact(name, v), self._complex(name, v))
        return next((a for a in answers if a is not None), None) or self._central(name, v)

    def _exact(self, name: str, v: Array) -> Slope | None:
        if self.referee is None or EXACT in self.refused:
            return None
        try:
            found = self.referee.slope(self.code.loss, self.given, name, v)
        except OracleError as error:
            self.refused[EXACT] = f"no exact numbers: {error.problems[0].message}"
            return None
        if not found.known or found.radius > max(SURE * abs(float(found.hi)), SURE):
            return None  # a branch lies here: the differences see the jump
        return Slope(float(found.hi), float(found.radius) + SURE * abs(float(found.hi)), EXACT)

    def _complex(self, name: str, v: Array) -> Slope | None:
        if COMPLEX in self.refused or self.single:
            return None
        most = size(self.given[name])
        try:
            sure = complex_step.estimated(lambda t: self._at(name, v, t), size=most)
            if not self._believes(name) and not self._agrees(sure, name, v, patient=False):
                return None
        except OracleError as error:
            self.refused[COMPLEX] = f"no complex step: {error.problems[0].message}"
            return None
        return Slope(float(sure.value), float(sure.error), COMPLEX)

    def _agrees(self, sure: Estimate, name: str, v: Array, *, patient: bool) -> bool:
        """Whether a central difference says the same, and says it well: at a kink it says nothing of either side."""
        central = finite_difference.directional(
            lambda t: self._near(name, v, t), scale=size(self.given[name]), patient=patient
        )
        apart, error = abs(float(sure.value) - float(central.value)), float(central.error)
        convinced = max(error, float(sure.error)) <= CONVINCING * max(abs(float(central.value)), abs(float(sure.value)))
        return convinced and apart <= error + float(sure.error)

    def _believes(self, name: str) -> bool:
        """Whether complex steps in this argument need no confirmation one by one.

        Along directions that move every entry they are what patient central differences say, to their last digit: an
        entry in which something is lost on the way (an absolute value, a comparison) would show there.
        """
        if name not in self.believed:
            most = size(self.given[name])

            def agrees(v: Array) -> bool:
                sure = complex_step.estimated(lambda t: self._at(name, v, t), size=most)
                return self._agrees(sure, name, v, patient=True)

            self.believed[name] = all(map(agrees, _signed(self.given[name].shape)))
        return self.believed[name]

    def _central(self, name: str, v: Array) -> Slope:
        narrow = self.single or np.asarray(self._at(name, v, 0.0)).dtype == np.float32
        u = 2.0**-24 if narrow else finite_difference.U
        found = finite_difference.directional(
            lambda t: np.asarray(self._near(name, v, t), np.float64),
            scale=self.scales.get(name, size(self.given[name])),
            u=u,
        )
        return Slope(float(found.value), float(found.error), CENTRAL)

    def _near(self, name: str, v: Array, t: float) -> Array:
        """The loss at x + t v; NaN where, beside the point, the function raises: it is not defined so far away."""
        try:
            return self._at(name, v, t)
        except OracleError:
            if t == 0:
                raise
            return np.asarray(np.nan)

    def _at(self, name: str, v: Array, t: complex) -> Array:
        """The loss at x + t v: complex where t is."""
        given: dict[str, Any] = {n: np.array(x) for n, x in self.given.items()}
        given[name] = self.given[name] + t * v
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)  # something drops the imaginary part
                return np.asarray(self.code.loss(given)).reshape(())
        except OracleError:
            raise
        except Exception as error:
            said = first_line(error)
            raise OracleError(f"the function raises {type(error).__name__}: {said}") from error


def _signed(shape: tuple[int, ...]) -> Iterator[Array]:
    """Gaussian directions: nothing cancels in them, and no entry is left out."""
    stream = np.random.default_rng(7)
    yield from (stream.standard_normal(shape) for _ in range(DIRECTIONS))


def size(x: Array) -> float:
    """The largest entry of an array, or 1 where there is none: the distance over which a function of it may change."""
    return float(np.abs(x).max(initial=0.0)) or 1.0
