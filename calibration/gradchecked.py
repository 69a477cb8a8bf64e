"""torch.autograd.gradcheck itself, with its defaults, on right nets and on the same faults.

Knows nothing of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from calibration.faults import Fault
from calibration.kinds import Kind
from calibration.plant import Noted, some_places
from calibration.roads import STANDING, Road, build
from calibration.values import Given


@dataclass(frozen=True)
class GradcheckRow:
    """One fault, or none, in torch's road at several nets: how often gradcheck complained."""

    fault: str
    runs: int
    flagged: int


def gradchecked(kinds: Sequence[Kind], faults: Iterable[Fault]) -> Iterator[GradcheckRow]:
    """Every fault at every net, in torch's road in float64, put to gradcheck."""
    right = [_complains(kind, build(STANDING.backends["torch"], kind.spec, "float64")) for kind in kinds]
    yield GradcheckRow("none", len(kinds), sum(right))
    for i, fault in enumerate(faults):
        found = [f for kind in kinds for f in _spoilt(kind, fault, i)]
        if found:
            yield GradcheckRow(fault.name, len(found), sum(found))


def _spoilt(kind: Kind, fault: Fault, seed: int) -> Iterator[bool]:
    for place in some_places(kind.spec, fault, 1, seed=(seed,)):
        noted = Noted(fault.at(place.role))
        complains = _complains(kind, build(STANDING.backends["torch"], kind.spec, "float64", {place.node.name: noted}))
        if any(noted.changes):
            yield complains


def _complains(kind: Kind, road: Road) -> bool:
    given = kind.given(0)
    names = tuple(name for name, _ in kind.spec.parameters)
    tensors = tuple(torch.tensor(given[n], dtype=torch.float64, requires_grad=True) for n in names)
    return not torch.autograd.gradcheck(loss_of(road, given, names), tensors, raise_exception=False)


def loss_of(road: Road, given: Given, names: tuple[str, ...]) -> Callable[..., torch.Tensor]:
    """The road as a function of its parameters for torch to differentiate: its backward is the road's gradient."""

    class Loss(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *parameters: torch.Tensor) -> torch.Tensor:
            moved = {n: p.detach().numpy() for n, p in zip(names, parameters, strict=True)}
            evaluation = road.plain({**given, **moved})
            ctx.save_for_backward(*(torch.tensor(evaluation.gradients[n]) for n in names))
            return torch.tensor(evaluation.values[road.spec.loss])

        @staticmethod
        def backward(ctx: Any, *upstream: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return tuple(upstream[0] * g for g in ctx.saved_tensors)

    apply: Callable[..., torch.Tensor] = Loss.apply
    return apply
