"""What is asked of every op of a backend: each clause is a function of a trial that yields what is wrong, in words.

Knows nothing of which ops and cases are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

import numpy as np

from trivium.backend import Array, Evaluation, Want
from trivium.compare import presence
from trivium.compare.blame import directional_slope
from trivium.compare.bound import LINE, UNIT, units
from trivium.compare.judge import largest_index
from trivium.given import as_float32
from trivium.spec.signature import show
from trivium.testing.trial import Trial

FACTOR = -3.0
DIRECTIONS = 2


def runs(trial: Trial) -> Iterator[str]:
    """It compiles, it runs, and it replays one op."""
    _ = trial.evaluation, trial.replayed(trial.backend)
    return iter(())


def arrays(trial: Trial) -> Iterator[str]:
    """Every array is there, finite, in its shape and dtype; a replay computes in float64, and gives labels nothing."""
    yield from (finding.message for finding in presence.broken(trial.recorded))
    for what, side in (("value", trial.evaluation.values), ("gradient", trial.evaluation.gradients)):
        yield from (f"the {what} of {name} is not finite" for name, x in side.items() if not np.isfinite(x).all())
    outputs, bars = trial.replayed(trial.backend)
    for what, names, found in (("value", trial.node.outputs, outputs), ("cotangent", trial.node.inputs, bars)):
        for name, x in zip(names, found, strict=True):
            smooth = name in trial.smooth or name in trial.node.outputs
            needed = f"float64 {show(trial.spec.shapes[name])}" if smooth else "none"
            said = "none" if x is None else f"{x.dtype} {show(x.shape)}"
            if said != needed:
                yield f"a replay gives for the {what} of {name}: {said}; needed is: {needed}"


def inputs(trial: Trial) -> Iterator[str]:
    """Nothing that is handed in is written to."""
    given = trial.fresh()
    _ = trial.program(given)
    yield from written_to("a program", trial, given)
    read, y_bars = trial.fed()
    _ = trial.backend.replay(trial.node.op, trial.attrs, read, y_bars)
    names = (*trial.node.inputs, *(f"cotangent of {name}" for name in trial.node.outputs))
    for name, x, was in zip(names, (*read, *y_bars), (*trial.fed()[0], *trial.fed()[1]), strict=True):
        if not same(x, was):
            yield f"a replay writes to its input, the {name}"


def written_to(what: str, trial: Trial, given: Mapping[str, Array]) -> Iterator[str]:
    """The givens that are no longer what they were."""
    return (f"{what} writes to its input {name}" for name, x in given.items() if not same(x, trial.given[name]))


def same(a: Array, b: Array) -> bool:
    return a.tobytes() == b.tobytes()


def ownership(trial: Trial) -> Iterator[str]:
    """Every array returned is the caller's own: writeable, and no other's memory, of this run or an earlier."""
    given, program = trial.fresh(), trial.program
    owned = named(program.read(program.run(program.place(given))))
    yield from (f"{name} is read-only" for name, x in owned.items() if not x.flags.writeable)
    earlier = {f"{name} in an earlier run": x for name, x in named(trial.evaluation).items()}
    everything = {**owned, **{f"the input {name}": x for name, x in given.items()}, **earlier}
    for (a, x), (b, y) in combinations(everything.items(), 2):
        if np.shares_memory(x, y):
            yield f"{a} shares its memory with {b}"


def named(evaluation: Evaluation) -> dict[str, Array]:
    """All arrays of a run, by what a message calls them."""
    values = {f"the value of {name}": x for name, x in evaluation.values.items()}
    return values | {f"the gradient of {name}": x for name, x in evaluation.gradients.items()}


def formula(trial: Trial) -> Iterator[str]:
    """Its values are those of the op's formula, as the handwritten road computes it."""
    outputs, _ = trial.replayed(trial.scaler)
    for name, y, scale in zip(trial.node.outputs, outputs, trial.scales.outputs, strict=True):
        yield from off(f"the value of {name}", trial.evaluation.values[name], y, scale, trial.dtype)


def replay(trial: Trial) -> Iterator[str]:
    """A program and the replay of one op compute the same, from the values given and the weights as cotangents."""
    (outputs, bars), (_, weights) = trial.replayed(trial.backend), trial.fed()
    got = trial.evaluation
    for name, x in trial.given.items():
        yield from off(f"the value of the input {name}", got.values[name], x, np.abs(x), trial.dtype)
    for name, y, weight, size in zip(trial.node.outputs, outputs, weights, trial.scales.outputs, strict=True):
        yield from off(f"the value of {name}", got.values[name], y, size, trial.dtype)
        yield from off(f"the gradient of {name}", got.gradients[name], weight, np.abs(weight), trial.dtype)
    for name, bar, scale in zip(trial.node.inputs, bars, trial.scales.bars, strict=True):
        if bar is not None and scale is not None:
            yield from off(f"the gradient of {name}", got.gradients[name], bar, scale, trial.dtype)


def slope(trial: Trial) -> Iterator[str]:
    """Each cotangent is the derivative of the op's own values, by complex step or by central differences."""
    stream, road = np.random.default_rng(trial.seed), {trial.backend.name: trial.backend}
    for name in trial.smooth:
        x_bar, role = np.asarray(trial.evaluation.gradients[name], np.float64), trial.node.inputs.index(name)
        for _ in range(DIRECTIONS):
            v = stream.standard_normal(x_bar.shape)
            found = directional_slope(trial.known, trial.node, role, v, road)
            along, line = float(np.sum(x_bar * v)), trial.along(name, v) + found.error
            if not abs(along - found.value) <= line < np.inf:
                yield (
                    f"along a direction the gradient of {name} is {along:.9g}, but the op's own values say "
                    f"{found.value:.9g} ({found.oracle}); they may differ by {line:.2g}"
                )


def linearity(trial: Trial) -> Iterator[str]:
    """Multiplying the loss's cotangent by a number multiplies every gradient by it; zero gives exactly zero."""
    scaled, nothing = (trial.program(trial.fresh(), factor).gradients for factor in (FACTOR, 0.0))
    bars, scaled_bars = trial.replayed(trial.backend)[1], trial.replayed(trial.backend, factor=FACTOR)[1]
    for name, bar, scaled_bar, scale in zip(trial.node.inputs, bars, scaled_bars, trial.scales.bars, strict=True):
        if bar is None or scaled_bar is None or scale is None:
            continue
        x_bar = np.asarray(trial.evaluation.gradients[name], np.float64)
        what = f"with the cotangent times {FACTOR:g}, the gradient of {name}"
        yield from off(what, scaled[name], FACTOR * x_bar, abs(FACTOR) * scale, trial.dtype)
        yield from off(f"{what} in a replay", scaled_bar, FACTOR * bar, abs(FACTOR) * scale, "float64")
        if nothing[name].any():
            yield f"with a cotangent of 0, the gradient of {name} is not 0"


def adjoint(trial: Trial) -> Iterator[str]:
    """⟨x̄, ẋ⟩ = ⟨ȳ, ẏ⟩: forward mode and reverse mode are transposes of each other."""
    stream, given = np.random.default_rng(trial.seed), trial.fresh()
    x_dots: dict[str, Array] = {n: as_float32(stream.standard_normal(given[n].shape)) for n in trial.smooth}
    y_dots = trial.program.tangent(given, x_dots)
    yield from written_to("a tangent", trial, given)
    for name in trial.node.outputs:
        if y_dots[name].shape != trial.spec.shapes[name]:
            yield f"the tangent of {name} is {show(y_dots[name].shape)}, needs {show(trial.spec.shapes[name])}"
            return
    x_bars, (_, y_bars) = trial.evaluation.gradients, trial.fed()
    pulled = np.concatenate([np.zeros(1), *((x_bars[n] * x_dots[n]).ravel() for n in trial.smooth)])
    pushed = np.concatenate([(w * y_dots[n]).ravel() for n, w in zip(trial.node.outputs, y_bars, strict=True)])
    line = sum(trial.along(n, x_dots[n]) for n in trial.smooth) + LINE * UNIT[trial.dtype] * float(np.abs(pushed).sum())
    if not abs(pulled.sum() - pushed.sum()) <= line:
        yield f"⟨x̄, ẋ⟩ is {pulled.sum():.9g}, but ⟨ȳ, ẏ⟩ is {pushed.sum():.9g}; they may differ by {line:.2g}"


def want(trial: Trial) -> Iterator[str]:
    """A program of which little is wanted returns just that, and the same numbers."""
    little = Want(frozenset(trial.node.outputs), frozenset(trial.smooth[:1]))
    found = trial.backend.compile(trial.spec, dtype=trial.dtype, want=little)(trial.fresh())
    for what, wanted, got in (
        ("values", little.values, found.values),
        ("gradients", little.gradients, found.gradients),
    ):
        if set(got) != wanted:
            yield f"where only the {what} of {sorted(wanted)} are wanted, those of {sorted(got)} are returned"
            return
    for name, scale in zip(trial.node.inputs, trial.scales.bars, strict=True):
        if name in little.gradients and scale is not None:
            right = np.asarray(trial.evaluation.gradients[name], np.float64)
            yield from off(f"wanted alone, the gradient of {name}", found.gradients[name], right, scale, trial.dtype)


def off(what: str, got: Array, expected: Array, scale: Array, dtype: str) -> Iterator[str]:
    """The worst entry, in words, where it is further off than rounding explains."""
    if got.shape != expected.shape:
        yield f"{what} has shape {show(got.shape)}, needs {show(expected.shape)}"
        return
    measured = units(np.abs(np.asarray(got, np.float64) - expected), scale, dtype)
    index = largest_index(measured)
    if measured.size and not measured[index] <= LINE:
        yield (
            f"{what} is {float(got[index]):.9g} in entry {index}, not {float(expected[index]):.9g}: "
            f"{measured[index]:.3g} units of rounding, and the line is {LINE:g}"
        )


Clause = Callable[[Trial], Iterator[str]]
IN_EACH_PRECISION: Mapping[str, Clause] = {
    "runs": runs,
    "arrays": arrays,
    "inputs": inputs,
    "ownership": ownership,
    "formula": formula,
    "replay": replay,
    "linearity": linearity,
}
"""Asked in this order."""
IN_THE_WIDEST: Mapping[str, Clause] = {"slope": slope, "adjoint": adjoint, "want": want}
"""Asked in the most precise of the backend's dtypes alone: `replay` ties the other to it."""
