"""Forward mode beside reverse mode: one tangent pushed through the same network on every road.

Knows nothing of how a road pushes a tangent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Backend
from trivium.lessons.tensor import entry
from trivium.spec.graph import Spec

PUSHED = {"numpy": "by hand, the rules' jvp", "torch": "torch.func.jvp", "jax": "jax.jvp"}


@dataclass(frozen=True)
class Pushed:
    """A tangent of 1 in one entry of one parameter, and what becomes of it.

    entry      which: w1[0, 1]; `name` and `flat` are the parameter and the entry's place in it, counted flat
    tangents   of every step's results, by the first road
    ends       the loss's, by every road; each is that entry of the gradient
    entries    numbers that the network has as parameters: as many passes as forward mode needs for the whole gradient
    widest     of a step's results the most entries, and its name: as many passes as reverse mode needs for its slopes
    """

    entry: str
    name: str
    flat: int
    tangents: Mapping[str, Array]
    ends: tuple[tuple[str, float], ...]
    entries: int
    widest: tuple[str, int]


def push(spec: Spec, given: Mapping[str, Array], backends: Mapping[str, Backend], name: str, flat: int) -> Pushed:
    """The tangent along one entry, the flat-th of the parameter of that name."""
    dot = np.zeros(spec.shapes[name])
    dot.reshape(-1)[flat] = 1.0
    found = {road: backend.compile(spec).tangent(given, {name: dot}) for road, backend in backends.items()}
    sizes = {n: math.prod(spec.shapes[n]) for node in spec.nodes for n in node.outputs}
    widest = max(sizes, key=lambda n: sizes[n])
    return Pushed(
        entry(name, flat, spec.shapes[name]),
        name,
        flat,
        next(iter(found.values())),
        tuple((PUSHED.get(road, road), float(tangents[spec.loss])) for road, tangents in found.items()),
        sum(math.prod(spec.shapes[n]) for n, _ in spec.parameters),
        (widest, sizes[widest]),
    )
