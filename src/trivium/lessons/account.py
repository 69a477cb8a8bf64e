"""An account of one step: what it means, how its backward rule comes about, its numbers, every road's own code.

What goes wrong at an op is found by doing it wrong. Knows nothing of terminals or pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from trivium.backend import Array, Backend
from trivium.errors import SpecError, did_you_mean
from trivium.lessons.derivations import DERIVATIONS, Line
from trivium.lessons.equation import gathered
from trivium.lessons.symptom import Symptom, symptoms
from trivium.probe import draw
from trivium.report.phrase import listed
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.op import Op
from trivium.testing.trial import weighted
from trivium.zoo import uses

STYLES = {"numpy": "NumPy, by hand", "torch": "torch, a tape", "jax": "JAX, a transformation"}

MOST = 40
"""Nodes that are listed where a name is none of them."""


@dataclass(frozen=True)
class Account:
    """One step.

    meaning     formula, domain, kinks and the convention there
    derivation  empty for an op that somebody brought along
    gathered    its backward equations with the sums that the engine adds where an input was spread; else nothing
    arrays      each with what it is, in the order of the computation: in, out, cotangents coming back, cotangents given
    styles      the code or the tape of each road, by what the road is called
    mistakes    those that can be made at the op, with what each looks like; of a network's node, none
    users       networks of the zoo that have the op
    """

    equation: str
    within: str
    signature: str
    meaning: tuple[str, ...]
    differences: tuple[str, ...]
    derivation: tuple[Line, ...]
    arrays: tuple[tuple[str, Array], ...]
    styles: tuple[tuple[str, str], ...]
    gathered: str = ""
    mistakes: tuple[Symptom, ...] = ()
    users: tuple[str, ...] = ()


def of_node(spec: Spec, name: str, given: Mapping[str, Array], backends: Mapping[str, Backend]) -> Account:
    """A node with the numbers of the first backend's run. Raises SpecError where the spec has no such node."""
    node = _find(spec, name)
    road = next(iter(backends.values()))
    run = road.compile(spec)(given)
    inputs = tuple(run.values[n] for n in node.inputs)
    bars = tuple(run.gradients[n] for n in node.outputs)
    _, shares = road.replay(node.op, spec.attributes(node), inputs, bars)
    return Account(
        str(node),
        spec.name,
        node.op.signature.text,
        tuple(meaning(node.op)),
        node.op.differences,
        DERIVATIONS.get(node.op.name, ()),
        tuple(_arrays(spec, node, run.values, bars, shares)),
        tuple(_styles(spec, node, inputs, backends)),
        gathered(spec, node, run.values, road),
    )


def of_op(op: Op, backends: Mapping[str, Backend]) -> Account:
    """An op in its first case: random numbers, and a random gradient coming in from above."""
    spec = weighted(op, op.cases[0])
    found = of_node(spec, spec.nodes[0].name, draw(spec), backends)
    road = next(iter(backends.values()))
    return replace(found, within="", mistakes=tuple(symptoms(op, road)), users=tuple(uses().get(op.name, ())))


def meaning(op: Op) -> Iterator[str]:
    """What an op computes, where it is defined, and what it does at its kinks."""
    yield op.formula
    if op.domain:
        yield f"defined where {op.domain.text}"
    if op.kink:
        yield op.kink.text


def _find(spec: Spec, name: str) -> Node:
    if name in spec.producer:
        return spec.producer[name]
    if name in spec.givens:
        what = "a parameter" if spec.givens[name].parameter else "an input"
        readers = ", ".join(node.name for node in spec.consumers[name]) or "none"
        raise SpecError(f"{name!r} is {what} of {spec.name}, not a step; the steps that read it: {readers}")
    has = listed(spec.producer, most=MOST)
    raise SpecError(f"{spec.name} has no node {name!r} (it has: {has}){did_you_mean(name, spec.producer)}")


def _arrays(
    spec: Spec,
    node: Node,
    values: Mapping[str, Array],
    bars: tuple[Array, ...],
    shares: tuple[Array | None, ...],
) -> Iterator[tuple[str, Array]]:
    for role, name in zip(node.op.roles, node.inputs, strict=True):
        yield f"in: {role} = {name}" if role != name else f"in: {name}", values[name]
    for name in node.outputs:
        yield f"out: {name}", values[name]
    for name, bar in zip(node.outputs, bars, strict=True):
        yield f"gradient of {spec.loss} with respect to {name}, coming back", bar
    for name, share in zip(node.inputs, shares, strict=True):
        if share is not None:
            part = ", this step's part" if len(spec.consumers[name]) > 1 else ""
            yield f"gradient of {spec.loss} with respect to {name}{part}", share


def _styles(
    spec: Spec, node: Node, inputs: tuple[Array, ...], backends: Mapping[str, Backend]
) -> Iterator[tuple[str, str]]:
    for name, backend in backends.items():
        if node.op.name in backend.lacks:
            yield STYLES.get(name, name), f"it does not have {node.op.name}: {backend.lacks[node.op.name]}"
        else:
            yield STYLES.get(name, name), backend.style(node.op, spec.attributes(node), inputs)
