"""A person's numbers beside a network's: each value and gradient that has a name there.

Knows nothing of how the person's code is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Evaluation
from trivium.compare.bound import RUNS, Scaler
from trivium.compare.diagnose import sizes
from trivium.compare.ends import Response
from trivium.own.calling import Told
from trivium.own.found import GRADIENT, RIGHT, VALUE, WRONG, Part
from trivium.own.judge import Noise, judged, misshapen
from trivium.own.layout import unturned
from trivium.own.naming import meant
from trivium.own.truth import Truth
from trivium.referee import Referee
from trivium.spec.graph import Spec

BY_SPEC, EXACTLY = "the network's gradient", "the network's exact gradient"


@dataclass(frozen=True)
class Beside:
    """A network at a person's numbers: what it computes, and where the exact gradient is, if the referee was asked.

    turned  the tensors that the person has transposed
    """

    spec: Spec
    given: Mapping[str, Array]
    evaluation: Evaluation
    response: Mapping[str, Array]
    exact: Mapping[str, Truth]
    turned: frozenset[str] = frozenset()

    def fit(self, name: str, x: Array, shape: tuple[int, ...]) -> Array | None:
        """A person's numbers as the network has them; None where they have another shape."""
        return fit(unturned(x, turned=name in self.turned), shape)

    def meaning(self, said: str) -> str | None:
        """The tensor of the network that a person's name means."""
        return meant(said, (*self.spec.givens, *self.spec.producer))

    def truth(self, name: str, kind: str) -> Truth:
        """What a tensor should be, to float64."""
        if kind == GRADIENT and name in self.exact:
            return self.exact[name]
        found = (self.evaluation.values if kind == VALUE else self.evaluation.gradients)[name]
        return Truth(np.asarray(found, np.float64), np.zeros(found.shape), (), BY_SPEC, "")


def beside(
    spec: Spec,
    given: Mapping[str, Array],
    road: Scaler,
    referee: Referee | None = None,
    seconds: float = 0.0,
    *,
    turned: frozenset[str] = frozenset(),
) -> Beside:
    """Run the network where the person's code runs."""
    evaluation = road.compile(spec)(given)
    exact: dict[str, Truth] = {}
    if referee is not None and all(referee.has(n.op) for n in spec.nodes) and referee.estimate(spec) < seconds:
        for name, e in referee.enclose(spec, given).gradients.items():
            exact[name] = Truth(np.where(e.known, e.hi, np.nan), np.where(e.known, e.radius, np.inf), (), EXACTLY, "")
    return Beside(spec, given, evaluation, Response(road, spec, given).every(RUNS), exact, turned)


def parts(told: Told, beside_: Beside, noise: Noise) -> Iterator[Part]:
    """Every value and gradient with a name in the network, held against it."""
    factors = quantities(beside_.spec)
    for kind, found in ((VALUE, told.values), (GRADIENT, told.gradients)):
        for said, x in found.items():
            name = beside_.meaning(said)
            known = beside_.evaluation.values if kind == VALUE else beside_.evaluation.gradients
            if name is not None and name in known:
                yield held(beside_, name, said, kind, x, noise, factors)


def namesakes(
    beside_: Beside, told: Told, noise: Noise, found: Sequence[Part], *, same: bool
) -> dict[tuple[str, str], str]:
    """What has a name of the network by chance, by kind and name: it is another thing, and not wrong.

    A value that is an argument, which was handed over as it should be, or that of another step; and whatever lies
    between ends that are right: the loss is the `same`, for a value, and each gradient is right, for a cotangent.
    """
    ends = [p for p in found if p.kind == GRADIENT and p.name in beside_.spec.givens]
    all_right = bool(ends) and all(p.state == RIGHT for p in ends)
    other: dict[tuple[str, str], str] = {}
    for p in found:
        given = p.name in beside_.spec.givens
        if p.state != WRONG or (p.name == beside_.spec.loss) or (given and p.kind == GRADIENT):
            continue
        x = (told.values if p.kind == VALUE else told.gradients)[p.said_as]
        if p.kind == VALUE:
            chance = given or same or all_right or _another_step(beside_, p, x, noise)
        else:
            chance = same and all_right
        if chance:
            other[p.kind, p.name] = p.said_as
    return other


def _another_step(beside_: Beside, p: Part, x: Array, noise: Noise) -> bool:
    """Whether a value is that of another step than the one whose name it has."""
    names = [n for n in beside_.spec.producer if n != p.name]
    return any(held(beside_, n, p.said_as, VALUE, x, noise, {}).state == RIGHT for n in names)


def held(
    beside_: Beside, name: str, said: str, kind: str, x: Array, noise: Noise, factors: Mapping[str, float]
) -> Part:
    """One tensor held against the network's of this name."""
    truth = beside_.truth(name, kind)
    fitted = beside_.fit(name, x, truth.value.shape)
    if fitted is None:
        return misshapen(name, said, kind, x, truth.value.shape)
    scale = scale_of(beside_, name, kind, noise.scale(said, x))
    return judged(name, said, kind, fitted, truth, scale, noise.dtype, factors)


def scale_of(beside_: Beside, name: str, kind: str, theirs: Array) -> Array:
    """What a number is made of: the person's own, or the network's, whichever rounding moves more."""
    found = (beside_.evaluation.values if kind == VALUE else beside_.evaluation.gradients)[name]
    size = np.maximum(
        fit_to(unturned(theirs, turned=name in beside_.turned), found.shape), np.abs(np.asarray(found, np.float64))
    )
    return np.maximum(size, beside_.response[name]) if kind == GRADIENT and name in beside_.response else size


def fit(x: Array, shape: tuple[int, ...]) -> Array | None:
    """The numbers in the network's shape: (n,), (n, 1) and (1, n) are the same bias; None for any other shape."""
    if x.shape == shape:
        return np.asarray(x)
    bare = tuple(n for n in x.shape if n != 1), tuple(n for n in shape if n != 1)
    return np.asarray(x).reshape(shape) if bare[0] == bare[1] else None


def fit_to(x: Array, shape: tuple[int, ...]) -> Array:
    """The same for what is known to fit."""
    return np.asarray(x).reshape(shape)


def quantities(spec: Spec) -> dict[str, float]:
    """What a stray factor may be."""
    letters, pairs = sizes(spec)
    return letters | pairs


def suspects(spec: Spec, wrong: Sequence[str], told: Sequence[str], right: Sequence[str]) -> tuple[str, ...]:
    """The nodes in which the first wrong gradient was made.

    From those told that are nearer to the loss, or from it; and not where a right gradient has come the same way.
    """
    found: dict[str, None] = {}
    cleared = set(_ways(spec, right))
    for name in wrong:
        between = tuple(_between(spec, name, told))
        outputs = {out for node in between for out in spec.producer[node].outputs}
        if not outputs & set(wrong):
            under = {node for node, _ in set(_ways(spec, [name])) - cleared}
            found |= dict.fromkeys([n for n in between if n in under] or between)
    return tuple(node.name for node in spec.nodes if node.name in found)


def _ways(spec: Spec, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every step, with the input through which it is gone back, on the ways from the loss to these tensors."""
    waiting, seen = list(names), set[tuple[str, str]]()
    while waiting:
        name = waiting.pop()
        for node in spec.consumers.get(name, ()):
            if (node.name, name) not in seen:
                seen.add((node.name, name))
                yield node.name, name
                waiting += node.outputs


def _between(spec: Spec, name: str, told: Sequence[str]) -> Iterator[str]:
    """The nodes that a cotangent comes through, from the nearest ones told, or the loss."""
    waiting, seen = [name], {name}
    while waiting:
        for node in spec.consumers.get(waiting.pop(), ()):
            yield node.name
            for out in node.outputs:
                if out not in told and out != spec.loss and out not in seen:
                    seen.add(out)
                    waiting.append(out)
