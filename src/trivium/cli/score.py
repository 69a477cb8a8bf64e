"""`trivium self-test --mistakes`: every known mistake planted wherever it fits, and what the comparison made of it.

Knows nothing of how a mistake is planted or judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from trivium.cli.cure import cured
from trivium.cli.stream import counted, say
from trivium.errors import SpecError, did_you_mean
from trivium.ops import FAMILIES, OPS
from trivium.spec.graph import Spec
from trivium.zoo import ZOO, network

if TYPE_CHECKING:
    from trivium.testing.score import Outcome

NOTEBOOK = "notebook"
COLUMNS = ("caught", "blamed", "located", "named", "alone")
"""What is counted of the mistakes that change a number."""
SHOWN = 40


def score(names: Sequence[str], *, seed: int, as_json: bool) -> int:
    """Plant and judge; 1 where a mistake goes unseen, an innocent is named, or clean code is accused."""
    from trivium.mistakes import MISTAKES  # where they are used: a command line starts fast
    from trivium.referee import load_referee
    from trivium.target import handwritten, select
    from trivium.testing.score import Judge, alarms, outcomes, subject

    known, who = tuple(MISTAKES.values()), Judge(handwritten(), select(None), handwritten(), load_referee())
    found: list[Outcome] = []
    said = numbers = 0
    nets = list(networks(names))
    for spec, most in counted(nets, "self-test --mistakes"):
        at = subject(spec, seed=seed)
        accused, entries = alarms(at, who)
        said, numbers = said + accused, numbers + entries
        found += outcomes(at, who, known, most=most)
    if as_json:
        say(json.dumps({"alarms": said, "numbers": numbers, "outcomes": [asdict(o) for o in found]}, indent=2))
    else:
        say("\n".join(table(found, len(nets), len(who.roads), said, numbers)))
    return int(said > 0 or any(bad(o) for o in found))


def networks(names: Sequence[str]) -> Iterator[tuple[Spec, int | None]]:
    """Each network, and at how many steps a mistake is planted at most: in the notebook and an op everywhere."""
    from trivium.testing.trial import weighted

    short = [name.removeprefix("zoo:") for name in names]
    wanted = [n for name in short for n in ([op.name for op in FAMILIES[name]] if name in FAMILIES else [name])]
    unknown = [n for n in wanted if n not in ZOO and n not in OPS]
    if unknown:
        near = did_you_mean(unknown[0], (*ZOO, *FAMILIES, *OPS))
        error = SpecError(f"no network of the zoo, no family and no op {unknown[0]!r}{near}")
        raise cured(error, "trivium self-test --help")
    for name in wanted or (*ZOO, *OPS):
        if name in ZOO:
            yield network(name), None if name == NOTEBOOK else 1
        else:
            case = OPS[name].cases[0]
            yield weighted(OPS[name].taking(len(case.shapes)), case), None


def bad(o: Outcome) -> bool:
    """Whether a mistake was missed, or put down to what is right; one that changes nothing is neither."""
    return not o.equivalent and not (o.caught and o.blamed and o.located and not o.misnamed)


def table(found: Sequence[Outcome], nets: int, roads: int, said: int, numbers: int) -> Iterator[str]:
    """A row for each family of mistakes, a total, what went wrong, and what was said of clean code."""
    from trivium.mistakes import FAMILIES

    yield f"{'mistakes of':<38}{'kinds':>6}{'planted':>8}" + "".join(f"{c:>8}" for c in COLUMNS)
    for family, title in FAMILIES.items():
        mine = [o for o in found if o.family == family]
        if not all(o.equivalent for o in mine):
            yield row(f"{family}  {title}", mine)
    yield row("all", found)
    yield ""
    nothing = sum(o.equivalent for o in found)
    where = "1 network" if nets == 1 else f"{nets} networks"
    yield f"Planted in {where}, as {roads} roads in turn. {nothing} more changed no number there."
    yield f"Clean code: {numbers:,} numbers, {said} alarms."
    wrong = [o for o in found if bad(o)]
    yield f"{len(wrong)} went wrong:" if wrong else "None was missed, and nothing innocent was named."
    yield from (f"  {o}: {fault(o)}" for o in wrong[:SHOWN])


def row(title: str, found: Sequence[Outcome]) -> str:
    """How many of these mistakes were seen, and how well."""
    real = [o for o in found if not o.equivalent]
    counts = "".join(f"{sum(getattr(o, c) for o in real):>8,}" for c in COLUMNS)
    return f"{title:<38}{len({o.mistake for o in found}):>6}{len(real):>8,}{counts}"


def fault(o: Outcome) -> str:
    """What went wrong with a mistake."""
    if not o.caught:
        return "not seen"
    return "another mistake was named" if o.blamed and o.located else "something else was named"
