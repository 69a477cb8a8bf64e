"""`trivium explain`: a step of a network, an operation, a mistake, or a finding's code, in plain text.

Knows nothing of how a step is computed.
"""

from __future__ import annotations

import re
import textwrap
from typing import Annotated

import typer

from trivium.cli.cure import CODE, EXPLAIN, advised, cured, size_or_network, step
from trivium.cli.mistakes import entry
from trivium.cli.stream import say, waiting
from trivium.errors import SpecError, did_you_mean
from trivium.ops import OPS
from trivium.report.codes import CODES
from trivium.spec.expression import called_here


def explain(
    name: Annotated[
        str,
        typer.Argument(metavar="NODE|OP|MISTAKE|CODE", help="A node of a network, or any of the others."),
    ],
    *,
    within: Annotated[
        str | None, typer.Option("--in", metavar="FILE|zoo:NAME", help="The network of the node.")
    ] = None,
) -> int:
    """Show a step in every backend's style, or what a mistake or a code means."""
    from trivium.mistakes import MISTAKES  # loaded where it is used: a command line starts fast

    if within is not None:
        say(explain_node(name, within))
    elif re.fullmatch(r"[Tt][Vv]\d+", name):
        say(explain_code(name.upper()))
    elif name in OPS:
        say(explain_operation(name))
    elif name in MISTAKES:
        say("\n".join(entry(MISTAKES[name], None)))
    else:
        near = called_here(name, OPS) or did_you_mean(name, (*MISTAKES, *CODES))
        message = f"{name!r} is no operation, no mistake and no code{near}; a node is explained with --in FILE"
        raise cured(SpecError(message), EXPLAIN)
    return 0


def explain_code(name: str) -> str:
    """What a finding's code means."""
    if name not in CODES:
        raise cured(SpecError(f"no code {name}; there are: {', '.join(CODES)}"), CODE)
    return "\n\n".join(textwrap.fill(part, 80) for part in str(CODES[name]).split("\n\n"))


def explain_node(name: str, within: str) -> str:
    """One node of a network, with its numbers."""
    from trivium.lessons.step import explain_step
    from trivium.probe import probes
    from trivium.target import find, select

    with waiting(f"running {within}"):
        with advised(size_or_network(within)):
            source = find(within)
        first = probes(source.spec, values=source.values).points[0]
        with advised(lambda error: step(name, source.spec, within)):
            return explain_step(first.spec, name, first.given, select(None))


def explain_operation(name: str) -> str:
    """An op on its first case."""
    from trivium.lessons.step import explain_op
    from trivium.target import select

    with waiting("importing the backends"):
        return explain_op(OPS[name], select(None))
