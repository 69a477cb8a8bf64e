"""A use of every op that the vocabulary itself gives as an example, with numbers to run it on.

Knows nothing of roads or oracles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.backends.cases import STILL
from trivium.backend import Array
from trivium.given import KINDS
from trivium.ops import OPS
from trivium.spec.attribute import bind_attribute
from trivium.spec.op import Attributes, Kind, Op


@dataclass(frozen=True, eq=False)
class Use:
    """An op at a point: its inputs, and a direction and a cotangent for whatever has a derivative."""

    op: Op
    attrs: Attributes
    inputs: tuple[Array, ...]
    dots: tuple[Array | None, ...]
    bars: tuple[Array, ...]

    def __str__(self) -> str:
        return f"{self.op.name}{[x.shape for x in self.inputs]}"

    def at(self, t: Any) -> tuple[Array, ...]:
        """The inputs, moved by t along the direction."""
        return tuple(x if dot is None else x + t * dot for x, dot in zip(self.inputs, self.dots, strict=True))


def uses(*, seed: int = 0) -> Iterator[Use]:
    """One use for each op, its first case; not of one that nothing moves."""
    stream = np.random.default_rng(seed)
    for word in OPS.values():
        for case in word.cases[:1] if word.name not in STILL else ():
            op = word.taking(len(case.shapes))
            full = dict(op.complete(case.attrs))
            attrs = {a.name: bind_attribute(a, full[a.name], {}) for a in op.attributes}
            kinds = [op.kind(role, case.shapes, attrs) for role in op.roles]
            inputs = tuple(KINDS[k.name].draw(stream, s, k) for k, s in zip(kinds, case.shapes, strict=True))
            dots = tuple(_direction(stream, x, k) for k, x in zip(kinds, inputs, strict=True))
            bars = tuple(np.asarray(stream.standard_normal(shape)) for shape in op.infer(case.shapes, attrs))
            yield Use(op, attrs, inputs, dots, bars)


def _direction(stream: np.random.Generator, x: Array, kind: Kind) -> Array | None:
    return np.asarray(stream.standard_normal(x.shape)) if kind.differentiable else None
