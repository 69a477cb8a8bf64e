"""A module or function of a framework: its gradient held against its own values, and against its own linearity.

Knows nothing of any framework.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from trivium.backend import Array
from trivium.bringer import LAYOUTS, Brought, bringers
from trivium.compare.bound import LINE, UNIT
from trivium.errors import BackendError, OracleError, first_line
from trivium.oracles.finite_difference import Estimate
from trivium.oracles.metamorphic import superposed, wrong
from trivium.own.alone import judged_code
from trivium.own.calling import Code, Told
from trivium.own.found import UNKNOWN, WRONG, Found, Part
from trivium.own.judge import Noise
from trivium.wanted import described

Made = TypeVar("Made")
LARGE = 2.0**10
"""A cotangent that is clipped, at whatever is usual, shows at this size."""
TANGENTS = 2
"""Directions for each argument in which a forward mode is looked at."""
ALIKE = {"transposed": "stored in another order", "expanded": "one number in memory, as a sum hands it over"}


def bring(thing: Any, loss: Callable[..., Any] | None, at: Sequence[Any]) -> tuple[Brought, str]:
    """What a framework has to say of a module or function, and what to call it; BackendError where none knows it."""
    what = getattr(thing, "__name__", type(thing).__name__)
    there = list(bringers())
    for bringer in there:
        if bringer.knows(thing) and callable(thing):
            return bringer.module(thing, loss, at), type(thing).__name__
    if isinstance(thing, type):
        thing = getattr(thing, "apply", thing)  # of an autograd.Function, it is what one calls
    if not callable(thing):
        raise BackendError(f"{described(thing)} is no module, and no function")
    function = thing if loss is None else composed(thing, loss)
    able = [b for b in there if any(b.knows(x) for x in at)] or [b for b in there if b.answers(function, at)]
    if len(able) == 1:
        return able[0].function(function, at), what
    if able:
        both = " and ".join(b.name for b in able)
        raise BackendError(f"{what} may be differentiated by {both}: give at= as tensors of the one that is meant")
    raise BackendError(f"no framework knows {described(thing)}: it is no module, and gives no tensor for tensors")


def composed(function: Callable[..., Any], loss: Callable[..., Any]) -> Callable[..., Any]:
    """The loss of what a function gives, under the function's own names."""

    @functools.wraps(function)
    def whole(*arguments: Any) -> Any:
        return loss(function(*arguments))

    return whole


def brought_gradient(brought: Brought, what: str) -> Found:
    """Every gradient that the framework gives, in float64 or in the code's own precision."""
    output = output_of(brought, what)
    single = output.size == 1
    cotangent = np.asarray(np.ones(output.shape) if single else np.random.default_rng(1).standard_normal(output.shape))
    code = as_called(brought, None if single else cotangent)
    bars = _tried(lambda: brought.vjp(brought.given, cotangent, LAYOUTS[0]), f"{what} cannot be differentiated")
    missing = [n for n, g in bars.items() if g is None and n in code.moving]
    told, heard, found = judged_code(code, dict(brought.given), list(brought.notes))
    parts = [_without(p) if p.name in missing and p.state == WRONG else p for p in found.parts]
    if brought.doubt:  # of its values: what a cotangent shows below needs none
        parts = [replace(p, state=UNKNOWN, why=brought.doubt) if p.state == WRONG else p for p in parts]
    none = [p.name for p in parts if p.name in missing and p.state != WRONG]
    notes = [*found.notes, *([f"no gradient, and none is due: {', '.join(none)}"] if none else [])]
    parts = _bent(brought, told, heard, output.shape, parts)
    return replace(found, what=what, parts=tuple(parts), notes=tuple(notes), points=("the numbers given",))


def output_of(brought: Brought, what: str) -> Array:
    """What comes out at the numbers given; OracleError where nothing does."""
    cannot = f"{what} cannot be called with {', '.join(brought.inputs) or 'nothing'}"
    return np.asarray(_tried(lambda: brought.forward(brought.given), cannot))


def _tried(call: Callable[[], Made], cannot: str) -> Made:
    """What a person's code gives; OracleError with its own words where it raises."""
    try:
        return call()
    except OracleError:
        raise
    except Exception as error:
        said = first_line(error)
        raise OracleError(f"{cannot}: {type(error).__name__}: {said}") from error


def as_called(brought: Brought, cotangent: Array | None = None) -> Code:
    """A framework's function and its gradient, as a person's are called; under a cotangent where it gives an array."""

    bar = np.ones(()) if cotangent is None else cotangent

    def f(*arrays: Array) -> Array:
        return brought.forward(dict(zip(brought.given, arrays, strict=True)))

    def grad(*arrays: Array) -> dict[str, Array]:
        given = dict(zip(brought.given, arrays, strict=True))
        bars = brought.vjp(given, bar, LAYOUTS[0])
        found = ((n, bars[n]) for n in moving)
        return {n: np.zeros(np.shape(given[n]), given[n].dtype) if g is None else g for n, g in found}

    moving = tuple(n for n, x in brought.given.items() if x.dtype.kind == "f")
    moving = moving if brought.moving is None else tuple(n for n in moving if n in brought.moving)
    return Code(f, grad, tuple(brought.given), moving, by_name=False, cotangent=cotangent, still=brought.still)


def forward_mode(brought: Brought) -> Brought:
    """The tangents of a framework as a gradient: by how far each argument goes along some directions, none as yet."""
    stream = np.random.default_rng(5)
    moving = [n for n, x in brought.given.items() if x.dtype.kind == "f"]
    moving = moving if brought.moving is None else [n for n in moving if n in brought.moving]
    along = {
        f"{n} along direction {k}": (n, np.asarray(stream.standard_normal(x.shape), x.dtype))
        for n, x in ((n, brought.given[n]) for n in moving)
        for k in range(1, TANGENTS + 1)
    }

    def point(steps: Mapping[str, Array]) -> dict[str, Array]:
        found = dict(brought.given)
        for key, (n, v) in along.items():
            found[n] = found[n] + steps[key] * v
        return found

    def forward(steps: Mapping[str, Array]) -> Array:
        return brought.forward(point(steps))

    def vjp(steps: Mapping[str, Array], bar: Array, layout: str) -> dict[str, Array | None]:
        at = point(steps)
        return {key: np.asarray((bar * brought.jvp(at, {n: v})).sum()) for key, (n, v) in along.items()}

    still = {key: np.zeros((), v.dtype) for key, (_, v) in along.items()}
    return Brought(forward, vjp, brought.jvp, still, tuple(still), brought.notes)


def _without(part: Part) -> Part:
    return replace(part, why="it got no gradient", pattern=None)


def _bent(brought: Brought, told: Told, heard: Noise, shape: tuple[int, ...], parts: list[Part]) -> list[Part]:
    """What a vjp may not depend on: the size and sign of its cotangent but in proportion, and how that is stored."""
    given = {n: np.asarray(x) for n, x in brought.given.items()}
    stream = np.random.default_rng(2)
    one, other = stream.standard_normal((2, *shape)).astype(np.float32).astype(np.float64)
    names, narrow = {p.name for p in parts}, heard.dtype == "float32"

    def vjp(at: Mapping[str, Array], bar: Array, layout: str = LAYOUTS[0]) -> dict[str, Array]:
        bars = brought.vjp({n: x.astype(given[n].dtype) for n, x in at.items()}, bar, layout)
        return {n: g for n, g in bars.items() if g is not None and n in names}

    def off(got: Mapping[str, Array], expected: Mapping[str, Estimate], size: float) -> list[str]:
        """Whose gradient is another one; what is 0 but for rounding has the slack that its own noise asks for."""
        largest = max((float(np.abs(g).max(initial=0.0)) for g in told.gradients.values()), default=0.0)
        slack = {
            n: size * LINE * UNIT[heard.dtype] * np.maximum(heard.scale(n, told.gradients[n]), largest)
            for n in expected
        }
        return [*wrong(got, {n: Estimate(e.value, e.error + slack[n]) for n, e in expected.items()})]

    found: dict[str, str] = {}
    large = LARGE * one
    bent = off(vjp(given, large - 3 * other), superposed(vjp, given, large, other, narrow=narrow), 4 * LARGE)
    found |= dict.fromkeys(
        bent, "it is not linear in the cotangent: twice the cotangent, or its sign, is not passed on"
    )
    for layout, said in ALIKE.items():
        bar = np.full(shape, 0.75) if layout == "expanded" else one
        expected = superposed(vjp, given, bar, np.zeros(shape), narrow=narrow)
        try:
            bent = off(vjp(given, bar, layout), expected, 4.0)
        except RuntimeError as error:
            first = first_line(error)
            found |= {n: f"it raises where the cotangent is {said}: {first}" for n in names if n not in found}
            continue
        found |= {n: f"it is another one where the cotangent is {said}" for n in bent if n not in found}
    return [replace(p, state=WRONG, why=found[p.name]) if p.name in found and p.state != WRONG else p for p in parts]
