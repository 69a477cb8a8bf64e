"""What a gradient must be where the function itself shows that its data points may stand in any order, or be parted.

Knows nothing of oracles: it holds a gradient against itself at other arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import BLIND, LINE, UNIT
from trivium.errors import OracleError
from trivium.oracles.metamorphic import halves, permuted, wrong
from trivium.own.calling import Code
from trivium.own.found import RIGHT, WRONG, Part
from trivium.own.judge import LOSS, Noise
from trivium.own.naming import meanings

Axes = Mapping[str, Mapping[str, int]]


def related(
    code: Code, given: Mapping[str, Array], heard: Noise, axes: Axes, parts: list[Part]
) -> tuple[list[Part], list[str]]:
    """The parts, wrong where a relation that the function obeys is broken, and which relations were looked at."""
    if code.cotangent is not None or not _tells(code, given, heard):
        return parts, []
    narrow, why = heard.dtype == "float32", dict[str, str]()
    orders, parted = list[str](), list[str]()
    for letter, along in axes.items():
        count = next(iter(given[n].shape[a] for n, a in along.items()), 0)
        if count < 2:
            continue
        order = np.random.default_rng(count).permutation(count)
        moved = {n: np.take(x, order, axis=along[n]) if n in along else x for n, x in given.items()}
        if _same(code, heard, given, [(1.0, moved)]):
            off = wrong(_gradient(code, given), permuted(lambda at: _gradient(code, at), given, along, order.tolist()))
            why |= dict.fromkeys(off, f"it does not follow when what has the axis {letter} is put in another order")
            orders.append(letter)
        cut = (count + 1) // 2
        pieces = [
            (len(part) / count, {n: np.take(x, part, axis=along[n]) if n in along else x for n, x in given.items()})
            for part in (np.arange(cut), np.arange(cut, count))
        ]
        if not narrow and _same(code, heard, given, pieces):
            off = wrong(_gradient(code, given), halves(lambda at: _gradient(code, at), given, along))
            why |= dict.fromkeys(off, f"it is not the mean of the gradients of the two halves along {letter}")
            parted.append(letter)
    found = [replace(p, state=WRONG, why=why[p.name]) if p.name in why and p.state == RIGHT else p for p in parts]
    return found, [
        *([f"with what lies along {', '.join(orders)} in another order"] if orders else []),
        *([f"with what lies along {', '.join(parted)} parted in two"] if parted else []),
    ]


def _tells(code: Code, given: Mapping[str, Array], heard: Noise) -> bool:
    """Whether the function's value moves far more with its arguments than rounding moves it: else it shows nothing."""
    loss = np.asarray(float(code.loss(given)))
    moves = max((float(np.sum(np.abs(g * given[n]))) for n, g in _gradient(code, given).items()), default=0.0)
    return LINE * UNIT[heard.dtype] * float(heard.scale(LOSS, loss)) <= BLIND**2 * moves


def _same(
    code: Code, heard: Noise, given: Mapping[str, Array], pieces: Sequence[tuple[float, Mapping[str, Array]]]
) -> bool:
    """Whether the function's value is the mean of those at the pieces: then its gradient is the mean of theirs."""
    try:
        whole, parts = float(code.loss(given)), [share * float(code.loss(at)) for share, at in pieces]
    except Exception:  # noqa: BLE001  a stranger's function that takes no other number of points: nothing follows
        return False
    line = LINE * UNIT[heard.dtype] * float(heard.scale(LOSS, np.asarray(whole)))
    return abs(whole - sum(parts)) <= line


def _gradient(code: Code, given: Mapping[str, Array]) -> dict[str, Array]:
    """The gradients by the names of the arguments."""
    found = code.told(given).gradients
    named = {name: found[said] for said, name in meanings(found, code.moving).items()}
    bent = [n for n, g in named.items() if g.shape != given[n].shape and g.size != given[n].size]
    if bent:
        raise OracleError(f"the gradient of {bent[0]} has another shape at other numbers of points")
    return {n: g.reshape(given[n].shape) for n, g in named.items()}
