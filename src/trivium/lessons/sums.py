"""Where one number comes from: an entry of a step's result as the sum that made it, forward or back.

Forward and back read the same slopes, one along its rows and the other along its columns: the slopes are a step's
Jacobian, which the road is asked for row by row. Knows nothing of pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Backend
from trivium.compare.bound import LINE, UNIT
from trivium.lessons.tensor import entry
from trivium.report.number import few
from trivium.spec.graph import Spec
from trivium.spec.node import Node

MOST, MOST_SLOPES = 128, 100_000
"""Entries of a step's results, beyond which nobody wants to see every one's sum; and slopes that are asked for."""
TERMS = 6
"""Of a sum that are written out."""


@dataclass(frozen=True)
class Slopes:
    """A step's Jacobian: of each result with respect to each input that it can be differentiated by.

    by[y, x]   result entries by input entries, both flat; an input that is read twice stands there once, summed
    """

    node: Node
    values: Mapping[str, Array]
    by: Mapping[tuple[str, str], Array]


def slopes(spec: Spec, node: Node, values: Mapping[str, Array], road: Backend) -> Slopes | None:
    """The road's, entry by entry; None where a step has too many to be looked at one by one, or they are not finite."""
    entries = sum(values[n].size for n in node.outputs)
    if entries > MOST or entries * sum(values[n].size for n in node.inputs) > MOST_SLOPES:
        return None
    inputs, results = tuple(values[n] for n in node.inputs), tuple(values[n] for n in node.outputs)
    found: dict[tuple[str, str], Array] = {}
    for at, (name, y) in enumerate(zip(node.outputs, results, strict=True)):
        for row in range(y.size):
            bars = [np.zeros(r.shape) for r in results]
            bars[at].reshape(-1)[row] = 1.0
            _, shares = road.replay(node.op, spec.attributes(node), inputs, tuple(bars))
            for source, share in zip(node.inputs, shares, strict=True):
                if share is not None:
                    whole = found.setdefault((name, source), np.zeros((y.size, share.size)))
                    whole[row] += np.ravel(share)
    known = (*found.values(), *results, *(values[n] for n in node.inputs))
    return Slopes(node, values, found) if all(np.isfinite(x).all() for x in known) else None


def forward_sums(here: Slopes, name: str) -> tuple[str, ...]:
    """Of every entry of a result: the sum that it is, or, where it is none, what it is made of and how steeply."""
    sources = [x for y, x in here.by if y == name]
    y = np.ravel(here.values[name])
    summed = next((chosen for chosen in _chosen(sources) if _is_sum(here, name, chosen)), None)
    found = []
    for i in range(y.size):
        terms = [
            (here.by[name, x][i, j], entry(x, j, here.values[x].shape), np.ravel(here.values[x])[j])
            for x in (sources if summed is None else summed)
            for j in np.flatnonzero(here.by[name, x][i])
        ]
        said = entry(name, i, here.values[name].shape)
        if summed is not None:
            found.append(_sum(said, float(y[i]), [(s, what, v) for s, what, v in terms]))
        else:
            made = _listed([f"{what} = {few(float(v))}, slope {few(float(s))}" for s, what, v in terms])
            found.append(f"{said} = {few(float(y[i]))}, made of {made or 'nothing that moves it'}")
    return tuple(found)


def backward_sums(
    here: Slopes, name: str, loss: str, bars: Mapping[str, Array], *, part: bool = False
) -> tuple[str, ...]:
    """Of every entry of an input: its gradient, slope by slope times what comes back, or this step's part of it.

    Empty where what comes back is not finite.
    """
    of = "this step's part of " if part else ""
    shape = here.values[name].shape
    results = [y for y, x in here.by if x == name and y in bars]
    if not all(np.isfinite(bars[y]).all() for y in results):
        return ()
    found = []
    for j in range(int(np.prod(shape))):
        terms = [
            (here.by[y, name][i, j], f"∂{loss}/∂{entry(y, i, here.values[y].shape)}", np.ravel(bars[y])[i])
            for y in results
            for i in np.flatnonzero(here.by[y, name][:, j])
        ]
        value = sum(float(s) * float(v) for s, _, v in terms)
        found.append(_sum(f"{of}∂{loss}/∂{entry(name, j, shape)}", value, terms))
    return tuple(found)


def _chosen(sources: Sequence[str]) -> list[Sequence[str]]:
    """Inputs of which a result may be the sum, each times its slope: all, or all but one (a product's other factor)."""
    return [sources, *([x for x in sources if x != left] for left in sources if len(sources) > 1)]


def _is_sum(here: Slopes, name: str, sources: Sequence[str]) -> bool:
    """Whether the result is the sum of these inputs, each times its slope."""
    y = np.ravel(here.values[name])
    with np.errstate(all="ignore"):
        terms = [here.by[name, x] * np.ravel(here.values[x]) for x in sources]
    if not terms or not max(np.count_nonzero(t, axis=1).max(initial=0) for t in terms):
        return False
    with np.errstate(all="ignore"):
        size = sum(np.abs(t).sum(axis=1) for t in terms)
        off = np.abs(sum(t.sum(axis=1) for t in terms) - y)
        return bool((off <= LINE * UNIT["float64"] * (np.abs(y) + size)).all())


def _sum(said: str, value: float, terms: Sequence[tuple[float, str, float]]) -> str:
    if not terms:
        return f"{said} = 0: nothing comes here"
    names = _added([what if s == 1 else f"{few(float(s))} · {what}" for s, what, _ in terms])
    if len(terms) == 1 and terms[0][0] == 1:
        return f"{said} = {names}"
    numbers = _added([few(float(v)) if s == 1 else f"{few(float(s))} · {_held(float(v))}" for s, _, v in terms])
    return f"{said} = {names} = {numbers} = {few(value)}"


def _held(v: float) -> str:
    return few(v) if v >= 0 else f"({few(v)})"


def _added(parts: Sequence[str]) -> str:
    return _listed(parts, " + ").replace("+ -", "- ")


def _listed(parts: Sequence[str], between: str = ", ") -> str:
    more = [f"{len(parts) - TERMS} more"] if len(parts) > TERMS else []
    return between.join([*parts[:TERMS], *more])
