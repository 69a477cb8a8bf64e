"""A step, an op, or a whole network as plain text.

Knows nothing of command lines, nor of how any backend works: each shows its own style.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from trivium.backend import Array, Backend
from trivium.lessons.account import Account, of_node, of_op
from trivium.lessons.derivations import DERIVATIONS, Line
from trivium.lessons.formula import plain
from trivium.spec.graph import Spec
from trivium.spec.op import Op
from trivium.spec.signature import show

SMALL = 36
"""Entries of an array that is printed; of a larger one, what can be said in a line."""
WIDTH = 80
BAR = re.compile(r"\\bar\s*\{?(\w+)")


def explain_step(spec: Spec, node: str, given: Mapping[str, Array], backends: Mapping[str, Backend]) -> str:
    """A node in plain text: equation, formula, the numbers of the first backend's run, and every backend's style.

    Raises SpecError where the spec has no such node.
    """
    return text(of_node(spec, node, given, backends))


def explain_op(op: Op, backends: Mapping[str, Backend]) -> str:
    """An op in plain text, in its first case: random numbers, and a random gradient coming in from above."""
    return text(of_op(op, backends))


def explain_network(spec: Spec, target: str) -> str:
    """Every step with its shapes: forward what it computes, backward what its rule returns."""
    sections = [[f"{spec.name}: {len(spec.nodes)} steps to {spec.loss}", *_fed(spec)], ["forward"], ["backward"]]
    for node in spec.nodes:
        shapes = ", ".join(show(spec.shapes[n]) for n in node.outputs)
        sections[1] += [f"  {node}    {shapes}", *_wrapped(node.op.formula, 6)]
    for node in reversed(spec.nodes):
        sections[2].append(f"  back through {node}")
        for rule in _rules(node.op):
            sections[2] += _wrapped(rule, 6)
    first = spec.nodes[0].name
    sections.append(["One step with its numbers and every road's code:", f"trivium explain {first} --in {target}"])
    return "\n\n".join("\n".join(section) for section in sections)


def text(account: Account) -> str:
    """An account as it is printed."""
    within = f"    in {account.within}" if account.within else ""
    sections = [
        [f"{account.equation}{within}", *_said((account.signature, *account.meaning))],
        ["how its backward rule comes about", *_derived(account.derivation)] if account.derivation else [],
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


def _rules(op: Op) -> list[str]:
    """What a derivation ends in: from its end, the lines that say a gradient of which nothing later is said."""
    found: list[str] = []
    said: set[str] = set()
    for line in reversed(DERIVATIONS.get(op.name, ())):
        names = {str(n) for part in line.latex.split(",") for n in BAR.findall(part.partition("=")[0])}
        if line.latex.startswith(r"\bar") and not all(n in said or n.partition("_")[0] in said for n in names):
            found.append(plain(line.latex))
            said |= names
    return found[::-1]


def _derived(lines: Iterable[Line]) -> Iterator[str]:
    """Formulas in the margin, and under each why."""
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
        yield f"    {_summary(x)}"
        return
    with np.printoptions(precision=6, suppress=False, linewidth=76):
        yield from (f"    {line}" for line in str(x).splitlines())


def _summary(x: Array) -> str:
    if x.dtype.kind != "f":
        return f"{x.size:,} entries from {x.min()} to {x.max()}"
    rms = float(np.sqrt(np.mean(np.square(x))))
    return f"{x.size:,} entries from {x.min():.4g} to {x.max():.4g}, root mean square {rms:.4g}"
