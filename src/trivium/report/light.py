"""Which boxes of a network's graph are lit, and why: the steps that are wrong by themselves, and what inherits that.

Knows nothing of how a graph is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trivium.compare.comparison import DISAGREE, UNDECIDED, Comparison, Finding
from trivium.own.found import GRADIENT, WRONG as FALSE, Found
from trivium.report.graph import Light, drawn, tall
from trivium.report.layers import layers
from trivium.spec.graph import Spec

INHERITS, WRONG, SUSPECT = "inherits", "wrong", "suspect"
WORDS = {
    WRONG: "wrong by itself",
    SUSPECT: "perhaps the wrong one instead",
    UNDECIDED: "undecided",
    INHERITS: "merely inherits it",
    "": "right, given what it was fed",
}
OWN = {
    WRONG: "its way back is wrong first",
    SUSPECT: "the way back is wrong first in one of these",
    INHERITS: "its gradient is wrong because of that",
}
HEIR = Light(INHERITS)


@dataclass(frozen=True)
class Graph:
    """A network's graph for a page: of a tall one the part around the first wrong step, and all of it apart.

    legend  what each way to draw a box means, of those that are drawn
    """

    near: str
    whole: str
    legend: tuple[tuple[str, str], ...]


def graph(comparison: Comparison) -> Graph:
    """The graph of a comparison, with what was found lit in it."""
    return _lit(comparison.spec, lights(comparison), WORDS)


def own_graph(found: Found) -> Graph | None:
    """The network of a wrong gradient of one's own, the first wrong step lit, or each in which it may be."""
    if found.site is None or found.verdict != DISAGREE:
        return None
    spec, nodes = found.site.spec, found.site.nodes
    light = Light(WRONG, "first") if len(nodes) == 1 else Light(SUSPECT, "perhaps")
    wrong = [p.name for p in found.of(GRADIENT, FALSE) if p.name in spec.givens and spec.consumers.get(p.name)]
    return _lit(spec, dict.fromkeys(nodes, light) | dict.fromkeys(wrong, HEIR), OWN)


def _lit(spec: Spec, lit: Mapping[str, Light], means: Mapping[str, str]) -> Graph:
    laid = layers(spec)
    first = next((name for name, light in lit.items() if light.flag), "")
    whole = drawn(spec, lit, laid=laid)
    kinds = {light.kind for light in lit.values()}
    legend = tuple((kind, words) for kind, words in means.items() if kind in kinds or (kinds and not kind))
    if not first or not tall(laid):
        return Graph(whole, "", legend)
    return Graph(drawn(spec, lit, around=first, laid=laid), whole, legend)


def lights(comparison: Comparison) -> dict[str, Light]:
    """The boxes to light, by name: the first wrong one first."""
    found = list(comparison.of(DISAGREE, UNDECIDED))
    lit: dict[str, Light] = {}
    for i, f in enumerate(found, 1):
        box = _box(comparison, f.node)
        number = f"{i} " if len(found) > 1 else ""
        flag = number + (UNDECIDED if f.verdict == UNDECIDED else f.backend or "differs")
        if box and box in lit:
            lit[box] = Light(lit[box].kind, f"{lit[box].flag}, {flag}")
        elif box:
            lit[box] = Light(UNDECIDED if f.verdict == UNDECIDED else WRONG, flag)
    for f in found:
        for name, light in (*((n, Light(SUSPECT, "or here")) for n in f.instead), *((n, HEIR) for n in _fed(f))):
            _ = lit.setdefault(_box(comparison, name), light)
    return {name: light for name, light in lit.items() if name}


def _fed(finding: Finding) -> tuple[str, ...]:
    """What gets wrong numbers from the step."""
    return (*(w.tensor for w in finding.wrong), *finding.inherits) if finding.verdict == DISAGREE else ()


def _box(comparison: Comparison, name: str) -> str:
    """The box in which a tensor stands: its step's, or its own where it is fed in."""
    spec = comparison.spec
    return spec.producer[name].name if name in spec.producer else name if name in spec.givens else ""
