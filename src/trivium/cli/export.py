"""`trivium export`: a network as a file, to read, to change, or to hand on.

Knows nothing of how a file is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trivium.cli.cure import advised, size_or_network
from trivium.cli.file import reserve, write
from trivium.cli.stream import mention, say
from trivium.cli.target import parse_sizes


def export(
    target: Annotated[str, typer.Argument(metavar="FILE|zoo:NAME", help="The network.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="NAME.net.toml or NAME.json; stdout if not said."),
    ] = None,
    size: Annotated[
        list[str] | None, typer.Option(metavar="N=7", help="A size for one of the network's letters.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The exact interchange form instead of TOML.")] = False,
) -> int:
    """Write a network of the zoo, or of a file, as a file."""
    from trivium.spec.exchange import dumps_json
    from trivium.spec.file import dump_toml
    from trivium.target import find

    if output is not None:
        _check_suffix(output)
        reserve(output, "--output")
        if output.exists():
            message = f"{output} exists, and is not overwritten: choose another name, or remove it first"
            raise typer.BadParameter(message, param_hint="'--output'")
    with advised(size_or_network(target)):
        source = find(target, sizes=parse_sizes(size or ()))
    exact = as_json or (output is not None and output.suffix == ".json")
    text = dumps_json(source.spec) if exact else dump_toml(source.spec, accept=source.known)
    if output is None:
        say(text.rstrip("\n"))
        return 0
    write(output, text)
    mention(f"wrote {output}\ntrivium check {output}")
    return 0


def _check_suffix(output: Path) -> None:
    """BadParameter for a file that no other command would read."""
    if output.suffix != ".json" and not output.name.endswith(".net.toml"):
        message = f"{output}: a network's file is called NAME.net.toml or NAME.json"
        raise typer.BadParameter(message, param_hint="'--output'")
