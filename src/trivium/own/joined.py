"""A bias that a person keeps as one more row or column of its weight, beside a network that has both.

Knows nothing of gradients but that they are joined as the numbers are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trivium.backend import Array
from trivium.own.calling import Told
from trivium.own.judge import Noise
from trivium.own.naming import meant
from trivium.spec.graph import Spec

WEIGHTS = {"affine": ("c", "w", 1), "linear": ("c", "w", 1)}
"""Of ops that have both: the bias's role, the weight's, and the axis of the weight that is summed over."""


@dataclass(frozen=True)
class Joint:
    """One weight with its bias: along which axis, as the person has it, and whether the bias comes first."""

    weight: str
    bias: str
    axis: int
    first: bool

    def apart(self, x: Array) -> tuple[Array, Array]:
        """The weight, and the bias as one axis."""
        at = 0 if self.first else x.shape[self.axis] - 1
        return np.delete(x, at, self.axis), np.take(x, at, self.axis)

    def together(self, weight: Array, bias: Array) -> Array:
        row = np.expand_dims(bias.reshape(-1), self.axis)
        parts = (row, weight) if self.first else (weight, row)
        return np.concatenate(parts, axis=self.axis)


def joints(spec: Spec, missing: Sequence[str], *, turned: frozenset[str], first: bool) -> tuple[Joint, ...] | None:
    """The weights that may hold what is missing; None where something is missing that no weight can hold."""
    found = [_joint(spec, name, turned=turned, first=first) for name in missing]
    return tuple(j for j in found if j is not None) if all(found) else None


def _joint(spec: Spec, bias: str, *, turned: frozenset[str], first: bool) -> Joint | None:
    """The weight whose product a parameter is added to."""
    if bias not in dict(spec.parameters) or len(spec.consumers[bias]) != 1:
        return None
    (node,) = spec.consumers[bias]
    roles = dict(zip(node.op.roles, node.inputs, strict=False))
    if node.op.name in WEIGHTS:
        role, weight, axis = WEIGHTS[node.op.name]
        return _lying(roles[weight], bias, axis, turned, first=first) if roles.get(role) == bias else None
    if node.op.name != "add":
        return None
    product = spec.producer.get(next(n for n in node.inputs if n != bias))
    if product is None or product.op.name != "matmul":
        return None
    weights = [i for i, n in enumerate(product.inputs) if n in dict(spec.parameters)]
    if len(weights) != 1:
        return None
    axis = 1 - weights[0]  # what a product sums over: the last axis of its first matrix, the first of its second
    return _lying(product.inputs[weights[0]], bias, axis, turned, first=first)


def _lying(weight: str, bias: str, axis: int, turned: frozenset[str], *, first: bool) -> Joint:
    """A weight with its bias, as the person has it: the network's axis, or the other one."""
    return Joint(weight, bias, 1 - axis if weight in turned else axis, first)


def apart(joined: Sequence[Joint], arrays: Mapping[str, Array], names: Mapping[str, str]) -> dict[str, Array]:
    """A person's arrays with each bias by itself; `names` are the network's."""
    found = dict(arrays)
    for joint in joined:
        said = next((n for n, m in names.items() if m == joint.weight and n in found), None)
        if said is not None and found[said].ndim == 2:
            found[said], found[joint.bias] = joint.apart(found[said])
    return found


def told_apart(joined: Sequence[Joint], told: Told, heard: Noise, spec: Spec) -> tuple[Told, Noise]:
    """What a person's code says, with the gradient of each bias by itself."""
    if not joined:
        return told, heard
    names = {n: m for n in told.gradients if (m := meant(n, spec.givens)) is not None}
    gradients = apart(joined, told.gradients, names)
    response = apart(joined, heard.response, names)
    return replace(told, gradients=gradients), Noise(heard.dtype, response)
