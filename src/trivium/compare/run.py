"""What one road computed, and where its numbers leave an op's domain or their precision's range.

Knows nothing of what any other road computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trivium.backend import DTYPES, Array, Evaluation
from trivium.compare.bound import magnitude
from trivium.spec.graph import Spec
from trivium.spec.node import Node


@dataclass(frozen=True)
class Run:
    """What one road computed at one point in one precision; `untapped` are the program's without taps."""

    point: str
    backend: str
    dtype: str
    spec: Spec
    evaluation: Evaluation
    untapped: Mapping[str, Array]

    def inputs(self, node: Node) -> tuple[Array, ...]:
        """What the node read, in this run."""
        return tuple(self.evaluation.values[n] for n in node.inputs)

    def cotangents(self, node: Node) -> tuple[Array, ...]:
        """What the node received from above, in this run."""
        return tuple(self.evaluation.gradients[n] for n in node.outputs)


@dataclass(frozen=True)
class OutOfRange:
    """A step that leaves its precision's range or its op's domain, at one entry: undecided, not wrong."""

    code: str
    run: Run
    tensor: str
    node: Node
    index: tuple[int, ...]
    value: float


def whole_nodes(run: Run, broken: frozenset[str]) -> list[Node]:
    """The nodes that neither read nor bind an array that is absent or misshapen."""
    return [node for node in run.spec.nodes if broken.isdisjoint((*node.inputs, *node.outputs))]


def leaves_domain(run: Run, broken: frozenset[str]) -> Iterator[OutOfRange]:
    """Every node of a run with an input outside its op's domain, at its first such entry."""
    for node in whole_nodes(run, broken):
        if node.op.domain is None:
            continue
        outside = node.op.domain.outside(run.spec.attributes(node), *run.inputs(node))
        for role, mask in outside.items():
            name = node.inputs[node.op.roles.index(role)]
            for place in np.argwhere(mask)[:1]:
                index = tuple(int(i) for i in place)
                yield OutOfRange("TV105", run, name, node, index, float(run.evaluation.values[name][index]))


def leaves_range(run: Run, given: Mapping[str, Array]) -> Iterator[OutOfRange]:
    """Every given with a number that is finite as it was fed, and past the largest number of the run's precision."""
    most = float(np.finfo(DTYPES[run.dtype]).max)
    for name, fed in given.items():
        readers = run.spec.consumers[name]
        if fed.dtype.kind == "f" and readers and not magnitude(fed) <= most:
            for place in np.argwhere(np.isfinite(fed) & (np.abs(fed) > most))[:1]:
                index = tuple(int(i) for i in place)
                yield OutOfRange("TV106", run, name, readers[0], index, float(fed[index]))
