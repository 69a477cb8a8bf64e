"""Which known mistake a wrong cotangent is: each is made anew at the step's own numbers, and must give the same ones.

Equality to rounding, in every tensor of the step, at every point and in every precision in which it was seen, is a
proof; nothing less is named. Knows nothing of networks that are not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from trivium.backend import Array, Arrays, Bars
from trivium.compare.bound import DRAWS, LINE, UNIT, Q, shaken, smallest
from trivium.compare.comparison import BACKWARD, Finding
from trivium.compare.localize import Case, sides
from trivium.compare.run import Run
from trivium.mistakes import MISTAKES, Both, Plant, pairs, plants
from trivium.spec.node import Node

RightOf = Callable[[Run, Node], tuple[Arrays, Bars]]
"""A step replayed: its outputs and cotangents as they should be."""
Known = Callable[[Run, Node], Iterable[Plant | Both]]


def named(found: Sequence[Finding], cases: Sequence[Case], right_of: RightOf) -> list[Finding]:
    """The findings, each with the mistakes that explain all of it; several where they cannot be told apart here."""
    return [replace(f, mistakes=tuple(_explains(f, cases, right_of))) if _asked(f) else f for f in found]


def _asked(f: Finding) -> bool:
    return f.direction == BACKWARD and f.code in ("TV102", "TV107", "TV110") and bool(f.wrong)


def _explains(f: Finding, cases: Sequence[Case], right_of: RightOf) -> Iterable[str]:
    """Single mistakes; else two of the commonest together. None explains what it does not explain at every point."""
    mine = [c for c in cases if c.blame.node.name == f.node and c.evidence.expectation.direction == BACKWARD]
    whose = {f.backend} if f.backend else {w.backend for w in f.wrong}
    runs: dict[int, list[Case]] = {}
    for case in mine:
        if case.evidence.run.backend in whose:
            runs.setdefault(id(case.evidence.run), []).append(case)
    groups = list(runs.values())
    return _throughout(groups, right_of, _single) or _throughout(groups, right_of, _pairs)


def _throughout(groups: Sequence[Sequence[Case]], right_of: RightOf, known: Known) -> tuple[str, ...]:
    """The names of what gives, in every run, the numbers that it has."""
    left: dict[str, None] | None = None
    for group in groups:
        run, node = group[0].evidence.run, group[0].blame.node
        again = dict.fromkeys(p.name for p in known(run, node) if _is(p, node, run, group, right_of(run, node)))
        left = again if left is None else {name: None for name in left if name in again}
        if not left:
            break
    return tuple(left or ())


def _single(run: Run, node: Node) -> Iterable[Plant]:
    return (p for p in plants(run.spec, tuple(MISTAKES.values())) if p.node.name == node.name)


def _pairs(run: Run, node: Node) -> Iterable[Both]:
    return pairs(run.spec, node, MISTAKES)


def _is(plant: Plant | Both, node: Node, run: Run, cases: Sequence[Case], right: tuple[Arrays, Bars]) -> bool:
    """Whether the mistake, made at the run's own numbers, gives what the run has, right and wrong, entry by entry."""
    inputs, outputs, y_bars = (tuple(map(_wide, part)) for part in (run.inputs(node), right[0], run.cotangents(node)))
    step = inputs, outputs, y_bars, right[1]
    bars, got = plant.bars(*step), dict(_seen(cases))
    pairs = {
        role: (bar, got[role][1] if role in got else should, got[role][0].evidence.bound if role in got else 0.0)
        for role, (bar, should) in enumerate(zip(bars, right[1], strict=True))
        if bar is not None and should is not None
    }
    if not got or not all(_same(bar, x, _largest(bar, run.dtype)) for bar, x, _ in pairs.values()):
        return False  # far off: no need to measure
    noise = _response(plant, bars, step)
    return all(
        _same(bar, x, np.maximum(least, LINE * UNIT[run.dtype] * np.maximum(noise[role], smallest(run.dtype))))
        for role, (bar, x, least) in pairs.items()
    )


def _response(plant: Plant | Both, bars: Bars, step: tuple[Arrays, Arrays, Arrays, Bars]) -> list[Array]:
    """What rounding does to what the mistake gives: its size, or its answer to noise in all that it reads."""
    totals = [np.zeros(0 if bar is None else bar.shape) for bar in bars]
    with np.errstate(all="ignore"):
        for seed in range(DRAWS):
            random = np.random.default_rng(seed)
            fed, outputs, y_bars = (tuple(shaken(x, random) for x in part) for part in step[:3])
            x_bars = tuple(None if x is None else shaken(x, random) for x in step[3])
            for total, bar, moved in zip(totals, bars, plant.bars(fed, outputs, y_bars, x_bars), strict=True):
                if bar is not None and moved is not None:
                    total[...] = np.hypot(total, (moved - bar) / Q)
        return [
            np.maximum(np.nan_to_num(total / np.sqrt(DRAWS), posinf=0.0), 0 if bar is None else np.abs(bar))
            for total, bar in zip(totals, bars, strict=True)
        ]


def _seen(cases: Sequence[Case]) -> Iterator[tuple[int, tuple[Case, Array]]]:
    for case in cases:
        share = case.share
        if share is not None:
            with np.errstate(invalid="ignore"):
                yield share.role, (case, sides(case)[0])


def _largest(x: Array, dtype: str) -> Array:
    """More than rounding explains of any entry but the largest."""
    largest = float(np.abs(x[np.isfinite(x)]).max(initial=0.0))
    return np.asarray(LINE * UNIT[dtype] * max(largest, smallest(dtype)))


def _same(a: Array, b: Array, bound: Array) -> bool:
    """Equal to rounding, NaN where the other is, and the same infinities."""
    finite = np.isfinite(a) & np.isfinite(b)
    odd = (np.isnan(a) & np.isnan(b)) | (a == b)
    with np.errstate(invalid="ignore"):
        return bool((np.where(finite, np.abs(a - b) <= bound, odd)).all())


def _wide(x: Array) -> Array:
    return np.asarray(x, np.float64) if x.dtype.kind == "f" else x
