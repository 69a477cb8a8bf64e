"""`trivium ops`: the vocabulary, and one word of it in full.

Knows nothing of networks.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from trivium.cli.cure import OPERATIONS, cured
from trivium.cli.stream import say
from trivium.errors import SpecError, did_you_mean
from trivium.ops import FAMILIES, OPS
from trivium.spec.attribute import REQUIRED, Attribute
from trivium.spec.op import Kind, Op


def ops(
    op: Annotated[str | None, typer.Argument(metavar="OP", help="One operation, in full.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> int:
    """List the operations that a network can use."""
    chosen = [find(op)] if op else list(OPS.values())
    if as_json:
        documents = [plain(o) for o in chosen]
        say(json.dumps(documents[0] if op else documents, indent=2))
    else:
        say("\n".join(entry(chosen[0]) if op else listing()))
    return 0


def find(name: str) -> Op:
    """An op of the vocabulary; SpecError with the nearest name where there is none."""
    if name not in OPS:
        raise cured(SpecError(f"no op {name!r}{did_you_mean(name, OPS)}"), OPERATIONS)
    return OPS[name]


def listing() -> Iterator[str]:
    """Every op, by family."""
    for family, members in FAMILIES.items():
        yield family
        for op in members:
            yield f"  {call(op)}"
            yield from textwrap.wrap(op.formula, 80, initial_indent=" " * 6, subsequent_indent=" " * 6)
        yield ""
    yield "A letter is a size, the same wherever it stands; *s is any shape. One operation in full:"
    yield "trivium ops squared_error"


def call(op: Op) -> str:
    """The signature, and the attributes with it: how the op is written."""
    attributes = "".join(f", {a.name}{'' if a.default is REQUIRED else f'={a.default!r}'}" for a in op.attributes)
    head, _, tail = op.signature.text.partition(") ->")
    return f"{head}{attributes.removeprefix(', ') if head.endswith('(') else attributes}) ->{tail or ' a number'}"


def entry(op: Op) -> Iterator[str]:
    """One op in full."""
    family = next(name for name, members in FAMILIES.items() if op in members)
    rows = [("written", call(op)), ("means", op.formula), ("family", family)]
    rows += [("attribute", attribute(a)) for a in op.attributes]
    rows += [("takes", f"{role}: {kind_text(kind)}") for role, kind in op.kinds.items()]
    rows += [("defined", f"where {op.domain.text}; elsewhere a check is undecided")] if op.domain else []
    rows += [("kink", f"{op.kink.text}; whose is whose is reported as a convention")] if op.kink else []
    for label, text in rows:
        yield from textwrap.wrap(text, 80, initial_indent=f"{label:<11}", subsequent_indent=" " * 11)
    yield ""
    yield f"trivium explain {op.name}"


def attribute(a: Attribute) -> str:
    """An attribute: its name, what it takes, and its default."""
    what = f"one of {', '.join(map(repr, a.choices))}" if a.choices else KINDS.get(a.kind, a.kind)
    default = "to be stated" if a.default is REQUIRED else f"{a.default!r} if not said"
    return f"{a.name}: {what}; {default}"


def kind_text(kind: Any) -> str:
    """The numbers that a role takes."""
    return str(kind) if isinstance(kind, Kind) else "integers from 0, below the number of classes"


def plain(op: Op) -> dict[str, Any]:
    """One op as JSON has it."""
    return {
        "name": op.name,
        "family": next(name for name, members in FAMILIES.items() if op in members),
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
    }


KINDS = {
    "bool": "True or False",
    "int": "an integer",
    "float": "a number",
    "str": "a text",
    "axis": "an axis number, counted from 0 or from the end, or None",
    "axes": "an axis number, a tuple of them, or None for all",
    "shape": "a shape such as 'N 6'",
}
