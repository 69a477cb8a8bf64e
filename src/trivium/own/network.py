"""One gradient of a person's own, held against a network: at the numbers given, and at drawn ones of telling sizes.

Knows nothing of how the verdict is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from trivium.backend import Array
from trivium.compare.bound import LINE, UNIT, Scaler
from trivium.compare.comparison import Pattern
from trivium.errors import OracleError
from trivium.given import check_values
from trivium.own import against
from trivium.own.against import Beside
from trivium.own.assumption import assumption_in
from trivium.own.calling import Code, Told
from trivium.own.explained import Planted, explained, named
from trivium.own.found import GRADIENT, RIGHT, WRONG, Found, Named, Part, Site
from trivium.own.joined import told_apart
from trivium.own.judge import LOSS, Noise, noise
from trivium.own.layout import Layout, layouts
from trivium.probe import PRIME, draw, other_sizes
from trivium.referee import Referee
from trivium.spec.graph import Spec
from trivium.spec.signature import show

LINE_OF = ", line "
"""Between a file and a line of it."""


@dataclass(frozen=True)
class Against:
    """A network to hold a gradient against.

    layout   how the person's data points lie, rows or columns; found out where None
    road     which runs the network, and measures rounding
    seconds  what its exact gradient may take
    lines    where each of its steps stands in the person's own file, if it was made of that
    """

    spec: Spec
    layout: str | None
    road: Scaler
    seconds: float
    lines: Mapping[str, str] = field(default_factory=dict)

    def place(self, node: str) -> str:
        """Where a person finds a step."""
        return self.lines.get(node, node)

    def places(self, nodes: Sequence[str]) -> tuple[str, ...]:
        """Where a person finds some steps, those of a file together."""
        at = [self.place(n).rpartition(LINE_OF) for n in nodes]
        files: dict[str, list[int]] = {}
        for file, _, number in at:
            if file:
                files.setdefault(file, []).append(int(number))
        lines = [f"{f}{LINE_OF}{', '.join(map(str, sorted({*n})))}" for f, n in files.items()]
        return (*(whole for file, _, whole in at if not file), *lines)


def beside_network(
    code: Code,
    given: Mapping[str, Array],
    told: Told,
    heard: Noise,
    network: Against,
    referee: Referee | None,
    notes: list[str],
) -> Found:
    """Held against a network, at the numbers given and, where its sizes are free, at drawn ones of telling sizes."""
    ways = layouts(network.spec, given, network.layout)
    decided = code.f is None and not ways[0].joined  # without a function nothing tells two layouts apart
    tries = [
        _beside(code, given, *told_apart(laid.joined, told, heard, laid.spec), network, laid, referee, list(notes))
        for laid in (ways[:1] if decided else ways)
    ]
    return min(tries, key=lambda f: (bool(f.other), len(f.of(GRADIENT, WRONG))))


def _beside(
    code: Code,
    given: Mapping[str, Array],
    told: Told,
    heard: Noise,
    network: Against,
    laid: Layout,
    referee: Referee | None,
    notes: list[str],
) -> Found:
    """The same with the arrays laid beside the network's in one way."""
    spec, values, road = laid.spec, laid.to_network(given), network.road
    first = against.beside(spec, check_values(spec, values), road, referee, network.seconds, turned=laid.turned)
    points = [("", first, told, heard)]
    for label, sizes in other_sizes(spec).items():
        further = _further(code, given, laid, sizes, road)
        if isinstance(further, str):
            notes.append(f"not checked at {label}: {further}")
        else:
            points.append((label, *further))
    at = [(label, list(against.parts(t, b, h))) for label, b, t, h in points]
    other = _other(told, first, heard)
    own_names = against.namesakes(first, told, heard, at[0][1], same=not other and told.loss is not None)
    at = [(label, [p for p in found if (p.kind, p.name) not in own_names]) for label, found in at]
    parts = worst(at)
    if not any(p.kind == GRADIENT for p in parts):
        raise OracleError(
            f"no gradient has the name of anything in {spec.name}: there are {', '.join(told.gradients)}, and the "
            f"network has {', '.join(spec.givens)}"
        )
    notes += [f"no name of the network, and not checked: {n}" for n in told.gradients if first.meaning(n) is None]
    known = {*(p.name for p in parts if p.kind == GRADIENT), *map(first.meaning, told.unwritten)}
    absent = [n for n, _ in spec.parameters if n not in known]
    notes += [f"no gradient was brought of {', '.join(absent)}"] if absent else []
    if own_names:
        listed = ", ".join(dict.fromkeys(own_names.values()))
        notes.append(f"other things than the network's of these names, and not compared: {listed}")
    notes += [*([laid.note] if laid.note else []), *_bent(told, given, first)]
    wrong = [p.name for p in parts if p.kind == GRADIENT and p.state == WRONG]
    where: tuple[str, ...] = ()
    best: list[Planted] = []
    if wrong and not other:
        heard_of = [m for m in map(first.meaning, told.gradients) if m is not None]
        came = [p.name for p in parts if p.kind == GRADIENT and p.state == RIGHT and not p.why]
        where = against.suspects(spec, wrong, heard_of, came)
        best = _best(explained([(b, t, h) for _, b, t, h in points], road, where, network.lines))
    mistakes = _told([_named(planted, network) for planted in best], network)
    asked = [(b, t, h, p) for (_, b, t, h), (_, p) in zip(points, at, strict=True)]
    return Found(
        what=f"the network {spec.name}",
        parts=tuple(parts),
        suspects=network.places(where),
        mistakes=tuple(mistakes),
        assumption=assumption_in(asked, mistakes) if wrong and code.f is None else "",
        points=tuple(label for label, *_ in points[1:]),
        notes=tuple(notes),
        network=spec.name,
        other=other,
        site=_site(spec, best, where),
    )


def _best(explained: Sequence[tuple[Planted, int]]) -> list[Planted]:
    """Those that explain as many points as any does."""
    most = max((count for _, count in explained), default=0)
    return [planted for planted, count in explained if count == most]


def _bent(told: Told, given: Mapping[str, Array], first: Beside) -> Iterator[str]:
    """Gradients that lack an axis of what they are of, or have one more: right by their entries, not for an update."""
    for said, x in told.gradients.items():
        name = first.meaning(said) or said
        own = np.shape(given.get(name, x))
        if x.shape != own and [n for n in x.shape if n != 1] == [n for n in own if n != 1]:
            yield (
                f"the gradient of {name} has shape {show(x.shape)}, and {name} {show(own)}: its entries are compared, "
                "but an update with it broadcasts"
            )


def _site(spec: Spec, best: Sequence[Planted], where: tuple[str, ...]) -> Site | None:
    """Where to look in the network: at the steps of what is named, else at all that are under suspicion."""
    nodes = tuple(dict.fromkeys(p.node.name for planted in best for p in planted)) or where
    return Site(spec, nodes) if where else None


def _named(planted: Planted, network: Against) -> Named:
    """A mistake with where it is."""
    return named(planted, ", ".join(network.places([p.node.name for p in planted])))


def _told(mistakes: Sequence[Named], network: Against) -> list[Named]:
    """Each step with each mistake; of a person's own file, where a line is several steps, each mistake once."""
    seen: dict[tuple[str, ...], Named] = {}
    for m in mistakes:
        _ = seen.setdefault((m.mistake,) if network.lines else (m.mistake, m.node, m.tensor), m)
    return list(seen.values())


def worst(at: Sequence[tuple[str, Sequence[Part]]]) -> list[Part]:
    """Each tensor once: at the first point that shows it wrong, else at the first of all."""
    gravity = ("wrong", "undecided", "right")
    found: dict[tuple[str, str], Part] = {}
    for label, p in ((label, p) for label, parts in at for p in parts):
        have = found.get((p.kind, p.name))
        if have is None or gravity.index(p.state) < gravity.index(have.state):
            found[p.kind, p.name] = p
        elif p.state == WRONG and have.state == WRONG and label == PRIME and not _placed(p):
            found[p.kind, p.name] = replace(
                have, pattern=_at(label, have.pattern, p.pattern)
            )  # a factor names its letter
    return list(found.values())


def _at(label: str, here: Pattern | None, pattern: Pattern | None) -> Pattern | None:
    """A pattern that was seen at other sizes than those of the numbers that are shown, where it is another there."""
    if pattern is None or (here is not None and here.text == pattern.text):
        return pattern
    return replace(pattern, text=f"{pattern.text} (at {label})")


def _placed(part: Part) -> bool:
    """Whether its pattern counts entries, or says where they are: in a tensor of other sizes that says nothing."""
    return part.pattern is not None and part.pattern.name in ("scattered", "entry", "row", "column", "not finite")


def _further(
    code: Code, given: Mapping[str, Array], laid: Layout, sizes: Mapping[str, int], road: Scaler
) -> tuple[Beside, Told, Noise] | str:
    """The code and the network at drawn numbers of other sizes, or why not."""
    if not sizes:
        return "no size is free"
    if code.cotangent is not None:
        return "the output has no loss"
    resized = laid.spec.resized(**sizes)
    drawn = draw(resized)
    fed = laid.to_person(drawn, given)
    try:
        told = code.told(fed)
        alone = told_apart(laid.joined, told, noise(code, fed, told), laid.spec)
        return against.beside(resized, drawn, road, turned=laid.turned), *alone
    except OracleError as error:
        return error.problems[0].message


def _other(told: Told, beside: Beside, heard: Noise) -> str:
    """That the function gives another number than the network, and which; nothing where it gives the same."""
    if told.loss is None:
        return ""
    right = float(np.asarray(beside.evaluation.values[beside.spec.loss]))
    scale = np.maximum(heard.scale(LOSS, np.asarray(told.loss)), abs(right))
    same = bool(abs(told.loss - right) <= LINE * UNIT[heard.dtype] * scale)
    what = beside.spec.name
    return "" if same else f"the function is not the network: it gives {told.loss:.6g}, and {what} gives {right:.6g}"
