"""The only source of a bound: what rounding can explain in one step, and in a whole network.

A step's scale is what its numbers are made of: the op applied to absolute values where that says it, else the op's own
response to noise in its inputs, saved arrays, outputs and cotangents; times the square root of the terms summed.
Residuals are measured in units of u times that scale. Knows nothing of which road is being judged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from trivium.backend import DTYPES, Array, Backend, Noise, Noisy
from trivium.ops import OPS
from trivium.spec.op import Attributes, Op

LINE = 2.0**8
"""Units of u times scale past which rounding explains nothing. Measured: `make calibrate`."""
ORDINARY = 2.0**4
"""Units within which right code stays (`make calibrate`); between this and the line a mistake could hide."""
Q = 2.0**-40
"""The amplitude of local noise: far above float64 rounding, far below every curvature."""
DRAWS = 6
"""Shaken runs of one op."""
RUNS = 8
"""Shaken runs of a whole network, where a verdict rests on them."""
FEW_RUNS = 4
"""Shaken runs that tell about how many digits rounding leaves."""
UNSURE = 8.0
"""So many times too much or too little few runs may say: more are made where that matters. Half of it is what was seen
on the networks of the zoo."""
BLIND = 2.0**-10
"""The share of a gradient that rounding may eat before the report says that hardly a digit is left."""
FEW = 2.0**-20
"""How near a measured ratio must be to a size of the network to be called by its name; it names, it never decides."""
WHOLE_LEAK = 1e-5
"""The relative error past which a constant error is too large for a number that has been in float32 on its way."""
LEAST_SQUARE = 2.0**-970
"""The least square whose digits are all there."""
UNIT: Mapping[str, float] = {"float64": 2.0**-53, "float32": 2.0**-24}

Arrays = tuple[Array, ...]
Bars = tuple[Array | None, ...]


class Scaler(Backend, Noisy, Protocol):
    """The handwritten road: a backend that can also be shaken, one op at a time."""


@dataclass(frozen=True)
class Scales:
    """What one step's numbers are made of: one array per output, and per input that has a cotangent."""

    outputs: Arrays
    bars: Bars


def smallest(dtype: str) -> float:
    """The scale below which a dtype has no relative precision left: its smallest normal number, over u."""
    return float(np.finfo(DTYPES[dtype]).smallest_normal) / UNIT[dtype]


def scales(
    scaler: Scaler, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays, replayed: tuple[Arrays, Bars]
) -> Scales:
    """The scale of every entry of one step, for the numbers that one road recorded there."""
    outputs, bars = replayed
    sizes = (
        absolute(scaler, op, attrs, inputs, cotangents)
        if op.absolute
        else response(scaler, op, attrs, inputs, cotangents, replayed)
    )
    forward, backward = terms(op, attrs, inputs, outputs)
    inside = op.intermediate(attrs, *inputs) if op.intermediate else 0.0
    return Scales(
        tuple(
            _scale(y, np.maximum(s, inside) if inside else s, forward) for y, s in zip(outputs, sizes[0], strict=True)
        ),
        tuple(None if b is None else _scale(b, s, k) for b, s, k in zip(bars, sizes[1], backward, strict=True)),
    )


def raised(size: Scales, dtype: str, inputs: Arrays, cotangents: Arrays) -> Scales:
    """The scales, in place, none below what is left of a number that underflowed inside the step and was multiplied.

    A slope of 1e-40 is 0 in float32, whatever it is multiplied by: the largest cotangent, and the largest input.
    """
    least = smallest(dtype) * _at_least_1(inputs)
    for scale in size.outputs:
        _ = np.maximum(scale, least, out=scale)
    least *= _at_least_1(cotangents)
    for bar in size.bars:
        if bar is not None:
            _ = np.maximum(bar, least, out=bar)
    return size


def _at_least_1(arrays: Arrays) -> float:
    """The largest finite number among these, at least 1."""
    found = [magnitude(x) for x in arrays if x.dtype.kind == "f"]
    return max([1.0, *(size for size in found if math.isfinite(size))])


def magnitude(x: Array) -> float:
    """The largest absolute value; 0 of nothing, NaN where one is."""
    high, low = float(x.max(initial=0.0)), -float(x.min(initial=0.0))
    return high if high >= low or math.isnan(high) else low


def _scale(result: Array, size: Any, terms_: int) -> Array:
    with np.errstate(all="ignore"):
        found = np.asarray(np.abs(result))
        _ = np.maximum(found, size, out=found)
        found *= math.sqrt(terms_)
        return found


def absolute(scaler: Scaler, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Bars]:
    """The size of a multilinear step: the op, or its positive twin, applied to absolute values in both directions."""
    positive = tuple(np.abs(x) if x.dtype.kind == "f" else x for x in inputs)
    twin = op if op.absolute in (None, op.name) else OPS[op.absolute].taking(len(inputs))
    outputs, bars = scaler.replay(twin, attrs, positive, tuple(np.abs(y) for y in cotangents))
    return tuple(np.abs(y) for y in outputs), tuple(None if b is None else np.abs(b) for b in bars)


def response(
    scaler: Scaler, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays, replayed: tuple[Arrays, Bars]
) -> tuple[Arrays, Bars]:
    """The local noise response of one step: RMS change over DRAWS shaken runs, per unit of noise.

    The change is counted from the handwritten road's own unshaken run: a wrong replayer cannot widen its line.
    """
    still = scaler.replay(op, attrs, inputs, cotangents)
    changes = tuple(tuple(None if base is None else Changes(base) for base in part) for part in still)
    with np.errstate(all="ignore"):
        for seed in range(DRAWS):
            shaken = scaler.shaken(op, attrs, inputs, cotangents, Noise(Q, seed))
            for part, moved in zip(changes, shaken, strict=True):
                for change, array in zip(part, moved, strict=True):
                    if change is not None and array is not None:
                        change.add(array)
        rms = [tuple(None if change is None else change.rms for change in part) for part in changes]
    return rms[0], rms[1]  # type: ignore[return-value]


class Changes:
    """How far an array moves under noise: the root of the mean square, entry by entry, per unit of noise.

    A square past 1e154 overflows, and one below 1e-146 has lost digits: such entries are added by hypot, which takes
    long. The first change of each entry tells which they are.
    """

    def __init__(self, base: Array) -> None:
        self.base, self.squares, self.count = base, np.zeros(base.shape), 0
        self.lost: Array | None = None

    def add(self, moved: Array) -> None:
        """One more run under noise. What overflows or is not finite makes NumPy warn: called where it does not."""
        change = np.asarray(np.subtract(moved, self.base, dtype=np.float64))
        change *= 1 / Q
        if self.count == 0:
            self.squares += change
            self.squares *= change
            self.lost, self.long = _lost(self.squares), np.zeros(())
        if self.lost is not None:
            self.long = np.hypot(self.long, change[self.lost])
        if self.count > 0:
            change *= change
            self.squares += change
        self.count += 1

    @property
    def rms(self) -> Array:
        """What all runs together say."""
        root = np.asarray(np.sqrt(self.squares))
        root /= math.sqrt(self.count)
        if self.lost is not None:
            root[self.lost] = self.long / math.sqrt(self.count)
        return root


def _lost(squares: Array) -> Array | None:
    """Where a square has lost digits or overflowed; None where none has."""
    if squares.min(initial=1.0) > LEAST_SQUARE and squares.max(initial=1.0) < 1 / LEAST_SQUARE:
        return None
    return ~((squares > LEAST_SQUARE) & (squares < 1 / LEAST_SQUARE))


def terms(op: Op, attrs: Attributes, inputs: Arrays, outputs: Arrays) -> tuple[int, tuple[int, ...]]:
    """The terms summed for one entry: of an output, and of each input's cotangent."""
    if op.terms is not None:
        return op.terms(tuple(x.shape for x in inputs), attrs)
    out = max((y.size for y in outputs), default=1)
    forward = max((-(-x.size // out) for x in inputs), default=1)
    return forward, tuple(-(-out // max(x.size, 1)) for x in inputs)


def same_values(a: Arrays, b: Arrays, terms_: int) -> bool:
    """Whether two roads' values of one step, in float64, are one function's, as far as one point can tell."""
    pairs = [(x.ravel(), y.ravel()) for x, y in zip(a, b, strict=True)]
    line = LINE * UNIT["float64"] * math.sqrt(terms_)
    with np.errstate(invalid="ignore"):  # infinity is not the same as itself: nothing can be told
        return all(bool((np.abs(x - y) <= line * np.abs(y).max(initial=0.0)).all()) for x, y in pairs)


def equals(a: float, b: float) -> bool:
    """Whether a measured ratio is this number, as far as its rounding tells."""
    return abs(a - b) <= FEW * max(abs(a), abs(b))


def units(difference: Array, scale: Array, dtype: str) -> Array:
    """A difference in units of u times scale; nothing is nothing, whatever its scale."""
    found = np.asarray(np.maximum(scale, smallest(dtype)))
    found *= UNIT[dtype]
    with np.errstate(invalid="ignore"):
        _ = np.divide(difference, found, out=found)
    np.copyto(found, 0.0, where=difference == 0)
    return found


def shaken(x: Array, random: np.random.Generator) -> Array:
    """Every number multiplied by 1 + q s, 1/2 <= |s| <= 1; labels and masks stay."""
    if x.dtype.kind != "f":
        return x
    t = 2 * random.random(x.shape) - 1
    return np.asarray(np.asarray(x, np.float64) * (1 + Q * (np.copysign(0.5, t) + t / 2)))
