"""`trivium explain`: a network, a step of one, an operation, a mistake, or a finding's code; as text, or as a page.

Knows nothing of how a step is computed.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.cure import CODE, EXPLAIN, advised, cured, step
from trivium.cli.file import reserve_page, write
from trivium.cli.mistakes import entry
from trivium.cli.stream import mention, say, waiting
from trivium.cli.target import named, numbers
from trivium.errors import SpecError, did_you_mean
from trivium.ops import OPS
from trivium.report.codes import CODES
from trivium.spec.expression import called_here

if TYPE_CHECKING:
    from trivium.lessons.account import Account


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NETWORK|NODE|OP|MISTAKE|CODE", help="A network (FILE or zoo:NAME), a node of one, or what else."
        ),
    ],
    *,
    within: Annotated[
        str | None, typer.Option("--in", metavar="FILE|zoo:NAME", help="The network of the node.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="A network, a node or an operation as a page.")
    ] = None,
) -> int:
    """Show how a derivative comes about in every backend's style, or what a mistake or a code means."""
    from trivium.mistakes import MISTAKES  # loaded where it is used: a command line starts fast

    if html is not None:
        reserve_page(html, "--html")
    said = ["trivium", "explain", name, *(["--in", within] if within else []), "--html", str(html)]
    command = shlex.join(said) if html else None
    if within is not None:
        found = explain_node(name, within, command)
    elif is_network(name):
        found = explain_network(name, command)
    elif name in OPS:
        found = explain_operation(name, command)
    elif not name.strip():
        message = "nothing is named: name a network, an operation, a mistake or a code, or a node with --in FILE"
        raise cured(SpecError(message), EXPLAIN)
    elif html is not None and (name in MISTAKES or is_code(name)):
        raise cured(SpecError(f"--html shows a network, a node or an operation; {name!r} is none"), EXPLAIN)
    elif is_code(name):
        found = explain_code(name.upper())
    elif name in MISTAKES:
        found = "\n".join(entry(MISTAKES[name], None))
    else:
        near = called_here(name, OPS) or did_you_mean(name, (*MISTAKES, *CODES))
        message = f"{name!r} is no operation, no mistake and no code{near}; a node is explained with --in FILE"
        raise cured(SpecError(message), EXPLAIN)
    if html is None:
        say(found)
    else:
        write(html, found)
        mention(f"wrote {html}")
    return 0


def is_network(name: str) -> bool:
    """Whether a network is named, one of the zoo or a file: nothing else that has a name has such a one."""
    return not {":", ".", "/"}.isdisjoint(name)


def is_code(name: str) -> bool:
    """Whether a finding's code is named."""
    return re.fullmatch(r"[Tt][Vv]\d+", name) is not None


def explain_code(name: str) -> str:
    """What a finding's code means."""
    if name not in CODES:
        raise cured(SpecError(f"no code {name}; there are: {', '.join(CODES)}"), CODE)
    return "\n\n".join(textwrap.fill(part, 80) for part in str(CODES[name]).split("\n\n"))


def explain_network(target: str, command: str | None) -> str:
    """Every step of a network; as a page with its graph where a command is given."""
    from trivium.lessons.explanation import network_page
    from trivium.lessons.step import explain_network as text
    from trivium.target import select

    with waiting(f"running {target}"):
        source = named(target, "explain")
        given, roads = numbers(source), select(None)
        if command:
            return network_page(source.spec, given, roads, command)
        return text(source.spec, target, given, next(iter(roads.values())))


def explain_node(name: str, within: str, command: str | None) -> str:
    """One node of a network, with its numbers."""
    from trivium.lessons.account import of_node
    from trivium.target import select

    with waiting(f"running {within}"):
        source = named(within, f"explain {shlex.quote(name)} --in")
        with advised(lambda error: step(name, source.spec, within)):
            return _shown(of_node(source.spec, name, numbers(source), select(None)), command)


def explain_operation(name: str, command: str | None) -> str:
    """An op on its first case."""
    from trivium.lessons.account import of_op
    from trivium.mistakes import MISTAKES
    from trivium.target import select

    with waiting("importing the backends"):
        found = _shown(of_op(OPS[name], select(None)), command)
    also = f"\n\nthe mistake of that name\n  trivium mistakes {name}" if name in MISTAKES and not command else ""
    return found + also


def _shown(account: Account, command: str | None) -> str:
    from trivium.lessons.explanation import account_page
    from trivium.lessons.step import text

    return account_page(account, command) if command else text(account)
