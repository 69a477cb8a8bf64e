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
from trivium.compare.bound import LINE, UNIT
from trivium.lessons.plot import Trace, loglog
from trivium.spec.graph import Spec

STEPS = tuple(10.0 ** (-k / 2) for k in range(13))
"""From 1 down to 1e-6, two to a decade."""
NEAR, FAR = STEPS.index(10.0**-2), STEPS.index(10.0**-3)
"""Between which a slope is measured: decades that a remainder falls for a decade of the step."""


@dataclass(frozen=True)
class Taylor:
    """What is left of the loss, by step.

    remainders  |L(p + h d) - L(p)|; less h times a wrong gradient's slope, which has a parameter's sign flipped; less
                h times the right one's
    slopes      of each, in the middle of the steps: 1, 1, and 2 where the loss has no kink on the way
    """

    remainders: Mapping[str, tuple[float, ...]]
    slopes: Mapping[str, float]


def taylor(spec: Spec, given: Mapping[str, Array], road: Backend, gradients: Mapping[str, Array]) -> Taylor | None:
    """Along a random direction of all parameters.

    None where no parameter moves the loss, where it leaves the finite numbers, and where it is straight: then rounding
    is all that is left.
    """
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
    rounding = LINE * UNIT["float64"] * abs(start)
    if not all(rounding < left[FAR] < math.inf for left in remainders.values()):
        return None
    return Taylor(remainders, {said: math.log10(left[NEAR] / left[FAR]) for said, left in remainders.items()})


def drawn(found: Taylor) -> str:
    """The remainders as SVG, on logarithmic axes: the steeper, the better the gradient."""
    lines = [Trace(said, tuple(zip(STEPS, left, strict=True))) for said, left in found.remainders.items()]
    return loglog(lines, (1.0, 1e-6), (1e-16, 1e2), "What is left of the loss's change, by step")
