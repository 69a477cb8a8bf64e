"""`trivium write`: a network as a script that stands alone, in one backend's style.

Knows nothing of how a script is made.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from trivium.cli.cure import advised, size_or_network
from trivium.cli.file import reserve, write as write_file
from trivium.cli.stream import mention, say, waiting
from trivium.cli.target import parse_sizes


def write(
    target: Annotated[str, typer.Argument(metavar="FILE|zoo:NAME", help="The network.")],
    *,
    style: Annotated[str, typer.Option("--as", metavar="STYLE", help="numpy (by hand), torch or jax.")] = "numpy",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.py", help="Where it goes; stdout if not said.")
    ] = None,
    size: Annotated[
        list[str] | None, typer.Option(metavar="N=7", help="A size for one of the network's letters.")
    ] = None,
) -> int:
    """Write a network as a script that needs nothing of trivium: its loss, and its gradient in this style.

    The steps are the very functions that trivium tests. Run, it prints the loss and every gradient.
    """
    from trivium.backend import load_backend
    from trivium.lessons.script import STYLES, script
    from trivium.probe import draw
    from trivium.target import find
    from trivium.wanted import one_of

    _ = one_of(style, "--as", STYLES)
    if output is not None:
        reserve(output, "--output")
        if output.exists():
            message = f"{output} exists, and is not overwritten: choose another name, or remove it first"
            raise typer.BadParameter(message, param_hint="'--output'")
    with advised(size_or_network(target)):
        source = find(target, sizes=parse_sizes(size or ()))
    sizes = [part for word in size or () for part in ("--size", word)]
    command = shlex.join(["trivium", "write", target, "--as", style, *sizes])
    with waiting(f"importing {style}"):
        text = script(source.spec, load_backend(style), source.values or draw(source.spec), command)
    if output is None:
        say(text.rstrip("\n"))
        return 0
    write_file(output, text)
    mention(f"wrote {output}\npython {output}")
    return 0
