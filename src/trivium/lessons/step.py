"""One step of a network, explained: its equation, the numbers of a run, and how each backend derives it.

Knows nothing of command lines, nor of how any backend works: each shows its own style.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from trivium.backend import Array, Backend
from trivium.errors import SpecError, did_you_mean
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Op
from trivium.spec.signature import show
from trivium.testing.trial import weighted

SMALL = 36
"""Entries of an array that is printed; of a larger one, what can be said in a line."""
STYLES = {"numpy": "by hand", "torch": "a tape", "jax": "a transformation"}


def explain_step(spec: Spec, node: str, given: Mapping[str, Array], backends: Mapping[str, Backend]) -> str:
    """A node in plain text: equation, formula, the numbers of the first backend's run, and every backend's style.

    Raises SpecError where the spec has no such node.
    """
    found = _find(spec, node)
    road = next(iter(backends.values()))
    run = road.compile(spec)(given)
    inputs = tuple(run.values[n] for n in found.inputs)
    bars = tuple(run.gradients[n] for n in found.outputs)
    _, shares = road.replay(found.op, spec.attributes(found), inputs, bars)
    sections = [
        [f"{found}    in {spec.name}", *_meaning(found.op)],
        [f"its numbers ({road.name}, float64)", *_numbers(spec, found, inputs, run.values, bars, shares)],
        *(
            [f"{name}, {STYLES.get(name, 'its own way')}", style]
            for name, style in _styles(spec, found, inputs, backends)
        ),
    ]
    return "\n\n".join("\n".join(section) for section in sections)


def explain_op(op: Op, backends: Mapping[str, Backend]) -> str:
    """An op in plain text, in its first case: random numbers, and a random gradient coming in from above."""
    spec = weighted(op, op.cases[0])
    return explain_step(spec, spec.nodes[0].name, draw(spec), backends)


def _find(spec: Spec, name: str) -> Node:
    if name in spec.producer:
        return spec.producer[name]
    if name in spec.givens:
        what = "a parameter" if spec.givens[name].parameter else "an input"
        readers = ", ".join(node.name for node in spec.consumers[name]) or "none"
        raise SpecError(f"{name!r} is {what} of {spec.name}, not a step; the steps that read it: {readers}")
    raise SpecError(f"{spec.name} has no node {name!r}{did_you_mean(name, spec.producer)}")


def _meaning(op: Op) -> Iterator[str]:
    said = [op.signature.text, op.formula]
    said += [f"defined where {op.domain.text}"] if op.domain else []
    said += [op.kink.text] if op.kink else []
    for text in said:
        yield from textwrap.wrap(text, 80, initial_indent="  ", subsequent_indent="    ")


def _numbers(
    spec: Spec,
    node: Node,
    inputs: Iterable[Array],
    values: Mapping[str, Array],
    bars: Iterable[Array],
    shares: Iterable[Array | None],
) -> Iterator[str]:
    for role, name, x in zip(node.op.roles, node.inputs, inputs, strict=True):
        yield from _array(f"in: {role} = {name}" if role != name else f"in: {name}", x)
    for name in node.outputs:
        yield from _array(f"out: {name}", values[name])
    for name, bar in zip(node.outputs, bars, strict=True):
        yield from _array(f"gradient of {spec.loss} with respect to {name}, coming back", bar)
    for name, share in zip(node.inputs, shares, strict=True):
        if share is not None:
            part = ", this step's part" if len(spec.consumers[name]) > 1 else ""
            yield from _array(f"gradient of {spec.loss} with respect to {name}{part}", share)


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


def _styles(
    spec: Spec, node: Node, inputs: tuple[Array, ...], backends: Mapping[str, Backend]
) -> Iterator[tuple[str, str]]:
    for name, backend in backends.items():
        if node.op.name in backend.lacks:
            yield name, f"  it does not have {node.op.name}: {backend.lacks[node.op.name]}"
        else:
            text = backend.style(node.op, spec.attributes(node), inputs)
            yield name, "\n".join(f"  {line}".rstrip() for line in text.splitlines())
