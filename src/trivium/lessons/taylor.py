"""The slope test: how fast the loss leaves its tangent, along one direction, by the right gradient and by a wrong one.

What is left falls by 100 for a step of a tenth where the gradient is right, by 10 where it is not. Knows nothing of
pages but the picture it draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array, Backend, loss_alone
from trivium.lessons.plot import Line, loglog
from trivium.spec.graph import Spec

STEPS = tuple(10.0 ** (-k / 2) for k in range(13))
"""From 1 down to 1e-6, two to a decade."""


@dataclass(frozen=True)
class Taylor:
    """What is left of the loss, by step.

    wrong       the parameter whose gradient has its sign flipped in the wrong one
    remainders  |L(p + h d) - L(p)|, less h times the wrong gradient's slope, less h times the right one's
    slopes      of each, in the middle of the steps: 1, 1, 2
    """

    wrong: str
    remainders: Mapping[str, tuple[float, ...]]
    slopes: Mapping[str, float]


def taylor(spec: Spec, given: Mapping[str, Array], road: Backend, gradients: Mapping[str, Array]) -> Taylor | None:
    """Along a random direction of all parameters; None where no parameter moves the loss."""
    names = [n for n, _ in spec.parameters if n in gradients and np.any(gradients[n])]
    if not names:
        return None
    random = np.random.default_rng(0)
    direction = {n: random.standard_normal(gradients[n].shape) for n in names}
    length = math.sqrt(sum(float(np.sum(np.square(d))) for d in direction.values()))
    program = road.compile(spec, want=loss_alone(spec))

    def loss(h: float) -> float:
        moved = {n: given[n] + h * direction[n] / length for n in names}
        return float(program({**given, **moved}).values[spec.loss])

    parts = {n: float(np.sum(gradients[n] * direction[n])) / length for n in names}
    wrong = max(names, key=lambda n: abs(parts[n]))
    right = sum(parts.values())
    slopes = {
        "the change alone": 0.0,
        f"less the slope, its sign wrong in {wrong}": right - 2 * parts[wrong],
        "less the slope of the right gradient": right,
    }
    start = loss(0.0)
    changes = [loss(h) - start for h in STEPS]
    remainders = {
        said: tuple(abs(c - h * slope) for h, c in zip(STEPS, changes, strict=True)) for said, slope in slopes.items()
    }
    return Taylor(wrong, remainders, {said: _slope(left) for said, left in remainders.items()})


def _slope(left: tuple[float, ...]) -> float:
    """Decades that a remainder falls for a decade of the step, from a hundredth to a thousandth."""
    low, high = STEPS.index(10.0**-3), STEPS.index(10.0**-2)
    return math.log10(left[high] / left[low]) if left[low] > 0 and left[high] > 0 else math.nan


def drawn(found: Taylor) -> str:
    """The remainders as SVG, on logarithmic axes: the steeper, the better the gradient."""
    lines = [Line(said, tuple(zip(STEPS, left, strict=True))) for said, left in found.remainders.items()]
    return loglog(lines, (1.0, 1e-6), (1e-16, 1e2), "What is left of the loss's change, by step")
