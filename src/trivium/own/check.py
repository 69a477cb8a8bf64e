"""One gradient of a person's own, judged: against the person's own function, against a network, or both.

Knows nothing of how the verdict is told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import Scaler
from trivium.own.alone import by_itself, repeats
from trivium.own.calling import Code, Told, code as as_code
from trivium.own.elsewhere import looked_at_elsewhere
from trivium.own.found import GRADIENT, UNKNOWN, VALUE, WRONG, Found, Part
from trivium.own.judge import Noise, noise
from trivium.own.naming import meant
from trivium.own.network import Against, beside_network, worst
from trivium.own.relation import Axes, related
from trivium.own.traced import traced
from trivium.own.unwritten import WHY
from trivium.referee import Referee


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
    left = tuple(_left(n, given, against) for n in told.unwritten)
    if left and not told.gradients:
        return Found("your own function" if against is None else f"the network {against.spec.name}", left)
    repeats(code, given, told)
    heard = noise(code, given, told)
    notes = [f"the code writes to its argument {n}: its caller's array is changed" for n in told.wrote]
    notes += [f"held as they are: {', '.join(code.fixed)}"] if code.fixed else []
    if against is not None:
        beside = beside_network(code, given, told, heard, against, referee, list(notes))
        beside = replace(beside, parts=(*beside.parts, *left))
        if not beside.other:
            return beside
        if code.cotangent is not None:
            return replace(beside, notes=(*beside.notes, beside.other))
        code = as_code(f, grad, at)[0]  # every argument again, not only the network's parameters
        notes = [f"{beside.other}: the gradient was held against the function alone", *notes]
        found = _alone(code, given, heard, axes, road, referee, notes)
        values = beside.of(VALUE, WRONG) or (_another(told),)
        return replace(found, what=beside.what, parts=(*values, *found.parts, *left), beside=beside.of(GRADIENT))
    found = _alone(code, given, heard, axes, road, referee, notes)
    return replace(found, parts=(*found.parts, *left))


def _left(said: str, given: Mapping[str, Array], against: Against | None) -> Part:
    """A gradient that is still to be written."""
    name = meant(said, given if against is None else against.spec.givens) or said
    shape = np.shape(given[name]) if name in given else ()
    return Part(name, said, GRADIENT, shape, UNKNOWN, 0, math.prod(shape), 0, "", 0.0, 0.0, 0.0, why=WHY)


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
    found = by_itself(code, given, told, heard, referee, notes)
    found = found if axes else looked_at_elsewhere(code, given, found, referee)
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
        found,
        parts=(*found.parts, *more),
        suspects=beside.suspects,
        mistakes=beside.mistakes,
        network=what.spec.name,
        site=beside.site,
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


def _another(told: Told) -> Part:
    """The value of a function that is not the network."""
    why, loss = "the function is not the network", float(told.loss or 0.0)
    return Part("the loss", "the loss", VALUE, (), WRONG, 1, 1, 0, "the network", abs(loss), 0.0, 0.0, why=why)
