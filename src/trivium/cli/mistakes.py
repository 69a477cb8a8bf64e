"""`trivium mistakes`: the catalogue, one mistake of it in words, and where it can be made in a network.

Knows nothing of how a mistake is planted or recognized.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.cure import MISTAKES as CURE, cured, size_or_network
from trivium.cli.stream import say
from trivium.errors import SpecError, did_you_mean
from trivium.ops import OPS
from trivium.spec.graph import Spec
from trivium.zoo import ZOO

if TYPE_CHECKING:
    from trivium.mistakes import Mistake, Plant

WIDTH = 80


def mistakes(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One mistake, in words.")] = None,
    *,
    within: Annotated[
        str | None, typer.Option("--in", metavar="FILE|zoo:NAME", help="Only what can be made in this network, where.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> int:
    """List the mistakes that are known by name: what was done, and hints from vague to exact."""
    from trivium.mistakes import MISTAKES  # loaded where it is used: a command line starts fast

    spec = None if within is None else read(within)
    chosen = [find(name)] if name else list(MISTAKES.values())
    if as_json:
        documents = [plain(m, spec) for m in chosen]
        say(json.dumps(documents[0] if name else documents, indent=2))
    else:
        say("\n".join(entry(chosen[0], spec) if name else listing(chosen, spec)))
    return 0


def read(within: str) -> Spec:
    """The network that was named."""
    from trivium.cli.cure import advised
    from trivium.target import find as found

    with advised(size_or_network(within)):
        return found(within).spec


def find(name: str) -> Mistake:
    """A mistake of the catalogue; SpecError with the nearest name where there is none."""
    from trivium.mistakes import MISTAKES

    if name not in MISTAKES:
        raise cured(SpecError(f"no mistake {name!r}{did_you_mean(name, MISTAKES)}"), CURE)
    return MISTAKES[name]


def listing(chosen: list[Mistake], spec: Spec | None) -> Iterator[str]:
    """Name and title of each, by family; with a network, the steps in which it can be made."""
    from trivium.mistakes import FAMILIES

    for family, title in FAMILIES.items():
        mine = [(m, steps(m, spec)) for m in chosen if m.family == family]
        mine = [(m, nodes) for m, nodes in mine if spec is None or nodes]
        if mine:
            yield title
            for m, nodes in mine:
                yield f"  {m.name}"
                yield from wrapped(m.title + (f" (at {', '.join(nodes)})" if nodes else ""), " " * 6)
            yield ""
    yield "One of them in words, with hints:"
    yield "trivium mistakes mean-forgotten"


def steps(mistake: Mistake, spec: Spec | None) -> list[str]:
    """The nodes of a network in which it can be made."""
    from trivium.mistakes import plants

    return [] if spec is None else list(dict.fromkeys(p.node.name for p in plants(spec, (mistake,))))


def entry(mistake: Mistake, spec: Spec | None) -> Iterator[str]:
    """A mistake in words, at the names of a network's step: the one that was named, or the first where it fits."""
    from trivium.mistakes import FAMILIES

    network, plant = example(mistake, spec)
    place = plant.places[0]
    yield from wrapped(f"{mistake.name}: {mistake.title}", "")
    yield from wrapped(f"family: {FAMILIES[mistake.family]}", "")
    yield ""
    yield from wrapped(f"made at {plant.node} of {network}:", "")
    yield from wrapped(mistake.explained(place), "  ")
    yield ""
    yield "hints, from vague to exact:"
    for i, hint in enumerate(mistake.hinted(place), 1):
        yield from textwrap.wrap(f"{i}  {hint}", WIDTH, initial_indent="  ", subsequent_indent=" " * 5)


def example(mistake: Mistake, spec: Spec | None) -> tuple[str, Plant]:
    """Where it is shown: in the network that was named, else in the first of the zoo, or op, that it fits."""
    from trivium.mistakes import plants

    if spec is not None:
        found = next(plants(spec, (mistake,)), None)
        if found is None:
            raise cured(SpecError(f"{mistake.name} cannot be made in any step of {spec.name}"), CURE)
        return spec.name, found
    nets = (_network(name) for name in ZOO)
    cases = (_case(name, i) for name, op in OPS.items() for i in range(len(op.cases)))
    return next((net.name, plant) for group in (nets, cases) for net in group for plant in plants(net, (mistake,)))


@cache
def _network(name: str) -> Spec:
    return ZOO[name]()


@cache
def _case(name: str, number: int) -> Spec:
    from trivium.testing.trial import weighted

    case = OPS[name].cases[number]
    return weighted(OPS[name].taking(len(case.shapes)), case)


def plain(mistake: Mistake, spec: Spec | None) -> dict[str, object]:
    """A mistake as JSON; its words are at the names of the step in `at`."""
    from trivium.mistakes import FAMILIES

    found: dict[str, object] = {"name": mistake.name, "family": FAMILIES[mistake.family], "title": mistake.title}
    nodes = steps(mistake, spec)
    if spec is None or nodes:
        network, plant = example(mistake, spec)
        place = plant.places[0]
        found |= {"why": mistake.explained(place), "hints": mistake.hinted(place), "at": [network, plant.node.name]}
    return found | ({"steps": nodes} if spec is not None else {})


def wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
