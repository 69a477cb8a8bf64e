"""What JAX's transformation keeps and costs for one gradient: the residuals of `jax.vjp`, and its programs' equations.

Knows nothing of any op. The programs are as JAX traces them: XLA compiles forward and back as one, and may merge
equations, or compute a residual again and never store it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

from trivium.backend import Array, loss_alone
from trivium.spec.graph import Spec
from trivium.tally import Kept, Tally, differentiated
from trivium_jax.border import place, settings
from trivium_jax.program import compiled
from trivium_jax.transform import Natives, Table, run_nodes, steps_of

LOOPS = frozenset({"scan", "while"})


def tally(table: Table, spec: Spec, given: Mapping[str, Array]) -> Tally:
    """What tracing tells, and what XLA says of its two programs, unless a loop is in them: it counts a body once."""
    counted, program = traced(table, spec, given)
    return counted if loops(program) else replace(counted, flops=flops(table, spec))


def traced(table: Table, spec: Spec, given: Mapping[str, Array]) -> tuple[Tally, Jaxpr]:
    """The vjp of the loss, traced in two programs: one to the loss and its residuals, one from these to the gradient.

    Equations count as often as they run, those of a scan's body once a turn; in place of a call, what is called counts.
    The first program comes back too.
    """
    want, steps = differentiated(spec), steps_of(table, spec, {})

    def forward(wanted: Natives, rest: Natives) -> tuple[jax.Array, Any, Natives]:
        def loss(wanted: Natives) -> tuple[jax.Array, Natives]:
            values = run_nodes(spec, steps, rest | wanted, {})
            return values[spec.loss], values

        seed, pull, values = jax.vjp(loss, wanted, has_aux=True)
        return seed, pull, values

    with settings("float64"):
        placed = {name: place(g, "float64", given) for name, g in spec.givens.items()}
        wanted = {name: x for name, x in placed.items() if name in want.gradients}
        rest = {name: x for name, x in placed.items() if name not in wanted}
        there, shapes = jax.make_jaxpr(forward, return_shape=True)(wanted, rest)
        back = jax.make_jaxpr(lambda pull, seed: pull(seed))(shapes[1], shapes[0])
        _, pull, values = jax.tree.unflatten(jax.tree.structure(shapes), there.jaxpr.outvars)
    found = kept(spec, there.jaxpr, jax.tree.leaves(pull), values)
    return Tally(found, equations(there.jaxpr), equations(back.jaxpr), "equations"), there.jaxpr


def kept(spec: Spec, program: Jaxpr, residuals: list[Any], values: Mapping[str, Any]) -> tuple[Kept, ...]:
    """The residuals, each variable of the program once."""
    names: dict[int, str] = {}
    for name in spec.shapes:
        _ = names.setdefault(id(values[name]), name)
    makers = {id(variable): f"by {maker(e)}" for e in program.eqns for variable in e.outvars}
    found: dict[int, Kept] = {}
    for i, variable in enumerate(residuals):
        name, kind = names.get(id(variable), ""), variable.aval
        constant = f"the number {variable.val}" if isinstance(variable, Literal) else "a constant"
        what = f"residual {i}" + ("" if name else f", {makers.get(id(variable), constant)}")
        entry = Kept(what, name, kind.shape, kind.size * kind.dtype.itemsize, name in spec.givens)
        _ = found.setdefault(id(variable), entry)
    return tuple(found.values())


def maker(equation: JaxprEqn) -> str:
    """What an equation does, or the name of the function that it calls."""
    return str(equation.params.get("name", equation.primitive.name))


def equations(program: Jaxpr) -> int:
    """How many equations run, those of the programs inside counted in place of what calls them."""
    count = 0
    for equation in program.eqns:
        called = [equations(part) for part in inside(equation)]
        count += sum(called) * equation.params.get("length", 1) if called else 1
    return count


def inside(equation: JaxprEqn) -> Iterator[Jaxpr]:
    """The programs that an equation calls: of a jit, a loop, a rule of its own; a scatter's sum is no such."""
    for part in jax.tree.leaves(list(equation.params.values())):
        if isinstance(part, ClosedJaxpr):
            yield part.jaxpr


def loops(program: Jaxpr) -> bool:
    """Whether a loop stands anywhere in it."""
    return any(equation.primitive.name in LOOPS or any(map(loops, inside(equation))) for equation in program.eqns)


def flops(table: Table, spec: Spec) -> tuple[float, float] | None:
    """XLA's count for the loss, and for loss and gradient, of the programs that this road runs."""
    counts = [
        counted_in(compiled(table, spec, dtype="float64", want=want, tamper=None, optimized=False).execute)
        for want in (loss_alone(spec), differentiated(spec))
    ]
    loss, gradient = counts
    return None if loss is None or gradient is None else (loss, gradient)


def counted_in(executable: Any) -> float | None:
    """The floating-point operations that XLA counts in a compiled program, where it does."""
    count: float | None = (executable.cost_analysis() or {}).get("flops")
    return count
