"""`trivium check`: the verdict on one or more networks.

Knows nothing of how a check is made or how a report looks.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from trivium.cli.cure import advised, size_or_network
from trivium.cli.file import reserve_page, write
from trivium.cli.own import Own, check_own, is_named, refuse_code
from trivium.cli.stream import colorful, mention, say, waiting, width
from trivium.cli.target import parse_bytes, parse_dtypes, parse_names, parse_shapes, parse_sizes
from trivium.compare.bound import LINE
from trivium.errors import InternalError, TriviumError
from trivium.report import Report

EVERY = "zoo:all"
BOTH = "float64,float32"
CODES = {"agree": 0, "convention": 0, "disagree": 1, "undecided": 3}
GRAVITY = (70, 2, 1, 3, 0)
"""Exit codes, gravest first: what stands for several networks."""


Targets = Annotated[
    list[str],
    typer.Argument(metavar="FILE|zoo:NAME|zoo:all|FILE::GRADS|MODULE:NAME...", help="Networks, or a gradient."),
]
Cost = Annotated[str | None, typer.Option(metavar="[FILE::]NAME", help="The function whose gradient FILE::NAME is.")]
Against = Annotated[
    str | None, typer.Option(metavar="FILE|zoo:NAME", help="The network that FILE::NAME is the gradient of.")
]
Shapes = Annotated[
    list[str] | None, typer.Option(metavar="x='N 3'", help="A shape to draw an argument of, instead of --values.")
]
Lies = Annotated[
    str | None,
    typer.Option("--layout", metavar="rows|columns", help="How your data points lie, if not as in --against."),
]
Values = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Numbers for every input and parameter: .json or .npz."),
]
Hints = Annotated[
    int | None,
    typer.Option(min=1, max=4, help="Of one's own gradient: hints instead of the report, from vague (1) to exact (4)."),
]
Budget = Annotated[str | None, typer.Option(metavar="BYTES", help="Memory that a check may take, such as 2GB.")]
Oracle = Annotated[
    str | None,
    typer.Option(metavar="exact|roads", help="What steps are held against; exact numbers if that is quick."),
]


def check(
    targets: Targets,
    *,
    backends: Annotated[
        str | None, typer.Option(help="Which, such as numpy,torch; all that work here if not said.")
    ] = None,
    size: Annotated[
        list[str] | None, typer.Option(metavar="N=7", help="A size for one of the network's letters.")
    ] = None,
    values: Values = None,
    seed: Annotated[int, typer.Option(min=0, help="Where the drawn numbers start.")] = 0,
    dtypes: Annotated[str, typer.Option(help="Precisions to check in.")] = BOTH,
    brief: Annotated[
        bool, typer.Option("--brief", help="A line for each network that agrees; so with zoo:all.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON, alone on stdout.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as a web page too.")] = None,
    oracle: Oracle = None,
    cost: Cost = None,
    against: Against = None,
    shape: Shapes = None,
    layout: Lies = None,
    hints: Hints = None,
    budget: Budget = None,
) -> int:
    """Say whether all backends derive the same gradient, step by step; or whether one of your own is right.

    Exit codes: 0 they agree, 1 they disagree, 2 bad input, 3 undecided; of several networks, 2 before 1 before 3.
    """
    own = Own(cost, against, values, parse_shapes(shape or ()), layout, oracle, hints)
    if own.is_meant or any(map(is_named, targets)):
        of_networks = {"--backends": backends, "--size": size, "--seed": seed, "--brief": brief, "--budget": budget}
        refuse_said({**of_networks, "--dtypes": dtypes if dtypes != BOTH else None})
        return check_own(targets, own, as_json=as_json, html=html)
    refuse_code(targets)
    brief = brief or EVERY in targets
    targets = [name for target in targets for name in every(target)]
    if html is not None:
        page_for(html, targets)
    asked: dict[str, Any] = {
        "backends": parse_names(backends),
        "sizes": parse_sizes(size or ()),
        "values": values,
        "seed": seed,
        "dtypes": parse_dtypes(dtypes),
        "budget": parse_bytes(budget),
        "oracle": oracle,
    }
    found = []
    for i, target in enumerate(targets):
        place = f" ({i + 1} of {len(targets)})" if len(targets) > 1 else ""
        found.append(one(target, asked, place=place, as_json=as_json, brief=brief))
    if as_json:
        documents = [plain(target, result) for target, result in zip(targets, found, strict=True)]
        say(json.dumps(documents if len(targets) > 1 else documents[0], indent=2, allow_nan=False))
    if html is not None and isinstance(found[0], Report):
        write(html, found[0].to_html())
        mention(f"wrote {html}")
    return min(map(code, found), key=GRAVITY.index)


def refuse_said(options: dict[str, Any]) -> None:
    """What is about networks says nothing of a gradient of one's own."""
    said = [name for name, value in options.items() if value]
    if said:
        raise typer.BadParameter(
            "is about networks, and says nothing of a gradient of your own", param_hint=f"'{said[0]}'"
        )


def page_for(html: Path, targets: list[str]) -> None:
    """Refuse a page that could not be written, or that would have to hold several networks."""
    if len(targets) > 1:
        several = f"takes one network, and {len(targets)} are given; run them one by one"
        raise typer.BadParameter(several, param_hint="'--html'")
    reserve_page(html, "--html")


def every(target: str) -> list[str]:
    """The networks that a word stands for: itself, or the whole zoo."""
    from trivium.zoo import ZOO

    return [f"zoo:{name}" for name in ZOO] if target == EVERY else [target]


def one(target: str, asked: dict[str, Any], *, place: str, as_json: bool, brief: bool) -> Report | TriviumError:
    """Check one network and show what was found; an error in one of several does not keep the others waiting."""
    from trivium.verbs import check as checked

    start = time.perf_counter()
    try:
        with advised(size_or_network(target)), waiting(f"checking {target}{place}"):
            report = checked(target, **asked)
    except TriviumError as error:
        if not place and not as_json:
            raise
        from trivium.cli.entry import complain

        _ = complain(error)
        return error
    if as_json:
        return report
    if brief and CODES[report.verdict] == 0:
        say(line(target, report, time.perf_counter() - start))
    else:
        say(report.text(width=width(), color=colorful()) + ("\n" if place else ""))
    return report


def line(target: str, report: Report, seconds: float) -> str:
    """A network that agrees, in a line."""
    steps = report.comparison.steps
    largest = max((step.residual for step in steps), default=0.0)
    measured = f"{len(steps):6,} steps, residual {largest:5.1f} of {LINE:.0f}"
    return f"{report.verdict:<11}{target:<24}{measured}{seconds:7.1f} s"


def code(result: Report | TriviumError) -> int:
    """The exit code of one network."""
    if isinstance(result, Report):
        return CODES[result.verdict]
    return 70 if isinstance(result, InternalError) else 2


def plain(target: str, result: Report | TriviumError) -> dict[str, Any]:
    """One network's place in the JSON: its report, or why there is none."""
    if isinstance(result, Report):
        return result.to_json()
    problems = [{"message": p.message, "where": p.where, "hint": p.hint} for p in result.problems]
    kind = type(result).__name__
    return {"format": "trivium.error", "version": 1, "target": os.fspath(target), "kind": kind, "problems": problems}
