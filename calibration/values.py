"""Numbers that make a right network hard to judge: each maker takes a spec and a seed.

Knows nothing of roads or verdicts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trivium.backend import Array, load_backend, parameter_gradients
from trivium.given import as_float32
from trivium.probe import draw
from trivium.spec.graph import Spec

Given = dict[str, Array]
Maker = Callable[[Spec, int], Given]


def drawn(spec: Spec, seed: int) -> Given:
    """What a check draws by itself."""
    return draw(spec, seed=seed)


def gain(factor: float) -> Maker:
    """Every weight matrix multiplied."""

    def make(spec: Spec, seed: int) -> Given:
        given = draw(spec, seed=seed)
        return {n: as_float32(factor * a) if a.ndim == 2 and spec.givens[n].parameter else a for n, a in given.items()}

    return make


def changed(**change: Callable[[Array, np.random.Generator], Array]) -> Maker:
    """Some givens put through a function of their numbers and a random stream."""

    def make(spec: Spec, seed: int) -> Given:
        random = np.random.default_rng([seed, 1])
        given = draw(spec, seed=seed)
        return given | {name: as_float32(f(given[name], random)) for name, f in change.items()}

    return make


def plus(offset: float, **at: slice) -> Callable[[Array, np.random.Generator], Array]:
    """An offset added to every entry, or to those of a slice."""

    def change(x: Array, random: np.random.Generator) -> Array:
        moved: Array = x.copy()
        moved[at.get("where", ...)] += offset
        return moved

    return change


def equal(x: Array, random: np.random.Generator) -> Array:
    """Every row the same."""
    return np.array(np.broadcast_to(x[:1], x.shape))


def pixels(x: Array, random: np.random.Generator) -> Array:
    """Whole numbers from 0 to 255."""
    return np.asarray(random.integers(0, 256, x.shape), float)


def decades(x: Array, random: np.random.Generator) -> Array:
    """Entries spread over fourteen decades."""
    return np.asarray(x * 10.0 ** random.uniform(-14, 0, x.shape))


def filled(value: float) -> Callable[[Array, np.random.Generator], Array]:
    """One number everywhere."""
    return lambda x, random: np.full(x.shape, value)


def alternating(value: float) -> Callable[[Array, np.random.Generator], Array]:
    """Plus and minus one number, in turn."""
    return lambda x, random: np.where(np.arange(x.size) % 2, -value, value).reshape(x.shape)


def unit(x: Array, random: np.random.Generator) -> Array:
    """Numbers between 0 and 1."""
    return np.asarray(random.uniform(0.05, 0.95, x.shape))


def stochastic(x: Array, random: np.random.Generator) -> Array:
    """Nearly the unit matrix, with rows that sum to 1."""
    return np.asarray(0.97 * np.eye(len(x)) + 0.03 / len(x))


def surely(margin: float) -> Maker:
    """A classifier that gives every sample's label (all are of class 0) a margin of so much; negative: wrongly sure."""

    def make(spec: Spec, seed: int) -> Given:
        given = draw(spec, seed=seed)
        bias = given["c2"].copy()
        bias[0] += margin
        return given | {"labels": np.zeros_like(given["labels"]), "c2": as_float32(bias)}

    return make


def at_kink(distance: float) -> Maker:
    """The first data point is zero, so that its units lie where the bias puts them: at 0 and the distance."""

    def make(spec: Spec, seed: int) -> Given:
        given = draw(spec, seed=seed)
        x = given["x"].copy()
        x[0] = 0.0
        return given | {"x": x, "c": np.array([distance, -distance, 0.0, 1.0])}

    return make


def an_ulp_apart(spec: Spec, seed: int) -> Given:
    """Units at 1 - 1 + 2^-23 and 1 - 1 - 2^-23, which both precisions reach exactly."""
    given = draw(spec, seed=seed)
    x, w = given["x"].copy(), given["w"].copy()
    x[0], w[:, 0] = [1.0, 0.0, 0.0], 1.0
    return given | {"x": x, "w": w, "c": np.array([-1 + 2.0**-23, -1 - 2.0**-23, -1.0, 0.5])}


def whole_fit(spec: Spec, seed: int) -> Given:
    """Whole numbers that a linear fit meets exactly in every second entry."""
    random = np.random.default_rng(seed)
    x, w, c = (random.integers(-8, 9, spec.shapes[n]).astype(float) for n in ("x", "w", "c"))
    y = x @ w.T + c
    y.flat[::2] += 1.0
    return {"x": x, "y": y, "w": w, "c": c}


def near_fit(spec: Spec, seed: int) -> Given:
    """A target that the handwritten road's prediction meets to the last bit, and nobody else need."""
    given = draw(spec, seed=seed)
    values = load_backend("numpy").compile(spec)(given).values
    return given | {"y": values["prediction"]}


def trained(maker: Maker, *, steps: int, rate: float) -> Maker:
    """Numbers after so many steps of gradient descent on the handwritten road."""

    def make(spec: Spec, seed: int) -> Given:
        given = dict(maker(spec, seed))
        program = load_backend("numpy").compile(spec, want=parameter_gradients(spec))
        for _ in range(steps):
            gradients = program(given).gradients
            given |= {n: given[n] - rate * np.clip(g, -1, 1) for n, g in gradients.items()}
        return {n: as_float32(a) if a.dtype.kind == "f" else a for n, a in given.items()}

    return make
