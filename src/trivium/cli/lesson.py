"""`trivium lesson`: one network's numbers through three styles of derivative, as a page.

Knows nothing of how a page is made.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from trivium.cli.cure import advised
from trivium.cli.file import reserve, write
from trivium.cli.stream import mention, waiting
from trivium.cli.target import parse_sizes, with_numbers


def lesson(
    target: Annotated[str, typer.Argument(metavar="FILE|zoo:NAME", help="The network.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.html", help="The page.")],
    size: Annotated[
        list[str] | None, typer.Option(metavar="N=7", help="A size for one of the network's letters.")
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(metavar="FILE.py", help="Your own code for it: its lines are shown at the steps that they do."),
    ] = None,
) -> int:
    """Write a page that goes through a network step by step: the numbers, and what each road does.

    It stands alone: nothing is fetched, and without a script every step is there, one below the other.
    """
    from trivium.lessons.beside import beside as read
    from trivium.lessons.lesson import lesson as page
    from trivium.referee import load_referee
    from trivium.target import select

    reserve(output, "--output")
    spec, given = with_numbers(target, parse_sizes(size or ()))
    sizes = [part for word in size or () for part in ("--size", word)]
    with advised(lambda _: "trivium lesson --help  # --beside"):
        own = None if beside is None else read(spec, beside)
    said = [*sizes, *(() if beside is None else ("--beside", str(beside)))]
    command = shlex.join(["trivium", "lesson", target, *said, "-o", str(output)])
    with waiting(f"running {target} on every backend"):
        text = page(spec, given, select(None), load_referee(), command, own)
    write(output, text)
    mention(f"wrote {output}")
    return 0
