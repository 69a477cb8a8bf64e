"""Metamorphic tests: what a gradient must be, told from the same gradient at other arguments; no second one is needed.

Knows nothing of specs or backends: functions on NumPy arrays go in. Each relation gives, tensor by tensor, what the
gradient has to be and how far rounding may put it off. It holds the gradient against itself, not against the function:
a factor 2 passes every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from trivium.backend import Array
from trivium.errors import OracleError
from trivium.oracles.finite_difference import Estimate, U

Given = Mapping[str, Array]
Gradient = Callable[[Given], Given]
"""Arrays by name in, gradients by name out, of the same shapes."""
SHAKE = 2.0**-40
RUNS = 8
ONE, OTHER = "a cotangent", "another cotangent"
"""Moved by noise as the arguments are: a sum of them is rounded too."""
MARGIN = 2.0**8
"""How far the error may exceed the noise that was measured."""


def halves(
    gradient: Gradient, given: Given, batch: Mapping[str, int], *, first: int | None = None
) -> dict[str, Estimate]:
    """The gradient of a mean over data points, from those of two parts of them: each counts by its share of the points.

    `batch` names the axis of each given along which the data points lie; `first` is how many are in the first part.
    What is summed instead of averaged, a point that is left out, and a state that one point leaves to the next, do not
    pass. A loss that ties its points together (batch norm, a class-weighted mean) is no such mean.
    """
    points = _length(given, batch)
    cut = (points + 1) // 2 if first is None else first
    if not 0 < cut < points:
        raise OracleError(f"{points} data points cannot be parted after the first {cut}")
    parts = (np.arange(cut), np.arange(cut, points))

    def predicted(at: Given) -> dict[str, Array]:
        found = [
            {n: np.asarray(g, np.float64) * (len(part) / points) for n, g in gradient(_taken(at, batch, part)).items()}
            for part in parts
        ]
        one, other = found
        return {n: np.concatenate([one[n], other[n]], axis=batch[n]) if n in batch else one[n] + other[n] for n in one}

    return _with_errors(predicted, given)


def permuted(gradient: Gradient, given: Given, axes: Mapping[str, int], order: Sequence[int]) -> dict[str, Estimate]:
    """The gradient where entries of the givens stand in another order, put back into theirs.

    For data points `axes` names the batch axis of inputs and targets; for hidden units it names the axis of every
    parameter that has one entry, row or column per unit ({"w1": 0, "b1": 0, "w2": 1}). A point or unit that is
    forgotten, counted twice, or mistaken for its neighbor does not pass.
    """
    places = np.asarray(order)
    count = _length(given, axes)
    if sorted(places.tolist()) != list(range(count)):
        raise OracleError(f"the order {list(order)} is no permutation of {count} entries")
    back = np.argsort(places)

    def predicted(at: Given) -> dict[str, Array]:
        return {n: np.asarray(g, np.float64) for n, g in _taken(gradient(_taken(at, axes, places)), axes, back).items()}

    return _with_errors(predicted, given)


def superposed(
    vjp: Callable[[Given, Array], Given],
    given: Given,
    one: Array,
    other: Array,
    *,
    times: float = -3.0,
    narrow: bool = False,
) -> dict[str, Estimate]:
    """What vjp(one + times other) has to be: a vjp is linear in the cotangent.

    `vjp` takes the arguments and the cotangent of the result. A cotangent that is squared, clipped, rectified, compared
    with 0 or ignored does not pass. `narrow` says that it computes in float32.
    """
    if np.shape(one) != np.shape(other):
        raise OracleError(f"the cotangents have shapes {np.shape(one)} and {np.shape(other)}")

    def predicted(at: Given) -> dict[str, Array]:
        rest = {n: x for n, x in at.items() if n in given}
        a, b = vjp(rest, at[ONE]), vjp(rest, at[OTHER])
        return {n: np.asarray(a[n], np.float64) + times * np.asarray(b[n], np.float64) for n in a}

    return _with_errors(predicted, {**given, ONE: np.asarray(one), OTHER: np.asarray(other)}, narrow=narrow)


def wrong(got: Given, predicted: Mapping[str, Estimate]) -> dict[str, Array]:
    """Which entries are not what a relation says, tensor by tensor; tensors that are right are left out.

    NaN and infinity are never right; OracleError where a tensor is missing or has another shape.
    """
    found = {}
    for name, estimate in predicted.items():
        if name not in got or np.shape(got[name]) != estimate.value.shape:
            has = f"shape {np.shape(got[name])}" if name in got else "nothing"
            shape = estimate.value.shape
            raise OracleError(f"the gradient of {name!r} has shape {shape} by the relation, and {has} here")
        with np.errstate(invalid="ignore"):
            found[name] = ~(np.abs(np.asarray(got[name], np.float64) - estimate.value) <= estimate.error)
    return {name: off for name, off in found.items() if off.any()}


def _with_errors(
    predicted: Callable[[Given], dict[str, Array]], given: Given, *, narrow: bool = False
) -> dict[str, Estimate]:
    """Each number with what rounding may do to it: how it answers when every argument is moved by a little noise."""
    u, shake = (2.0**-24, 2.0**-12) if narrow else (U, SHAKE)
    value = predicted(given)
    random = np.random.default_rng(0)
    squares = {n: np.zeros(x.shape) for n, x in value.items()}
    with np.errstate(invalid="ignore", over="ignore"):
        for _ in range(RUNS):
            for n, x in predicted({n: _shaken(x, random, shake) for n, x in given.items()}).items():
                squares[n] += np.square((x - value[n]) / shake)
    return {n: Estimate(x, MARGIN * u * (np.sqrt(squares[n] / RUNS) + np.abs(x))) for n, x in value.items()}


def _shaken(x: Array, random: np.random.Generator, shake: float) -> Array:
    x = np.asarray(x)
    return x * (1 + shake * random.uniform(-1, 1, x.shape)) if x.dtype.kind == "f" else x


def _taken(arrays: Given, axes: Mapping[str, int], places: Array) -> dict[str, Array]:
    return {n: np.take(x, places, axis=axes[n]) if n in axes else x for n, x in arrays.items()}


def _length(given: Given, axes: Mapping[str, int]) -> int:
    """How many entries the named axes have; OracleError where they differ, or there are none."""
    missing = [n for n in axes if n not in given]
    if missing or not axes:
        raise OracleError(f"no given {missing[0]!r}" if missing else "no axis is named")
    flat = [n for n, axis in axes.items() if not -np.ndim(given[n]) <= axis < np.ndim(given[n])]
    if flat:
        raise OracleError(f"given {flat[0]!r} has shape {np.shape(given[flat[0]])}, and no axis {axes[flat[0]]}")
    lengths = {n: np.shape(given[n])[axis] for n, axis in axes.items()}
    if len(set(lengths.values())) > 1:
        raise OracleError("the axes differ in length: " + ", ".join(f"{n} {k}" for n, k in lengths.items()))
    return int(next(iter(lengths.values())))
