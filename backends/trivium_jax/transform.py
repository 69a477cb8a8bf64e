"""The road itself: a spec becomes one JAX function, and JAX transforms it (vjp for gradients, jvp for tangents, jit).

Knows nothing of any op's mathematics, which stands in the families' tables, nor of other roads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp

from trivium.backend import Array, Tamper, Want, watched
from trivium.errors import BackendError, InternalError, did_you_mean
from trivium.ops import FAMILIES
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Attributes, Literal, Op
from trivium.spec.signature import Shape, show
from trivium_jax.border import host, hosts, settings, widened

Natives = dict[str, jax.Array]
Result = tuple[Natives, Natives]
"""Values and gradients, by name, on the device."""
Step = Callable[..., tuple[jax.Array, ...]]

Table = Mapping[str, Callable[..., Any]]
OPERATIONS: Table = MappingProxyType(
    {name: f for family in FAMILIES for name, f in import_module(f"trivium_jax.{family}").OPERATIONS.items()}
)
Options = dict[str, bool | str]
QUICK: Options = {"xla_backend_optimization_level": "0"}
"""Compiler options of a check, which runs a program a few times: compilation is what it pays for."""


def operation_of(table: Table, op: Op) -> Callable[..., Any]:
    """What computes an op; BackendError where the table lacks it."""
    if op.name not in table:
        raise BackendError(f"backend 'jax' has no op {op.name!r}{did_you_mean(op.name, table)}")
    return table[op.name]


def step_of(function: Callable[..., Any], attrs: Attributes) -> Step:
    """One op as a function of arrays that always returns a tuple."""
    operation = partial(function, **attrs)

    def step(*inputs: jax.Array) -> tuple[jax.Array, ...]:
        outputs = operation(*inputs)
        return outputs if isinstance(outputs, tuple) else (outputs,)

    return step


def step_vjp(
    step: Step, inputs: tuple[jax.Array, ...], y_bars: tuple[jax.Array, ...]
) -> tuple[tuple[jax.Array, ...], tuple[jax.Array | None, ...]]:
    """A step's outputs, and the cotangent of each input: None for a label or a mask."""
    smooth = [i for i, x in enumerate(inputs) if jnp.issubdtype(x.dtype, jnp.floating)]

    def of_smooth(*xs: jax.Array) -> tuple[jax.Array, ...]:
        moved = dict(zip(smooth, xs, strict=True))
        return step(*(moved.get(i, x) for i, x in enumerate(inputs)))

    outputs, pull = jax.vjp(of_smooth, *(inputs[i] for i in smooth))
    x_bars = dict(zip(smooth, pull(y_bars), strict=True))
    return outputs, tuple(x_bars.get(i) for i in range(len(inputs)))


def tampered(step: Step, mistake: Tamper) -> Step:
    """The step with a planted mistake around its vjp. Runs outside jit, where a cotangent is a number in hand.

    `jax.pure_callback` would carry it out of a compiled program, but on a thread of its own, which does not know of the
    caller's `jax.enable_x64`: float64 arrives there as float32.
    """

    @jax.custom_vjp
    def planted(*inputs: jax.Array) -> tuple[jax.Array, ...]:
        return step(*inputs)

    def forward(*inputs: jax.Array) -> tuple[tuple[jax.Array, ...], Any]:
        outputs = step(*inputs)
        return outputs, (inputs, outputs)

    def backward(saved: Any, y_bars: tuple[jax.Array, ...]) -> tuple[jax.Array | None, ...]:
        inputs, outputs = saved
        _, x_bars = step_vjp(step, inputs, y_bars)
        right = tuple(b if b is None else host(b) for b in x_bars)
        wrong = mistake(hosts(inputs), hosts(outputs), hosts(y_bars), right)
        return tuple(b if b is None else jnp.asarray(b, x.dtype) for b, x in zip(wrong, inputs, strict=True))

    planted.defvjp(forward, backward)  # pyright: ignore[reportUnusedCallResult]  mypy knows that it returns None
    return planted


def steps_of(table: Table, spec: Spec, tamper: Mapping[str, Tamper]) -> tuple[Step, ...]:
    """One function for each node; BackendError where a mistake is to be planted at a node that does not exist."""
    names = [node.name for node in spec.nodes]
    for name in tamper:
        if name not in names:
            raise BackendError(f"no node {name!r} to tamper with{did_you_mean(name, names)}")
    plain = {node.name: step_of(operation_of(table, node.op), spec.attributes(node)) for node in spec.nodes}
    return tuple(tampered(plain[n], watched("jax", n, tamper[n])) if n in tamper else plain[n] for n in names)


def run_nodes(spec: Spec, steps: tuple[Step, ...], given: Natives, taps: Natives) -> Natives:
    """The value of every name. A tap is added to its node's output: the tap's gradient is that output's."""
    values = dict(given)
    for node, step in zip(spec.nodes, steps, strict=True):
        outputs = step(*(values[name] for name in node.inputs))
        for name, y in zip(node.outputs, outputs, strict=True):
            check_shape(spec, node, name, y.shape)
            values[name] = y + taps[name] if name in taps else y
    return values


def check_shape(spec: Spec, node: Node, name: str, found: Shape) -> None:
    """InternalError where a table's operation does not return the shape of its op: adding a tap would hide it."""
    if found != spec.shapes[name]:
        raise InternalError(f"jax computes {node} with shape {show(found)}; its shape is {show(spec.shapes[name])}")


def transformed(spec: Spec, want: Want, steps: tuple[Step, ...]) -> Callable[[Natives, jax.Array], Result]:
    """The function of (givens, loss's cotangent) that returns what is wanted: `value_and_grad` with its seed left open.

    Without a gradient wanted it is the forward pass; with none but givens' wanted it has no taps.
    """

    def pulled_back(given: Natives, seed: jax.Array) -> Result:
        # A tap is minus zero, which added to any number, zero of either sign included, gives that number.
        taps = {n: jnp.full(spec.shapes[n], -0.0, seed.dtype) for n in spec.producer if n in want.gradients}
        wanted = {n: x for n, x in given.items() if n in want.gradients}

        def loss(wanted: Natives, taps: Natives) -> tuple[jax.Array, Natives]:
            values = run_nodes(spec, steps, given | wanted, taps)
            return values[spec.loss], {n: values[n] for n in want.values}

        _, pull, values = jax.vjp(loss, wanted, taps, has_aux=True)
        of_givens, of_nodes = pull(seed)
        return values, of_givens | of_nodes

    def forward_only(given: Natives, seed: jax.Array) -> Result:
        values = run_nodes(spec, steps, given, {})
        return {n: values[n] for n in want.values}, {}

    return pulled_back if want.gradients else forward_only


def pushed_forward(table: Table, spec: Spec, given: Natives, given_dot: Natives) -> Natives:
    """The tangent of every node output, along tangents of some of the givens."""
    steps = steps_of(table, spec, {})

    def outputs(moving: Natives) -> Natives:
        values = run_nodes(spec, steps, given | moving, {})
        return {name: values[name] for name in spec.producer}

    tangents: Natives
    _, tangents = jax.jvp(outputs, ({n: given[n] for n in given_dot},), (given_dot,))
    return tangents


def replay(
    table: Table, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...]
) -> tuple[tuple[Array, ...], tuple[Array | None, ...]]:
    """One op alone, in float64: its outputs and its input cotangents."""
    with settings("float64"):
        pull = replayed(operation_of(table, op), tuple(sorted(attrs.items())))
        outputs, x_bars = pull(tuple(map(widened, inputs)), tuple(map(widened, cotangents)))
        return hosts(outputs), tuple(b if b is None else host(b) for b in x_bars)


@cache
def replayed(function: Callable[..., Any], attrs: tuple[tuple[str, Literal], ...]) -> Callable[..., Any]:
    """The compiled vjp of one op, kept because a check replays the same few ops at many values."""
    return jax.jit(partial(step_vjp, step_of(function, dict(attrs))), compiler_options=QUICK)
