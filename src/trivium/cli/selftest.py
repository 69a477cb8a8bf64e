"""`trivium self-test`: the roads put to every op, at each of its cases, and what that measured.

Knows nothing of networks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.ops import find
from trivium.cli.score import score
from trivium.cli.stream import counted, say
from trivium.compare.bound import LINE
from trivium.ops import FAMILIES, OPS
from trivium.spec.op import Op

if TYPE_CHECKING:
    from trivium.testing import Agreement


@dataclass
class Row:
    """What one family of ops measured."""

    family: str
    ops: int = 0
    cases: int = 0
    numbers: int = 0
    largest: float = 0.0
    at: str = ""
    problems: list[str] = field(default_factory=list)

    def count(self, found: Sequence[Agreement]) -> None:
        self.cases += 1
        for one in found:
            self.numbers += one.numbers
            if one.residual >= self.largest:
                self.largest, self.at = one.residual, one.op
            if one.problem:
                self.problems.append(str(one))


def selftest(
    op: Annotated[list[str] | None, typer.Argument(metavar="OP", help="Operations or families; all if none.")] = None,
    *,
    mistakes: Annotated[
        bool, typer.Option("--mistakes", help="Plant every known mistake instead: in the notebook, the zoo, each op.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The seed of the numbers drawn.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> int:
    """Replay every operation of each road by another road's; or plant mistakes, to prove that they show."""
    if mistakes:
        return score(op or (), seed=seed, as_json=as_json)
    chosen = [o for name in op or OPS for o in FAMILIES.get(name, ()) or (find(name),)]
    rows = measured(list(dict.fromkeys(chosen)), seed)
    if as_json:
        say(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        say("\n".join(table(rows)))
    return int(any(row.problems for row in rows))


def measured(ops: Sequence[Op], seed: int) -> list[Row]:
    """A row for each family with an op among those chosen."""
    from trivium.target import handwritten, select
    from trivium.testing import agreements  # where they are used: a command line starts fast

    roads = select(None)
    rows = {name: Row(name) for name, members in FAMILIES.items() if set(members) & set(ops)}
    family = {o: name for name, members in FAMILIES.items() for o in members}
    uses = [(o, case) for o in ops for case in o.cases]
    for o in ops:
        rows[family[o]].ops += 1
    for o, case in counted(uses, "self-test"):
        rows[family[o]].count(list(agreements(o, case, roads, handwritten(roads), seed=seed)))
    return list(rows.values())


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows, a total, and what does not agree."""
    yield f"{'family':<16}{'ops':>5}{'cases':>7}{'numbers':>12}{'largest residual':>18}   at"
    for row in rows:
        yield f"{row.family:<16}{row.ops:>5}{row.cases:>7}{row.numbers:>12,}{row.largest:>18.1f}   {row.at}"
    total = [sum(getattr(row, what) for row in rows) for what in ("ops", "cases", "numbers")]
    worst = max(rows, key=lambda row: row.largest)
    yield f"{'all':<16}{total[0]:>5}{total[1]:>7}{total[2]:>12,}{worst.largest:>18.1f}   {worst.at}"
    yield ""
    broken = [problem for row in rows for problem in row.problems]
    yield f"Residuals are in units of rounding; the line is {LINE:.0f}, for every operation."
    count = "1 comparison does" if len(broken) == 1 else f"{len(broken)} comparisons do"
    yield f"{count} not agree:" if broken else "The roads agree."
    yield from broken[:40]
