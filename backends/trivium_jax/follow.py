"""JAX's program for a whole gradient, told by the nodes of the network: the equations that each one put into it.

A node's operations are traced under its name, which every equation that comes of them keeps, through the transformation
too: `jvp(g3)` on the way there, with what is kept for the way back, `transpose(jvp(g3))` on the way back. Knows nothing
of any op.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import jax
from jax.extend.core import Jaxpr, Literal, Var

from trivium.backend import Array
from trivium.spec.graph import Spec
from trivium.tally import differentiated
from trivium_jax.border import place, settings
from trivium_jax.transform import Natives, Step, Table, run_nodes, steps_of

HEAD = re.compile(r"^(?:in )?\{ lambda ;(.*?)\. let$", re.MULTILINE | re.DOTALL)
LETTER = re.compile(r"(\w+):\w+\[")
"""What a printed program reads, and what it calls one of these arrays."""
NOTHING = "no equation: nothing is computed here"


def follow(table: Table, spec: Spec, given: Mapping[str, Array]) -> dict[str, tuple[str, str]]:
    """By node: its part of the traced program of the loss and its gradient, on the way there and on the way back."""
    want = differentiated(spec)
    plain = steps_of(table, spec, {})
    steps = tuple(under(node.name, step) for node, step in zip(spec.nodes, plain, strict=True))

    def loss(wanted: Natives, rest: Natives) -> jax.Array:
        return run_nodes(spec, steps, rest | wanted, {})[spec.loss]

    with settings("float64"):
        placed = {name: place(g, "float64", given) for name, g in spec.givens.items()}
        wanted = {name: x for name, x in placed.items() if name in want.gradients}
        rest = {name: x for name, x in placed.items() if name not in wanted}
        program = jax.make_jaxpr(jax.value_and_grad(loss))(wanted, rest).jaxpr
        named = names(program)
        return {
            node.name: (part(program, named, f"jvp({node.name})"), part(program, named, f"transpose(jvp({node.name}))"))
            for node in spec.nodes
        }


def under(name: str, step: Step) -> Step:
    """The step, its equations under this name."""

    def under_its_name(*inputs: jax.Array) -> tuple[jax.Array, ...]:
        with jax.named_scope(name):
            return step(*inputs)

    return under_its_name


def names(program: Jaxpr) -> list[str]:
    """The name of every equation; one without (what a loop's transformation takes out of it) has its reader's."""
    found: list[str] = []
    readers: dict[Var, str] = {}
    for equation in reversed(program.eqns):
        own = str(equation.source_info.name_stack).partition("/")[0]
        name = own or next((readers[v] for v in equation.outvars if v in readers), "")
        readers |= dict.fromkeys(variables(equation.invars), name)
        found.append(name)
    return found[::-1]


def part(program: Jaxpr, named: Sequence[str], name: str) -> str:
    """The equations of this name as a program of their own: what they read, what they give on."""
    chosen = [e for e, n in zip(program.eqns, named, strict=True) if n == name]
    if not chosen:
        return NOTHING
    made = {v for e in chosen for v in e.outvars}
    read = dict.fromkeys(v for e in chosen for v in variables(e.invars) if v not in made)
    others = [e for e, n in zip(program.eqns, named, strict=True) if n != name]
    wanted = {v for e in others for v in variables(e.invars)} | set(variables(program.outvars))
    given_on = [v for e in chosen for v in e.outvars if v in wanted]
    whole: Any = program  # whose `replace` has no types
    text = str(whole.replace(constvars=[], invars=[*read], outvars=given_on, eqns=chosen))
    made_by = {v: source(n) for e, n in zip(program.eqns, named, strict=True) for v in e.outvars}
    return legend(text, [made_by.get(v, "what is fed in") for v in read]) + text


def source(name: str) -> str:
    """Whose numbers a variable holds, by the name of its equation."""
    inner = name.removeprefix("transpose(").removeprefix("jvp(").rstrip(")")
    return f"{inner}, coming back" if name.startswith("transpose(") else inner


def legend(text: str, sources: Sequence[str]) -> str:
    """A line that says what each letter that a program reads stands for, by the letters that it is printed with."""
    heads = HEAD.findall(text)  # of the programs that it calls, and its own, which is the last
    letters = LETTER.findall(heads[-1]) if heads else []
    of = {b: ", ".join(a for a, s in zip(letters, sources, strict=True) if s == b) for b in sources} if letters else {}
    return f"# {'; '.join(f'{a} of {b}' for b, a in of.items())}\n" if of else ""


def variables(atoms: Sequence[Var | Literal]) -> list[Var]:
    """Those that are no numbers."""
    return [v for v in atoms if isinstance(v, Var)]
