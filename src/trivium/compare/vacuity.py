"""What a check could not have shown: gradients zero by construction, symmetric numbers, names that reach nothing.

Knows nothing of residuals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from trivium.backend import Array
from trivium.compare.comparison import FORWARD, End, Finding, Step
from trivium.spec.graph import Spec


def warnings(
    spec: Spec, points: Sequence[tuple[str, Mapping[str, Array]]], steps: Sequence[Step], ends: Sequence[End]
) -> Iterator[Finding]:
    """Everything that makes a check weaker than it looks."""
    yield from _reaches_nothing(spec)
    yield from _zero_gradients(spec, ends)
    yield from _nothing_but_rounding(steps)
    for point, given in points:
        for name, array in given.items():
            yield from _symmetric(point, name, array)


def _warn(code: str, message: str, *, node: str = "", point: str = "") -> Finding:
    return Finding(code, "warning", message, node=node, seen=((point, ""),) if point else ())


def _reaches_nothing(spec: Spec) -> Iterator[Finding]:
    for name, given in spec.givens.items():
        if name not in spec.reaching:
            what = "parameter" if given.parameter else "input"
            yield _warn(
                "TV201",
                f"{what} {name!r} does not reach the loss {spec.loss!r}: its gradient is zero in every road",
                node=name,
            )
    for node in spec.nodes:
        if spec.reaching.isdisjoint(node.outputs):
            yield _warn(
                "TV201",
                f"node {node.name!r} does not reach the loss {spec.loss!r}: nothing is learned from its cotangent",
                node=node.name,
            )


def _zero_gradients(spec: Spec, ends: Sequence[End]) -> Iterator[Finding]:
    for name in dict.fromkeys(e.tensor for e in ends if e.tensor in spec.reaching):
        seen = [e for e in ends if e.tensor == name]
        if all(e.largest == 0 for e in seen):
            yield _warn(
                "TV201",
                f"the gradient of {name!r} is zero in every entry at every point: agreement on it says nothing",
                node=name,
            )


def _nothing_but_rounding(steps: Sequence[Step]) -> Iterator[Finding]:
    """Tensors that are zero but for rounding, even in float64: no error in them could show."""
    dull = [s for s in steps if s.dtype == "float64" and s.floor is not None and s.floor >= 1]
    for direction, tensor in dict.fromkeys((s.direction, s.tensor) for s in dull):
        seen = dict.fromkeys((s.point, s.dtype) for s in dull if (s.direction, s.tensor) == (direction, tensor))
        what = f"the value of {tensor!r}" if direction == FORWARD else f"the gradient with respect to {tensor!r}"
        message = f"{what} is zero but for rounding: no error in that step would show"
        yield Finding("TV201", "warning", message, node=tensor, direction=direction, seen=tuple(seen))


def _symmetric(point: str, name: str, array: Array) -> Iterator[Finding]:
    if array.dtype.kind != "f" or array.size < 2:
        return
    if (array == array.flat[0]).all():
        yield _warn(
            "TV201",
            f"{name!r} holds {array.size} equal numbers: a permutation or a lost axis would not show",
            node=name,
            point=point,
        )
    elif array.ndim == 2 and array.shape[0] == array.shape[1] and np.array_equal(array, array.T):
        yield _warn(
            "TV201", f"{name!r} is a symmetric matrix: a missing transpose would not show", node=name, point=point
        )
