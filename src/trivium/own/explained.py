"""The known mistakes that, planted in a network's own way back, give the numbers that a person has.

Knows nothing of how the person's code is called.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from trivium.backend import Backend, Tamper
from trivium.compare.bound import LINE, UNIT, smallest
from trivium.mistakes import MISTAKES, Plant, plants
from trivium.own.against import Beside, scale_of
from trivium.own.calling import Told
from trivium.own.found import GRADIENT, Named
from trivium.own.judge import Noise
from trivium.spec.graph import Spec

SECONDS = 20.0
"""For all mutants of a network."""
Planted = tuple[Plant, ...]
"""One mistake, in each of the steps that have it."""


def explained(
    told: Sequence[tuple[Beside, Told, Noise]], road: Backend, within: Sequence[str], lines: Mapping[str, str]
) -> list[tuple[Planted, int]]:
    """The mistakes that, planted in the network's own backward pass, give every number that the person has, everywhere.

    Each with the number of points at which it was seen to change something. Steps that stand in one line of the
    person's file, a loop's, are wrong together; and so may be all of one operation, whose rule is one function.
    """
    start, found = time.perf_counter(), list[tuple[Planted, int]]()
    for group in _planted(told[0][0].spec, lines):
        tamper = {name: f for plant in group for name, f in plant.tamper.items()}
        fewer = any(_is_part(known, group) for known, _ in found)
        if fewer or (within and not set(tamper) & set(within)):
            continue
        if time.perf_counter() - start > SECONDS:
            break
        changed = [_gives(tamper, *point, road) for point in told]
        if all(c is not None for c in changed) and any(changed):
            found.append((group, sum(bool(c) for c in changed)))
    return found


def _planted(spec: Spec, lines: Mapping[str, str]) -> Iterator[Planted]:
    """Every mistake in all the steps that a loop makes of one line, in every step, and in all steps of an operation."""
    single = list(plants(spec, tuple(MISTAKES.values())))
    for line in dict.fromkeys(lines.values()):
        yield from _together(p for p in single if lines.get(p.node.name) == line)
    yield from ((plant,) for plant in single)
    yield from _together(single)


def _together(single: Iterable[Plant]) -> Iterator[Planted]:
    """The same mistake in the same roles of an operation, in all the steps that have it, where there are several."""
    alike: dict[tuple[Any, ...], list[Plant]] = {}
    for plant in single:
        alike.setdefault((plant.node.op.name, plant.name, _roles(plant)), []).append(plant)
    yield from (tuple(group) for group in alike.values() if len(group) > 1)


def _is_part(known: Planted, group: Planted) -> bool:
    """Whether fewer steps with this mistake give the same already."""
    alike = known[0].name == group[0].name and _roles(known[0]) == _roles(group[0])
    return alike and len(group) > 1 and {p.node.name for p in known} <= {p.node.name for p in group}


def _roles(plant: Plant) -> tuple[int, ...]:
    return tuple(p.role for p in plant.places)


def _gives(tamper: Mapping[str, Tamper], beside_: Beside, told: Told, noise: Noise, road: Backend) -> bool | None:
    """Whether the mutant has the person's numbers and not the right ones; None where it has others."""
    mutant = road.compile(beside_.spec, tamper=tamper)(beside_.given).gradients
    changed = False
    for said, x in told.gradients.items():
        name = beside_.meaning(said)
        if name is None or name not in mutant:
            continue
        right = np.asarray(beside_.evaluation.gradients[name], np.float64)
        got = beside_.fit(name, x, right.shape)
        if got is None:
            return None
        scale = np.maximum(scale_of(beside_, name, GRADIENT, noise.scale(said, x)), np.abs(mutant[name]))
        bound = LINE * UNIT[noise.dtype] * np.maximum(scale, smallest(noise.dtype))
        with np.errstate(invalid="ignore"):
            if not (np.abs(np.asarray(got, np.float64) - mutant[name]) <= bound).all():
                return None
            changed |= bool((np.abs(mutant[name] - right) > bound).any())
    return changed


def named(group: Planted, where: str) -> Named:
    """A mistake in words, at the names of the network, or of the file that the network was made of."""
    plant, *others = group
    place = plant.places[0]
    return Named(
        mistake=plant.name,
        node=plant.node.name,
        tensor=place.tensor,
        text=f"{plant.mistake.title} ({plant.name}, at {where}). {plant.mistake.explained(place)}",
        hints=plant.mistake.hinted(place),
        also=tuple(p.node.name for p in others),
    )
