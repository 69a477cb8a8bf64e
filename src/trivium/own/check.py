"""One gradient of a person's own, judged: against the person's own function, against a network, or both.

Knows nothing of how the verdict is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import BLIND, LINE, UNIT, Scaler
from trivium.errors import OracleError, ValuesError
from trivium.given import check_values
from trivium.own import against as network_side
from trivium.own.against import Beside
from trivium.own.assumption import assumption_in
from trivium.own.calling import Code, Told, code as as_code
from trivium.own.found import GRADIENT, RIGHT, UNKNOWN, WRONG, Found, Named, Part
from trivium.own.judge import LOSS, Noise, judged, misshapen, noise
from trivium.own.naming import meant
from trivium.own.truth import CENTRAL, Asker
from trivium.probe import draw, prime_sizes, square_sizes
from trivium.referee import Referee
from trivium.spec.graph import Spec

TELLING = "prime sizes"
NEXT_TO_NOTHING = BLIND**2
"""The share of the largest gradient below which one that may be 0 counts as 0."""
MOVED = 2.0**-4
"""How far the second point is from the first, as a share of each number."""


def own_gradient(
    f: Any,
    grad: Any,
    at: Mapping[str, Any] | Sequence[Any],
    at_what: str = "the numbers given",
    *,
    spec: Spec | None,
    road: Scaler,
    referee: Referee | None,
    seconds: float,
) -> Found:
    """Everything that can be said of a gradient; OracleError where the code cannot be called as it is written."""
    code, given = as_code(f, grad, at)
    told = code.told(given)
    _repeats(code, given, told)
    heard = noise(code, given, told)
    notes = [f"the code writes to its argument {n}: its caller's array is changed" for n in told.wrote]
    if spec is None:
        found = _by_itself(code, given, told, heard, referee, notes)
    else:
        found = _beside(code, given, told, heard, spec, road, referee, seconds, notes)
    return replace(found, points=(at_what, *found.points))


def judged_code(code: Code, given: Mapping[str, Array], referee: Referee | None, notes: list[str]) -> Found:
    """A function and its gradient that are ready to be called, held against the function's own derivative."""
    told = code.told(given)
    _repeats(code, given, told)
    return _by_itself(code, given, told, noise(code, given, told), referee, notes)


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
    asker, parts, unread = Asker(code, given, referee), [], []
    for said, g in told.gradients.items():
        name = meant(said, code.moving)
        if name is None:
            unread.append(said)
            continue
        fitted = network_side.fit(g, given[name].shape)
        if fitted is None:
            parts.append(misshapen(name, said, GRADIENT, g, given[name].shape))
            continue
        scale = network_side.fit_to(heard.scale(said, g), given[name].shape)
        sizes = _sizes(given)
        parts.append(judged(name, said, GRADIENT, fitted, asker.truth(name), scale, heard.dtype, sizes))
    absent = [n for n in code.moving if n not in {p.name for p in parts}]
    if not parts:
        raise OracleError(f"{', '.join(told.gradients)} name no argument of the function ({', '.join(code.moving)})")
    notes += [f"not checked, for no argument has such a name: {', '.join(unread)}"] if unread else []
    notes += [f"no gradient was brought of {', '.join(absent)}"] if absent else []
    parts = _vanishing(_confirmed(code, given, parts, heard, asker))
    notes += sorted(set(asker.refused.values()))
    return Found("your own function", tuple(parts), notes=tuple(notes))


def _confirmed(code: Code, given: Mapping[str, Array], parts: list[Part], heard: Noise, asker: Asker) -> list[Part]:
    """What is wrong by differences alone is accused only if it is wrong beside the point too."""
    doubted = [p for p in parts if p.state == WRONG and p.how == CENTRAL and p.shape == given[p.name].shape]
    if not doubted:
        return parts
    stream = np.random.default_rng(3)
    moved = {
        n: x * (1 + MOVED * stream.uniform(-1, 1, x.shape)) if x.dtype.kind == "f" else x for n, x in given.items()
    }
    told, beside = code.told(moved), Asker(code, moved, asker.referee, dict(asker.refused))
    found = []
    for p in parts:
        if p in doubted and p.said_as in told.gradients:
            g = network_side.fit(told.gradients[p.said_as], moved[p.name].shape)
            scale = network_side.fit_to(heard.scale(p.said_as, told.gradients[p.said_as]), moved[p.name].shape)
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
        if p.state == UNKNOWN and 0 < p.largest * (1 + p.floor) <= NEXT_TO_NOTHING * most
        else p
        for p in parts
    ]


def _sizes(given: Mapping[str, Array]) -> dict[str, float]:
    """What a stray factor may be: an axis, or all entries, of what was fed in."""
    axes = {f"axis {i} of {n}": float(k) for n, x in given.items() for i, k in enumerate(x.shape) if k > 1}
    return axes | {f"the entries of {n}": float(x.size) for n, x in given.items() if x.size > 1 and x.ndim > 1}


def _beside(
    code: Code,
    given: Mapping[str, Array],
    told: Told,
    heard: Noise,
    spec: Spec,
    road: Scaler,
    referee: Referee | None,
    seconds: float,
    notes: list[str],
) -> Found:
    """Held against a network, at the numbers given and, where its sizes are free, at drawn ones of telling sizes."""
    names = _bound(spec, given)
    values = {names[n]: x for n, x in given.items() if n in names}
    fitted = spec.resized(**_read_sizes(spec, values))
    first = network_side.beside(fitted, check_values(fitted, values), road, referee, seconds)
    points = [("", first, told, heard)]
    for label, sizes in ((TELLING, prime_sizes(fitted)), ("square layers", square_sizes(fitted))):
        further = _further(code, given, names, fitted, sizes, road)
        if isinstance(further, str):
            notes.append(f"not checked at {label}: {further}")
        else:
            points.append((label, *further))
    at = [(label, b.spec, list(network_side.parts(t, b, h))) for label, b, t, h in points]
    parts = _worst([(label, found) for label, _, found in at])
    if not any(p.kind == GRADIENT for p in parts):
        raise OracleError(
            f"no gradient has the name of anything in {spec.name}: there are {', '.join(told.gradients)}, and the "
            f"network has {', '.join(spec.givens)}"
        )
    notes += [f"no name of the network, and not checked: {n}" for n in told.gradients if first.meaning(n) is None]
    absent = [n for n, _ in spec.parameters if n not in {p.name for p in parts if p.kind == GRADIENT}]
    notes += [f"no gradient was brought of {', '.join(absent)}"] if absent else []
    off = told.loss is not None and not _same_loss(told.loss, first, heard)
    if off:
        right = float(np.asarray(first.evaluation.values[spec.loss]))
        notes.append(f"the function is not the network: it gives {told.loss:.6g}, and {spec.name} gives {right:.6g}")
    wrong = [p.name for p in parts if p.kind == GRADIENT and p.state == WRONG]
    assumption = assumption_in([(s, found) for _, s, found in at]) if wrong and code.f is None else ""
    where: tuple[str, ...] = ()
    mistakes: list[Named] = []
    if wrong and not off:
        heard_of = [m for m in map(first.meaning, told.gradients) if m is not None]
        where = network_side.suspects(fitted, wrong, heard_of)
        found = network_side.explained([(b, t, h) for _, b, t, h in points], road, where)
        most = max((count for _, count in found), default=0)
        mistakes = [network_side.named(plant, fitted) for plant, count in found if count == most]
    return Found(
        what=f"the network {spec.name}",
        parts=tuple(parts),
        suspects=where,
        mistakes=tuple(mistakes),
        assumption=assumption,
        points=tuple(label for label, *_ in points[1:]),
        notes=tuple(notes),
        network=spec.name,
    )


def _worst(at: Sequence[tuple[str, Sequence[Part]]]) -> list[Part]:
    """Each tensor once: at the first point that shows it wrong, else at the first of all."""
    gravity = ("wrong", "undecided", "right")
    found: dict[tuple[str, str], Part] = {}
    for label, p in ((label, p) for label, parts in at for p in parts):
        have = found.get((p.kind, p.name))
        if have is None or gravity.index(p.state) < gravity.index(have.state):
            found[p.kind, p.name] = p
        elif p.state == WRONG and have.state == WRONG and label == TELLING:
            found[p.kind, p.name] = replace(have, pattern=p.pattern)  # where a stray factor names its dimension
    return list(found.values())


def _bound(spec: Spec, given: Mapping[str, Array]) -> dict[str, str]:
    """Which input or parameter of the network each argument is, by name."""
    found = {n: m for n in given if (m := meant(n, spec.givens)) is not None}
    missing = [n for n in spec.givens if n not in found.values()]
    if missing:
        raise ValuesError(
            f"{spec.name} needs {', '.join(missing)}, and the arguments are {', '.join(given)}: use its names"
        )
    return found


def _read_sizes(spec: Spec, values: Mapping[str, Array]) -> dict[str, int]:
    from trivium.given import shapes_of
    from trivium.spec.file import bind_sizes

    return bind_sizes((*spec.inputs, *spec.parameters), shapes_of(values), known=())


def _further(
    code: Code,
    given: Mapping[str, Array],
    names: Mapping[str, str],
    spec: Spec,
    sizes: Mapping[str, int],
    road: Scaler,
) -> tuple[Beside, Told, Noise] | str:
    """The code and the network at drawn numbers of other sizes, or why not."""
    if not sizes:
        return "no size is free"
    resized = spec.resized(**sizes)
    drawn = draw(resized)
    fed = {n: drawn[names[n]].astype(given[n].dtype) if n in names else x for n, x in given.items()}
    try:
        if code.cotangent is not None:
            return "the output has no loss"
        told = code.told(fed)
        return network_side.beside(resized, drawn, road, None, 0.0), told, noise(code, fed, told)
    except OracleError as error:
        return error.problems[0].message


def _same_loss(loss: float, beside: Beside, heard: Noise) -> bool:
    right = float(np.asarray(beside.evaluation.values[beside.spec.loss]))
    scale = np.maximum(heard.scale(LOSS, np.asarray(loss)), abs(right))
    return bool(abs(loss - right) <= LINE * UNIT[heard.dtype] * scale)
