"""One gradient of a person's own, judged: against the person's own function, against a network, or both.

Knows nothing of how the verdict is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import BLIND, Scaler
from trivium.errors import OracleError, did_you_mean
from trivium.own.against import fit, fit_to
from trivium.own.calling import Code, Told, code as as_code
from trivium.own.found import GRADIENT, RIGHT, UNKNOWN, VALUE, WRONG, Found, Part
from trivium.own.judge import LOSS, Noise, judged, misshapen, noise
from trivium.own.naming import meanings, meant
from trivium.own.network import Against, beside_network, worst
from trivium.own.relation import Axes, related
from trivium.own.traced import traced
from trivium.own.truth import CENTRAL, Asker
from trivium.referee import Referee

NEXT_TO_NOTHING = BLIND**2
"""The share of the largest gradient below which one that may be 0 counts as 0."""
MOVED = 2.0**-4
"""How far the second point is from the first, as a share of each number."""


def own_gradient(
    f: Any,
    grad: Any,
    at: Mapping[str, Any] | Sequence[Any],
    *,
    axes: Axes = MappingProxyType({}),
    against: Against | None = None,
    road: Scaler,
    referee: Referee | None,
) -> Found:
    """Everything that can be said of a gradient; OracleError where the code cannot be called as it is written.

    axes  of arguments that have a letter for an axis: which, by letter
    """
    code, given = as_code(f, grad, at)
    if against is not None:
        known = dict(against.spec.parameters)
        code = replace(code, trained=tuple(n for n in given if meant(n, known) is not None))
    told = code.told(given)
    _repeats(code, given, told)
    heard = noise(code, given, told)
    notes = [f"the code writes to its argument {n}: its caller's array is changed" for n in told.wrote]
    if against is not None:
        beside = beside_network(code, given, told, heard, against, referee, list(notes))
        if not beside.other:
            return beside
        if code.cotangent is not None:
            return replace(beside, notes=(*beside.notes, beside.other))
        code = as_code(f, grad, at)[0]  # every argument again, not only the network's parameters
        notes = [f"{beside.other}: the gradient was held against the function alone", *notes]
        found = _alone(code, given, heard, axes, road, referee, notes)
        return replace(found, what=beside.what, parts=(*(beside.of(VALUE, WRONG) or (_another(told),)), *found.parts))
    return _alone(code, given, heard, axes, road, referee, notes)


def _alone(
    code: Code,
    given: Mapping[str, Array],
    heard: Noise,
    axes: Axes,
    road: Scaler,
    referee: Referee | None,
    notes: list[str],
) -> Found:
    """Held against the function and what must hold of it, and what is wrong explained where it can be."""
    told = code.told(given)
    found = _by_itself(code, given, told, heard, referee, notes)
    parts, said = related(code, given, heard, axes, list(found.parts))
    more = [f"held against itself too: {', '.join(said)}"] if said else []
    found = replace(found, parts=tuple(parts), notes=(*found.notes, *more))
    return _explained(code, given, told, heard, found, road) if found.of(GRADIENT, WRONG) else found


def _explained(code: Code, given: Mapping[str, Array], told: Told, heard: Noise, found: Found, road: Scaler) -> Found:
    """With the first wrong step and the mistake, where the function is a network that can be told."""
    what = traced(code, given)
    if what is None:
        return found
    network = Against(what.spec, None, road, 0.0, what.lines)
    beside = beside_network(code, what.given, told, heard, network, None, [])
    if beside.other or beside.of(VALUE, WRONG):
        return found  # what was recorded is not what is computed: the function does more than it shows
    known = {p.name for p in found.parts}
    more = [p for p in beside.parts if p.kind == GRADIENT and p.name not in known]
    return replace(
        found, parts=(*found.parts, *more), suspects=beside.suspects, mistakes=beside.mistakes, network=what.spec.name
    )


def merged(found: Sequence[tuple[str, Found]]) -> Found:
    """What was found at several points, each tensor once: at the first that shows it wrong, else at the first."""
    parts = worst([(label, f.parts) for label, f in found])
    notes = dict.fromkeys(n for _, f in found for n in f.notes)
    points = tuple(dict.fromkeys(p for label, f in found for p in (label, *f.points)))
    wrong = [f for _, f in found if f.of(GRADIENT, WRONG)] or [found[0][1]]
    everywhere = set.intersection(*({m.mistake for m in f.mistakes} for f in wrong))
    mistakes = tuple(m for m in wrong[0].mistakes if m.mistake in everywhere)
    return replace(wrong[0], parts=tuple(parts), points=points, notes=tuple(notes), mistakes=mistakes)


def judged_code(code: Code, given: Mapping[str, Array], notes: list[str]) -> tuple[Told, Noise, Found]:
    """A function and its gradient that are ready to be called, held against the function's own derivative."""
    told = code.told(given)
    _repeats(code, given, told)
    heard = noise(code, given, told)
    return told, heard, _by_itself(code, given, told, heard, None, notes)


def _repeats(code: Code, given: Mapping[str, Array], told: Told) -> None:
    """OracleError where the same numbers give another gradient the second time."""
    again = code.told(given)
    for name, g in told.gradients.items():
        if name not in again.gradients or not np.array_equal(g, again.gradients[name], equal_nan=g.dtype.kind == "f"):
            raise OracleError(
                f"the gradient of {name} is another one when the code is called again: it keeps a state, or draws "
                "from a generator of its own; make it the same each time"
            )


def _by_itself(
    code: Code,
    given: Mapping[str, Array],
    told: Told,
    heard: Noise,
    referee: Referee | None,
    notes: list[str],
) -> Found:
    """Held against the derivative of the person's own function."""
    if code.f is None:
        raise OracleError("a gradient alone cannot be judged: give the function too, or against=, a network")
    single = heard.dtype == "float32" and not any(x.dtype == np.float32 for x in given.values())
    asker, parts, unread = Asker(code, given, referee, single=single), [], []
    called = meanings(told.gradients, code.moving)
    for said, g in told.gradients.items():
        name = called.get(said)
        if name is None:
            unread.append(said)
            continue
        fitted = fit(g, given[name].shape)
        if fitted is None:
            parts.append(misshapen(name, said, GRADIENT, g, given[name].shape))
            continue
        scale = fit_to(heard.scale(said, g), given[name].shape)
        truth, reach = asker.truth(name), _reach(told, heard, given[name])
        parts.append(judged(name, said, GRADIENT, fitted, truth, scale, heard.dtype, _sizes(given), reach))
    absent = [n for n in code.moving if n not in {p.name for p in parts}]
    if not parts:
        raise OracleError(f"{', '.join(told.gradients)} name no argument of the function ({', '.join(code.moving)})")
    notes += [f"not checked, for no argument has such a name: {', '.join(unread)}"] if unread else []
    notes += [f"no gradient was brought of {', '.join(absent)}"] if absent else []
    slips = [n for n in absent if any(did_you_mean(said, [n]) for said in unread)]
    parts += [_unheard(n, given[n], unread) for n in slips]
    parts = _vanishing(_confirmed(code, given, parts, heard, asker))
    notes += sorted(set(asker.refused.values()))
    return Found("your own function", tuple(parts), notes=tuple(notes))


def _reach(told: Told, heard: Noise, x: Array) -> float:
    """The function's value over the size of an argument."""
    if told.loss is None:
        return 0.0
    return float(heard.scale(LOSS, np.asarray(told.loss))) / (float(np.abs(x).max(initial=0.0)) or 1.0)


def _another(told: Told) -> Part:
    """The value of a function that is not the network."""
    why, loss = "the function is not the network", float(told.loss or 0.0)
    return Part("the loss", "the loss", VALUE, (), WRONG, 1, 1, 0, "the network", abs(loss), 0.0, 0.0, why=why)


def _unheard(name: str, x: Array, unread: Sequence[str]) -> Part:
    """A gradient that was brought under a name that is nearly this one."""
    why = f"no gradient was brought of it; is it one of {', '.join(unread)}?"
    return Part(name, name, GRADIENT, x.shape, UNKNOWN, 0, int(x.size), 0, "", 0.0, 0.0, 0.0, why=why)


def _confirmed(code: Code, given: Mapping[str, Array], parts: list[Part], heard: Noise, asker: Asker) -> list[Part]:
    """What is wrong by differences alone is accused only if it is wrong beside the point too."""
    doubted = [p for p in parts if p.state == WRONG and p.how == CENTRAL and p.shape == given[p.name].shape]
    if not doubted:
        return parts
    stream = np.random.default_rng(3)
    moved = {
        n: x * (1 + MOVED * stream.uniform(-1, 1, x.shape)) if x.dtype.kind == "f" else x for n, x in given.items()
    }
    told, beside = code.told(moved), Asker(code, moved, asker.referee, dict(asker.refused), single=asker.single)
    found = []
    for p in parts:
        if p in doubted and p.said_as in told.gradients:
            g = fit(told.gradients[p.said_as], moved[p.name].shape)
            scale = fit_to(heard.scale(p.said_as, told.gradients[p.said_as]), moved[p.name].shape)
            again = (
                judged(p.name, p.said_as, GRADIENT, g, beside.truth(p.name), scale, heard.dtype, {})
                if g is not None
                else p
            )
            if again.state == RIGHT:
                p = replace(p, state=UNKNOWN, why="it is right beside these numbers: a kink, or a special value")
        found.append(p)
    return found


def _vanishing(parts: list[Part]) -> list[Part]:
    """A gradient that is 0 but for rounding, beside those that are not: it has no digits, and needs none.

    A bias in front of a normalization, a shift of all scores before a softmax: nothing moves with them.
    """
    most = max((p.largest for p in parts), default=0.0)
    return [
        replace(p, state=RIGHT, why="it is 0 but for rounding", floor=p.floor * p.largest / most)
        if p.state == UNKNOWN and p.dust and 0 < p.largest * (1 + p.floor) <= NEXT_TO_NOTHING * most
        else p
        for p in parts
    ]


def _sizes(given: Mapping[str, Array]) -> dict[str, float]:
    """What a stray factor may be: an axis, or all entries, of what was fed in."""
    axes = {f"axis {i} of {n}": float(k) for n, x in given.items() for i, k in enumerate(x.shape) if k > 1}
    return axes | {f"the entries of {n}": float(x.size) for n, x in given.items() if x.size > 1 and x.ndim > 1}
