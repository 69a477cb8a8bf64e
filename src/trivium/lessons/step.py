"""A step, an op, or a whole network as plain text.

Knows nothing of how any backend works: each shows its own style.
"""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from trivium.backend import Array, Backend
from trivium.errors import counted
from trivium.lessons.account import Account
from trivium.lessons.derivations import Line
from trivium.lessons.equation import equations
from trivium.lessons.formula import plain
from trivium.report.array import summary
from trivium.spec.graph import Spec
from trivium.spec.signature import show

SMALL = 36
"""Entries of an array that is printed; of a larger one, what can be said in a line."""
WIDTH = 80
GATHERED = "backward here, with the sums that the engine adds"


def explain_network(spec: Spec, target: str, given: Mapping[str, Array], road: Backend) -> str:
    """Every step with its shapes: what it computes, and what the handwritten rule says of itself, forward and back."""
    values = road.compile(spec)(given).values
    sections = [
        [f"{spec.name}: {counted(len(spec.nodes), 'step')} to {spec.loss}", *_fed(spec)],
        ["forward"],
        ["backward"],
    ]
    for node in spec.nodes:
        shapes = ", ".join(show(spec.shapes[n]) for n in node.outputs)
        sections[1] += [f"  {node}    {shapes}", *_wrapped(node.op.formula, 6)]
    for node in reversed(spec.nodes):
        rule = equations(spec, node, values, road)
        sections[2] += [f"  back through {node}", *(line for text in rule for line in _wrapped(text, 6))]
    first = spec.nodes[0].name
    sections.append(
        ["One step with its numbers and every road's code:", shlex.join(["trivium", "explain", first, "--in", target])]
    )
    return "\n\n".join("\n".join(section) for section in sections)


def text(account: Account) -> str:
    """An account as it is printed."""
    within = f"    in {account.within}" if account.within else ""
    sections = [
        [f"{account.equation}{within}", *_said((account.signature, *account.meaning))],
        ["how its backward rule comes about", *_derived(account.derivation)] if account.derivation else [],
        [GATHERED, *_wrapped(account.gathered, 2)] if account.gathered else [],
        ["its numbers, in float64", *(line for title, x in account.arrays for line in _array(title, x))],
        *([style, *(f"  {line}".rstrip() for line in code.splitlines())] for style, code in account.styles),
        ["where a library's function of that name differs", *_said(account.differences)] if account.differences else [],
        ["what goes wrong here, and what it looks like", *_mistaken(account)] if account.mistakes else [],
        ["networks of the zoo that have it", *_wrapped(", ".join(account.users), 2)] if account.users else [],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _fed(spec: Spec) -> Iterator[str]:
    for name, g in spec.givens.items():
        kind = "parameter" if g.parameter else "input" if g.kind.name == "real" else f"input, {g.kind}"
        yield f"  {name} {show(g.shape)}    {kind}"


def _derived(lines: Iterable[Line]) -> Iterator[str]:
    """Why, and below it what follows."""
    for line in lines:
        yield from _wrapped(line.words, 2)
        yield from textwrap.wrap(plain(line.latex), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 8)


def _mistaken(account: Account) -> Iterator[str]:
    for m in account.mistakes:
        yield f"  {m.mistake}: {m.title}"
        yield from _wrapped(m.seen, 6)


def _said(said: Iterable[str]) -> Iterator[str]:
    for sentence in said:
        yield from textwrap.wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _wrapped(sentence: str, indent: int) -> list[str]:
    return textwrap.wrap(sentence, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent)


def _array(title: str, x: Array) -> Iterator[str]:
    yield f"  {title} {show(x.shape)}"
    if x.size > SMALL:
        yield f"    {summary(x)}"
        return
    with np.printoptions(precision=6, suppress=False, linewidth=76):
        yield from (f"    {line}" for line in str(x).splitlines())
