"""What is asked of every op of a backend: each property is a function of a trial that yields what is wrong, in words.

Knows nothing of which ops and cases are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

import numpy as np

from trivium.backend import Array, Want
from trivium.compare import presence
from trivium.compare.blame import directional_slope
from trivium.compare.bound import LINE, UNIT, units
from trivium.compare.replay import largest_index
from trivium.testing.trial import Trial

FACTOR = -3.0
DIRECTIONS = 3


def runs(trial: Trial) -> Iterator[str]:
    """It compiles, it runs, and it replays one op."""
    _ = trial.evaluation, trial.replayed(trial.backend)
    return iter(())


def arrays(trial: Trial) -> Iterator[str]:
    """Every array is there, finite, in its shape and dtype; a replay computes in float64, and gives labels nothing."""
    yield from (finding.message for finding in presence.broken(trial.run))
    for what, side in (("value", trial.evaluation.values), ("gradient", trial.evaluation.gradients)):
        yield from (f"the {what} of {name} is not finite" for name, x in side.items() if not np.isfinite(x).all())
    outputs, bars = trial.replayed(trial.backend)
    spec, node = trial.spec, trial.node
    want = [*(spec.shapes[n] for n in node.outputs), *(spec.shapes[n] if n in trial.smooth else None for n in node.inputs)]
    for name, shape, x in zip((*node.outputs, *node.inputs), want, (*outputs, *bars), strict=True):
        found = None if x is None else (x.shape, str(x.dtype))
        if found != (None if shape is None else (shape, "float64")):
            yield f"a replay gives {found} for {name}, needs {None if shape is None else (shape, 'float64')}"


def inputs_kept(trial: Trial) -> Iterator[str]:
    """Nothing that is handed in is written to."""
    given = trial.fresh()
    _ = trial.program(given), trial.program.tangent(given, {n: given[n] for n in trial.smooth})
    yield from (f"a program writes to its input {name}" for name, x in given.items() if not same(x, trial.given[name]))
    inputs, y_bars = trial.fed()
    _ = trial.backend.replay(trial.node.op, trial.attrs, inputs, y_bars)
    names = (*trial.node.inputs, *(f"the cotangent of {name}" for name in trial.node.outputs))
    for name, x, was in zip(names, (*inputs, *y_bars), (*trial.fed()[0], *trial.fed()[1]), strict=True):
        if not same(x, was):
            yield f"a replay writes to its input {name}"


def same(a: Array, b: Array) -> bool:
    return a.tobytes() == b.tobytes()


def ownership(trial: Trial) -> Iterator[str]:
    """Every array returned is the caller's own: writeable, and nobody else's memory."""
    given = trial.fresh()
    evaluation = trial.program(given)
    owned = {f"the value of {n}": x for n, x in evaluation.values.items()}
    owned |= {f"the gradient of {n}": x for n, x in evaluation.gradients.items()}
    yield from (f"{name} is read-only" for name, x in owned.items() if not x.flags.writeable)
    everything = owned | {f"the input {n}": x for n, x in given.items()}
    for (a, x), (b, y) in combinations(everything.items(), 2):
        if np.shares_memory(x, y):
            yield f"{a} shares its memory with {b}"


def formula(trial: Trial) -> Iterator[str]:
    """Its values are those of the op's formula, as the handwritten road computes it."""
    outputs, _ = trial.replayed(trial.scaler)
    for name, y, scale in zip(trial.node.outputs, outputs, trial.scales.outputs, strict=True):
        yield from off(f"the value of {name}", trial.evaluation.values[name], y, scale, trial.dtype)


def replay(trial: Trial) -> Iterator[str]:
    """A program and the replay of one op compute the same."""
    outputs, bars = trial.replayed(trial.backend)
    for name, y, scale in zip(trial.node.outputs, outputs, trial.scales.outputs, strict=True):
        yield from off(f"the value of {name}", trial.evaluation.values[name], y, scale, trial.dtype)
    for name, bar, scale in zip(trial.node.inputs, bars, trial.scales.bars, strict=True):
        if bar is not None and scale is not None:
            yield from off(f"the gradient of {name}", trial.evaluation.gradients[name], bar, scale, trial.dtype)


def slope(trial: Trial) -> Iterator[str]:
    """Each cotangent is the derivative of the op's own values, by complex step or by central differences."""
    stream = np.random.default_rng(trial.seed)
    for name in trial.smooth:
        bar = np.asarray(trial.evaluation.gradients[name], np.float64)
        for _ in range(DIRECTIONS):
            v = stream.standard_normal(bar.shape)
            found = directional_slope(trial.run, trial.node, trial.node.inputs.index(name), v, {trial.backend.name: trial.backend})
            along, line = float(np.sum(bar * v)), trial.bound(name, v) + found.error
            if not abs(along - found.value) <= line < np.inf:
                yield (
                    f"along a direction the gradient of {name} is {along:.9g}, but its own values say "
                    f"{found.value:.9g} ({found.oracle}); they may differ by {line:.2g}"
                )


def linearity(trial: Trial) -> Iterator[str]:
    """Multiplying the loss's cotangent by a number multiplies every gradient by it; zero gives exactly zero."""
    scaled, nothing = (trial.program(trial.fresh(), factor).gradients for factor in (FACTOR, 0.0))
    bars = trial.replayed(trial.backend)[1], trial.replayed(trial.backend, factor=FACTOR)[1]
    for i, name in enumerate(trial.node.inputs):
        bar, scale = bars[0][i], trial.scales.bars[i]
        if name not in trial.smooth or bar is None or scale is None:
            continue
        right = trial.evaluation.gradients[name]
        times = f"times {FACTOR:g}, the gradient of {name}"
        yield from off(times, scaled[name], FACTOR * np.asarray(right, np.float64), abs(FACTOR) * scale, trial.dtype)
        yield from off(f"{times} in a replay", np.asarray(bars[1][i]), FACTOR * bar, abs(FACTOR) * scale, "float64")
        if nothing[name].any():
            yield f"times 0, the gradient of {name} is not zero"


def adjoint(trial: Trial) -> Iterator[str]:
    """⟨x̄, ẋ⟩ = ⟨ȳ, ẏ⟩: forward mode and reverse mode are transposes of each other."""
    stream = np.random.default_rng(trial.seed)
    given = trial.fresh()
    dots = {name: stream.standard_normal(given[name].shape).astype(np.float32) for name in trial.smooth}
    tangents = trial.program.tangent(given, dots)
    gradients, outputs = trial.evaluation.gradients, trial.node.outputs
    pulled = sum(float(np.sum(np.asarray(gradients[n], np.float64) * dots[n])) for n in trial.smooth)
    pushed = [np.asarray(gradients[n], np.float64) * tangents[n] for n in outputs]
    size = sum(float(np.abs(terms).sum()) for terms in pushed) * LINE * UNIT[trial.dtype]
    line = max(size, sum(trial.bound(name, dot) for name, dot in dots.items()))
    ahead = sum(float(terms.sum()) for terms in pushed)
    if not abs(pulled - ahead) <= line:
        yield f"⟨x̄, ẋ⟩ is {pulled:.9g}, but ⟨ȳ, ẏ⟩ of its tangent is {ahead:.9g}; they may differ by {line:.2g}"


def restriction(trial: Trial) -> Iterator[str]:
    """A program of which little is wanted returns just that, and the same numbers."""
    want = Want(frozenset(trial.node.outputs), frozenset(trial.smooth[:1]))
    found = trial.backend.compile(trial.spec, dtype=trial.dtype, want=want)(trial.fresh())
    for what, wanted, got in (("values", want.values, found.values), ("gradients", want.gradients, found.gradients)):
        if set(got) != wanted:
            yield f"of the {what} of {sorted(wanted)} alone, it returns {sorted(got)}"
    for name, scale in zip(trial.node.inputs, trial.scales.bars, strict=True):
        if name in want.gradients and scale is not None:
            right = np.asarray(trial.evaluation.gradients[name], np.float64)
            yield from off(f"wanted alone, the gradient of {name}", found.gradients[name], right, scale, trial.dtype)


def off(what: str, got: Array, expected: Array, scale: Array, dtype: str) -> Iterator[str]:
    """The worst entry, in words, where it is further off than rounding explains."""
    measured = units(np.abs(np.asarray(got, np.float64) - expected), scale, dtype)
    index = largest_index(measured)
    if measured.size and not measured[index] <= LINE:
        yield (
            f"{what} is {float(got[index]):.9g} in entry {index}, not {float(expected[index]):.9g}: "
            f"{measured[index]:.3g} units of rounding, and the line is {LINE:g}"
        )


PROPERTIES: Mapping[str, Callable[[Trial], Iterator[str]]] = {
    "runs": runs,
    "arrays": arrays,
    "inputs": inputs_kept,
    "ownership": ownership,
    "formula": formula,
    "replay": replay,
    "slope": slope,
    "linearity": linearity,
    "adjoint": adjoint,
    "restriction": restriction,
}
"""What is asked of every op, in this order; the docstrings say what each means."""
