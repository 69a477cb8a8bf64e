"""`trivium lesson`: one network's numbers through three styles of derivative, as a page.

Knows nothing of how a page is made.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from trivium.cli.cure import advised
from trivium.cli.file import reserve_page, write
from trivium.cli.stream import mention, waiting, width
from trivium.cli.target import named, numbers, parse_sizes
from trivium.report.phrase import wrapped


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
    from trivium.lessons.room import LESSON, refuse_large, refuse_long
    from trivium.referee import load_referee
    from trivium.target import select

    reserve_page(output, "--output")
    source = named(target, "lesson -o lesson.html", parse_sizes(size or ()))
    with advised(lambda _: f"trivium explain {shlex.quote(target)}  # a network of any size as text"):
        refuse_long(source.spec)
        refuse_large(source.spec, LESSON)
    given = numbers(source)
    sizes = [part for word in size or () for part in ("--size", word)]
    with advised(lambda _: "trivium lesson --help  # --beside"):
        own = None if beside is None else read(source.spec, beside)
    said = [*sizes, *(() if beside is None else ("--beside", str(beside)))]
    command = shlex.join(["trivium", "lesson", target, *said, "-o", str(output)])
    with waiting(f"running {target} on every backend"):
        found = page(source.spec, given, select(None), load_referee(), command, own)
    write(output, found.text)
    if source.unused:
        asked = ", ".join(size or ())
        mention(f"the numbers of {source.unused} go with the file's own sizes: at {asked} others are drawn")
    if found.warning:
        mention("\n".join(wrapped(found.warning, width=width())))
    mention(f"wrote {output}")
    return 0
