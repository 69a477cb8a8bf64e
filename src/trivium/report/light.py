"""Which boxes of a network's graph are lit, and why: the steps that are wrong by themselves, and what inherits that.

Knows nothing of how a graph is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

from trivium.compare.comparison import DISAGREE, UNDECIDED, Comparison, Finding
from trivium.report.graph import Light, drawn, tall
from trivium.report.layers import layers

INHERITS, WRONG, SUSPECT = "inherits", "wrong", "suspect"
WORDS = {
    WRONG: "wrong by itself",
    SUSPECT: "perhaps the wrong one instead",
    UNDECIDED: "undecided",
    INHERITS: "merely inherits it",
    "": "right, given what it was fed",
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
    spec, lit = comparison.spec, lights(comparison)
    laid = layers(spec)
    first = next((name for name, light in lit.items() if light.flag), "")
    whole = drawn(spec, lit, laid=laid)
    kinds = {light.kind for light in lit.values()}
    legend = tuple((kind, words) for kind, words in WORDS.items() if kind in kinds or (kinds and not kind))
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
