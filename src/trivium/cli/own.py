"""`trivium check mynet.py::grads`: a person's own gradient, from a file, a notebook or a module.

Knows nothing of how a gradient is judged.
"""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from trivium.cli.cure import advised, size_or_network
from trivium.cli.file import reserve_page, write
from trivium.cli.stream import colorful, mention, say, waiting, width
from trivium.errors import InternalError, OracleError, SpecError, TriviumError, ValuesError, share
from trivium.own.found import RIGHT
from trivium.report import OwnReport

CODES = {"agree": 0, "disagree": 1, "undecided": 3}
NAMED = re.compile(r".*::.*|(?!zoo:)[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Own:
    """What a command line says of a gradient of one's own."""

    cost: str | None
    against: str | None
    values: Path | None
    shapes: Mapping[str, str]
    layout: str | None
    oracle: str | None
    hints: int | None = None

    @property
    def is_meant(self) -> bool:
        """Whether only a gradient of one's own can be meant."""
        return any((self.cost, self.against, self.shapes, self.layout, self.hints))

    def words(self, target: str) -> list[str]:
        """The command line again."""
        asked: dict[str, object] = {"--cost": self.cost, "--against": self.against, "--values": self.values}
        asked |= {"--layout": self.layout, "--oracle": self.oracle, "--hints": self.hints}
        shapes = [w for n, said in self.shapes.items() for w in ("--shape", f"{n}={said}")]
        return [
            "trivium",
            "check",
            target,
            *(w for n, x in asked.items() if x is not None for w in (n, str(x))),
            *shapes,
        ]


def is_named(target: str) -> bool:
    """Whether a word names something in a file or a module, and no network."""
    return NAMED.fullmatch(target) is not None


def refuse_code(targets: Sequence[str]) -> None:
    """SpecError for a file of code in which nothing is named."""
    for target in targets:
        if target.endswith((".py", ".ipynb")):
            message = f"{target} is code, and no network: name the gradient in it"
            raise _cured(SpecError(message), f"trivium check {target}::NAME --cost NAME")


def check_own(targets: Sequence[str], own: Own, *, as_json: bool, html: Path | None) -> int:
    """Check one gradient and show what was found."""
    if len(targets) > 1 or not is_named(targets[0]):
        message = "takes one gradient of your own, such as mynet.py::grads"
        raise typer.BadParameter(message, param_hint="'--cost'")
    (target,) = targets
    if own.hints is not None and own.against is None:
        raise typer.BadParameter("hints are about a network's steps: say --against too", param_hint="'--hints'")
    if html is not None:
        reserve_page(html, "--html")
    with waiting(f"checking {target}"), advised(size_or_network(own.against or "")):
        try:
            report = replace(_report(target, own), command=shlex.join(own.words(target)))
        except OracleError as error:
            if not getattr(error, "__notes__", ()):
                again = shlex.join(own.words(target)) if error.problems[0].where else ""
                error.add_note(again or "trivium check --help   # a gradient of your own is FILE.py::NAME")
            raise
        except ValuesError as error:
            file = "" if own.values is None else str(own.values)
            raise ValuesError(*(replace(p, where=p.where or file) for p in error.problems)) from error
    _show(report, own, as_json=as_json)
    path = target.partition("::")[0]
    if "::" in target and not path.endswith(".py"):
        mention(f"of {path} only imports, functions and classes were run")
    if html is not None:
        write(html, report.to_html())
        mention(f"wrote {html}")
    return CODES[report.verdict]


def _show(report: OwnReport, own: Own, *, as_json: bool) -> None:
    if as_json:
        say(json.dumps(report.to_json(), indent=2, allow_nan=False))
    elif own.hints is None:
        say(report.text(width=width(), color=colorful()))
    else:
        for line in _hinted(report, str(own.against), own.hints):
            say("\n".join(textwrap.wrap(line, width(), subsequent_indent="  ")))


def _hinted(report: OwnReport, against: str, level: int) -> Iterator[str]:
    """What a person is told who wants to find the mistake: as `trivium grade` tells it."""
    from trivium.grade.answer import answered, read
    from trivium.grade.hints import hints
    from trivium.grade.mark import MISSING, asked
    from trivium.own.found import GRADIENT
    from trivium.own.unwritten import WHY
    from trivium.report.own import sentence
    from trivium.target import find

    if not any(p.why != WHY for p in report.found.of(GRADIENT)):
        yield sentence(report.found)
        return
    answer, spec = read(answered(report, "", None, "")), find(against).spec
    if answer is None:
        raise InternalError("a report cannot be told as an answer")
    told = {g.name: g.state for g in reversed(answer.gradients)}
    states = {name: told.get(name, MISSING) for name in asked(spec)}
    right = sum(state == RIGHT for state in states.values())
    yield f"{share(right, len(states), 'gradient')} right."
    yield from (f"hint: {hint}" for hint in hints(answer, states, spec, level))


def _report(target: str, own: Own) -> OwnReport:
    from trivium.given import read_values
    from trivium.own.source import function
    from trivium.own.stateful import is_stateful
    from trivium.verbs import check_gradient

    thing = function(target)
    f = None if own.cost is None else function(_beside(target, own.cost))
    at = None if own.values is None else read_values(own.values)
    asked: dict[str, Any] = {"at": at, "shapes": dict(own.shapes) or None, "against": own.against}
    if f is None and is_stateful(thing):
        return check_gradient(thing, layout=own.layout, oracle=own.oracle, **_ready(target, asked))
    if f is None and own.against is None:
        return _of_framework(target, thing, own, at)
    return check_gradient(f, thing, layout=own.layout, oracle=own.oracle, **_ready(target, asked))


def _of_framework(target: str, thing: Any, own: Own, at: Mapping[str, Any] | None) -> OwnReport:
    """A module of torch or JAX, or a function of their tensors; else a function that gives its gradient itself."""
    from trivium.bringer import bringers
    from trivium.own.drawn import points
    from trivium.own.stateful import instance
    from trivium.verbs import check_gradient, check_module

    there = list(bringers())
    made = instance(thing) if isinstance(thing, type) and any(b.means(thing) for b in there) else thing
    known = any(b.knows(made) for b in there)
    if not known and at is None and not own.shapes:
        message = (
            "a gradient alone cannot be judged: name the function too, or a network; "
            "or, where one function gives both, at which numbers"
        )
        raise _cured(OracleError(message), f"trivium check {target} --cost cost --values numbers.json")
    asked = _ready(target, {"at": at, "shapes": dict(own.shapes) or None})
    numbers = list((at if at is not None else next(iter(points(own.shapes))).given).values())
    if known or any(b.answers(made, numbers) for b in there):
        return check_module(made, at=numbers)
    return check_gradient(thing, oracle=own.oracle, **asked)


def _ready(target: str, asked: dict[str, Any]) -> dict[str, Any]:
    """ValuesError where nothing says at which numbers."""
    if all(value is None for value in asked.values()):
        message = f"no numbers to check {target} at: name a file that holds every argument, or give their shapes"
        raise _cured(ValuesError(message), f"trivium check {target} --shape 'x=N 3' --shape 'w=3 m'")
    return asked


def _beside(target: str, cost: str) -> str:
    """Another function, in the same place if nothing else is said."""
    if is_named(cost):
        return cost
    mark = "::" if "::" in target else ":"
    return f"{target.partition(mark)[0]}{mark}{cost}"


def _cured(error: TriviumError, line: str) -> TriviumError:
    error.add_note(line)
    return error
