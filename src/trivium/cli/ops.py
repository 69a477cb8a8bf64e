"""`trivium ops`: the vocabulary, and one word of it in full.

Knows nothing of networks.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from trivium.cli.cure import OPERATIONS, cured
from trivium.cli.stream import say
from trivium.errors import SpecError
from trivium.ops import FAMILIES, OPS
from trivium.spec.attribute import REQUIRED, Attribute
from trivium.spec.expression import called_here
from trivium.spec.op import Kind, Op
from trivium.zoo import uses


def ops(
    op: Annotated[str | None, typer.Argument(metavar="OP", help="One operation, in full.")] = None,
    *,
    differences: Annotated[
        bool, typer.Option("--differences", help="Where a library's function of that name computes something else.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> int:
    """List the operations that a network can use."""
    chosen = [find(op)] if op else list(OPS.values())
    if differences and not as_json:
        say("\n".join(elsewhere(chosen)))
    elif as_json:
        documents = [plain(o) for o in chosen]
        say(json.dumps(documents[0] if op else documents, indent=2))
    else:
        say("\n".join(entry(chosen[0]) if op else listing()))
    return 0


def find(name: str) -> Op:
    """An op of the vocabulary; SpecError with the nearest name where there is none."""
    if name not in OPS:
        raise cured(SpecError(f"no op {name!r}{called_here(name, OPS)}"), OPERATIONS)
    return OPS[name]


def listing() -> Iterator[str]:
    """Every op, by family: how it is written, what it means, its kinks, and which networks of the zoo use it."""
    users = uses()
    for family, members in FAMILIES.items():
        yield family
        for op in members:
            yield f"  {call(op)}"
            kink = [f"Kink: {op.kink.text}."] if op.kink else []
            used = [f"In zoo: {', '.join(users[op.name])}."] if op.name in users else []
            for text in (op.formula, *kink, *used):
                yield from wrapped(text, " " * 6)
        yield ""
    yield "A letter is a size, the same wherever it stands; *s is any shape. One operation in full:"
    yield "trivium ops squared_error"


def elsewhere(chosen: Sequence[Op]) -> Iterator[str]:
    """Where torch, JAX or others mean something else by a name."""
    yield "Where a library's function of the name computes something else than the definition here:"
    for op in chosen:
        if op.differences:
            yield ""
            yield op.name
            yield from wrapped(op.formula, "  ")
            for sentence in op.differences:
                yield from textwrap.wrap(sentence, 80, initial_indent="  - ", subsequent_indent="    ")
    if not any(op.differences for op in chosen):
        yield "nowhere, as far as is known"


def wrapped(text: str, indent: str) -> list[str]:
    """A text as lines of at most 80 columns."""
    return textwrap.wrap(text, 80, initial_indent=indent, subsequent_indent=indent)


def call(op: Op) -> str:
    """The signature, and the attributes with it: how the op is written."""
    attributes = "".join(f", {a.name}{'' if a.default is REQUIRED else f'={a.default!r}'}" for a in op.attributes)
    head, _, tail = op.signature.text.partition(") ->")
    return f"{head}{attributes.removeprefix(', ') if head.endswith('(') else attributes}) ->{tail or ' a number'}"


def entry(op: Op) -> Iterator[str]:
    """One op in full."""
    family = family_of(op)
    rows = [("written", call(op)), ("means", op.formula), ("family", family)]
    rows += [("attribute", attribute(a)) for a in op.attributes]
    rows += [("takes", f"{role}: {kind_text(op, role)}") for role in op.kinds]
    rows += [("defined", f"where {op.domain.text}; elsewhere a check is undecided")] if op.domain else []
    rows += [("kink", f"{op.kink.text}; whose is whose is reported as a convention")] if op.kink else []
    rows += [("source", op.source)] if op.source else []
    rows += [("elsewhere", f"called {', '.join(op.elsewhere)}")] if op.elsewhere else []
    rows += [("differs", sentence) for sentence in op.differences]
    users = uses().get(op.name, [])
    rows += [("in zoo", ", ".join(users))] if users else []
    for label, text in rows:
        yield from textwrap.wrap(text, 80, initial_indent=f"{label:<11}", subsequent_indent=" " * 11)
    yield ""
    yield f"trivium explain {op.name}"


def family_of(op: Op) -> str:
    return next(name for name, members in FAMILIES.items() if op in members)


def attribute(a: Attribute) -> str:
    """An attribute: its name, what it takes, and its default."""
    what = f"one of {', '.join(map(repr, a.choices))}" if a.choices else KINDS.get(a.kind, a.kind)
    default = "to be stated" if a.default is REQUIRED else f"{a.default!r} if not said"
    return f"{a.name}: {what}; {default}"


def kind_text(op: Op, role: str) -> str:
    """The numbers that a role takes: its kind, or those that it has in the op's cases."""
    if isinstance(op.kinds[role], Kind):
        return str(op.kinds[role])
    bound = ((case.shapes, op.bind(op.complete(case.attrs), {})) for case in op.cases)
    names = dict.fromkeys(op.kind(role, shapes, attrs).name for shapes, attrs in bound)
    said = {"index": "integers from 0, below a size"}
    return " or ".join(said.get(name, name) for name in names) + (", by the attributes" if len(names) > 1 else "")


def plain(op: Op) -> dict[str, Any]:
    """One op as JSON has it."""
    return {
        "name": op.name,
        "family": family_of(op),
        "signature": op.signature.text,
        "formula": op.formula,
        "attributes": [
            {
                "name": a.name,
                "kind": a.kind,
                "required": a.default is REQUIRED,
                "default": None if a.default is REQUIRED else a.default,
                "choices": list(a.choices),
            }
            for a in op.attributes
        ],
        "domain": op.domain.text if op.domain else None,
        "kink": op.kink.text if op.kink else None,
        "source": op.source,
        "elsewhere": list(op.elsewhere),
        "differences": list(op.differences),
    }


KINDS = {
    "bool": "True or False",
    "int": "an integer",
    "float": "a number",
    "str": "a text",
    "axis": "an axis number, counted from 0 or from the end, or None",
    "axes": "an axis number, a tuple of them, or None for all",
    "shape": "a shape such as 'N 6'",
    "size": "one size, such as 6 or 'h'",
    "ints": "an integer or a tuple of them",
    "whole": "an integer or None",
    "scale": "a number, or '1/sqrt(d)'",
}
