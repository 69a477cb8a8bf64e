"""What numbers each given may hold, inherited from the roles of the ops that use it.

Knows nothing of the numbers themselves, nor of how one is drawn or checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trivium.errors import Problem, SpecError
from trivium.spec.node import Given, Node, bind_attributes
from trivium.spec.op import Kind
from trivium.spec.signature import Dims, Shape


@dataclass(frozen=True)
class Use:
    """One use of a name by a node: the numbers that the role takes, the fan-in there, and the node."""

    kind: Kind
    fan_in: int
    node: Node


def infer_kinds(
    givens: Iterable[tuple[str, str, Dims]],
    nodes: Iterable[Node],
    shapes: Mapping[str, Shape],
    sizes: Mapping[str, int],
) -> dict[str, Given]:
    """Every given with its kind and fan-in; SpecError where two uses contradict each other, or a label is computed."""
    uses = _uses(nodes, shapes, sizes)
    problems: list[Problem] = []
    found = {}
    for what, name, dims in givens:
        mine = uses.pop(name, [])
        fan_in = max((use.fan_in for use in mine), default=1)
        problems += [_trained(name, use) for use in mine[:1] if what == "parameter" and not use.kind.differentiable]
        found[name] = Given(name, dims, what == "parameter", shapes[name], _kind(name, mine, problems), fan_in)
    for name, others in uses.items():
        problems += [_computed(name, use) for use in others if not use.kind.differentiable]
    if problems:
        raise SpecError(*problems)
    return found


def _uses(nodes: Iterable[Node], shapes: Mapping[str, Shape], sizes: Mapping[str, int]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for node in nodes:
        dims, attrs = tuple(shapes[n] for n in node.inputs), bind_attributes(node, sizes)
        for role, name in zip(node.op.roles, node.inputs, strict=True):
            use = Use(node.op.kind(role, dims, attrs), node.op.fan(role, dims, attrs), node)
            found.setdefault(name, []).append(use)
    return found


def _kind(name: str, uses: list[Use], problems: list[Problem]) -> Kind:
    """The narrowest kind that serves every use; a conflict is a problem."""
    result: Kind | None = None
    for use in uses:
        both = use.kind if result is None else narrower(result, use.kind)
        if both is None:
            message = f"{name!r} cannot be both {result} (as the node {uses[0].node} has it) and {use.kind}"
            problems.append(Problem(message, f"node {use.node}"))
            break
        result = both
    return result or Kind()


def _trained(name: str, use: Use) -> Problem:
    wanted = f"{use.node.op.name} takes {use.kind} there, which has no gradient to train it: make it an input"
    return Problem(f"{name!r} is a parameter, but {wanted}", f"node {use.node}", use.node.op.signature.text)


def _computed(name: str, use: Use) -> Problem:
    wanted = f"{use.node.op.name} takes {use.kind} there, which has no gradient: it is given, not computed"
    return Problem(f"{name!r} is computed, but {wanted}", f"node {use.node}", use.node.op.signature.text)


def narrower(a: Kind, b: Kind) -> Kind | None:
    """The kind that serves two uses of one given, or None where they contradict each other."""
    if a == b:
        return a
    if a.name == b.name == "index":
        return Kind("index", min(a.below or 0, b.below or 0), a.besides if a.besides == b.besides else None)
    if "sign" in (a.name, b.name) and "real" in (a.name, b.name):
        return Kind("sign")
    if a.name in NARROWER and b.name in NARROWER:
        return max(a, b, key=lambda k: NARROWER[k.name])
    return None


NARROWER = {"real": 0, "above -1": 1, "positive": 2, "unit": 3, "simplex": 4}
"""Kinds that contain one another, widest first: real > above -1 > positive > unit > simplex."""
