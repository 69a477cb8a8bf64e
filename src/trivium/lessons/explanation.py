"""A step, an op, or a whole network as a page that stands alone.

Knows nothing of HTML but the template beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trivium.backend import Array, Backend
from trivium.errors import counted
from trivium.lessons.account import Account, of_node
from trivium.lessons.formula import mathml
from trivium.lessons.tensor import tensor
from trivium.report.graph import drawn
from trivium.report.web import rendered
from trivium.spec.graph import Spec
from trivium.spec.signature import show


def account_page(account: Account, command: str) -> str:
    """The page of one step, or of an op."""
    return _page(account.equation, account.within or "an operation", command, [_shown(account, "", "")], None)


def network_page(spec: Spec, given: Mapping[str, Array], backends: Mapping[str, Backend], command: str) -> str:
    """The network as a drawn graph with shapes, and every step of it, forward and backward."""
    accounts = [
        _shown(
            of_node(spec, node.name, given, backends), node.name, ", ".join(show(spec.shapes[n]) for n in node.outputs)
        )
        for node in spec.nodes
    ]
    heading = f"{spec.name}: {counted(len(spec.nodes), 'step')} to {spec.loss}"
    return _page(heading, spec.name, command, accounts, drawn(spec))


def _page(heading: str, name: str, command: str, accounts: list[dict[str, Any]], graph: str | None) -> str:
    return rendered(
        "lessons",
        "explain.html.j2",
        {
            "whole": True,
            "name": name,
            "title": heading,
            "heading": heading,
            "command": command,
            "accounts": accounts,
            "graph": graph,
        },
    )


def _shown(account: Account, name: str, shapes: str) -> dict[str, Any]:
    return {
        "name": name,
        "equation": account.equation,
        "shapes": shapes,
        "signature": account.signature,
        "meaning": account.meaning,
        "gathered": account.gathered,
        "differences": account.differences,
        "derivation": [(line.words, mathml(line.latex)) for line in account.derivation],
        "tensors": [tensor(title, x) for title, x in account.arrays],
        "styles": account.styles,
        "mistakes": account.mistakes,
        "users": account.users,
    }
