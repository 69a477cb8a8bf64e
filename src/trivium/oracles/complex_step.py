"""The complex step: an imaginary 1e-200 goes through the function and comes out as the derivative; nothing cancels.

Knows nothing of backends. Where it would be silently wrong (an absolute value, a comparison) it refuses, or
what it says is held against a central difference and withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from trivium.backend import Array
from trivium.errors import OracleError, Problem
from trivium.oracles import finite_difference
from trivium.oracles.finite_difference import Estimate, U, moved, real
from trivium.spec.graph import Spec

STEP = 1e-200
"""Its square is 0 in float64: the real part is untouched, and the imaginary part has no order but the first."""
NEAR = (-4.0, -1.0, 2.0, 3.0)
"""Roundings by which t is moved, to see what rounding does to the slope."""
MARGIN = 16.0
"""How far the error may exceed what was seen there."""


@dataclass(frozen=True, eq=False)
class Confirmed:
    """Slopes with error bars. `withdrawn` are the entries whose complex step was not believed, `why` says for what.

    There the estimate is the central difference's, with its own error: infinite where that has no answer either.
    """

    estimate: Estimate
    withdrawn: Array
    why: str


def directional(f: Callable[[complex], Array]) -> Array:
    """The derivative at t = 0 of every entry of f(t), to rounding; f must be analytic and accept a complex t."""
    with np.errstate(all="ignore"):
        y = np.asarray(f(STEP * 1j))
    if y.dtype.kind != "c":
        raise OracleError(f"f of a complex number is of dtype {y.dtype}: something in f drops the imaginary part")
    return np.asarray(y.imag / STEP)


def estimated(f: Callable[[complex], Array], *, size: float = 1.0) -> Estimate:
    """The derivative at t = 0 of every entry of f(t), and how it moves as t is rounded otherwise; unconfirmed.

    `size` is the largest of the numbers that t is added to.
    """
    slopes = directional(f)
    with np.errstate(all="ignore"):
        beside = [np.asarray(f(size * near * U + STEP * 1j)).imag / STEP - slopes for near in NEAR]
    return Estimate(slopes, MARGIN * (np.max(np.abs(beside), axis=0) + U * np.abs(slopes)))


def confirmed(f: Callable[[complex], Array], *, scale: float = 1.0, size: float = 1.0) -> Confirmed:
    """The derivative at t = 0 of every entry of f(t), where a central difference of the same f confirms it.

    A complex number that f looks at (an absolute value, a maximum, a real part, a comparison) makes a slope that is
    wrong and looks right; nothing in the number itself tells. So it counts only where it lies within the error of the
    difference. `scale` is the distance over which f changes, `size` the largest of the numbers that t is added to.
    """
    found = estimated(f, size=size)
    slopes, error = found.value, found.error
    central = finite_difference.directional(f, scale=scale)
    with np.errstate(invalid="ignore"):
        apart = ~(np.abs(slopes - central.value) <= central.error + error)
    silent = ~np.isfinite(central.error)
    withdrawn = apart | silent
    reasons = [
        f"{count} of {slopes.size} complex steps {what}"
        for count, what in (
            (int((apart & ~silent).sum()), "are contradicted by a central difference: f is not analytic there"),
            (int(silent.sum()), "are confirmed by nothing: no central difference has an answer there"),
        )
        if count
    ]
    estimate = Estimate(np.where(withdrawn, central.value, slopes), np.where(withdrawn, central.error, error))
    return Confirmed(estimate, withdrawn, "; ".join(reasons))


def gradient(
    loss: Callable[[Mapping[str, Array]], complex], given: Mapping[str, Array], name: str, *, scale: float = 1.0
) -> Confirmed:
    """The derivative of the loss with respect to every entry of one given; the loss must accept it as complex."""
    x = real(given, name)
    value, error, withdrawn = np.empty(x.shape), np.empty(x.shape), np.zeros(x.shape, bool)
    reasons: dict[str, None] = {}
    for index in np.ndindex(x.shape):
        found = confirmed(_along(loss, given, name, index), scale=scale, size=max(scale, abs(float(x[index]))))
        value[index], error[index] = found.estimate.value, found.estimate.error
        withdrawn[index] = found.withdrawn
        reasons[found.why] = None
    return Confirmed(Estimate(value, error), withdrawn, "; ".join(filter(None, reasons)))


def refuse(spec: Spec) -> None:
    """OracleError, naming the first node whose op a complex step would get silently wrong; nothing if there is none."""
    for node in spec.nodes:
        if not node.op.analytic:
            raise OracleError(
                Problem(
                    f"{node.op.name} is not analytic: a complex step through it would be wrong and look right",
                    where=f"node {node}",
                    hint="central differences take any function",
                )
            )


def _along(
    loss: Callable[[Mapping[str, Array]], complex], given: Mapping[str, Array], name: str, index: tuple[int, ...]
) -> Callable[[complex], Array]:
    """The loss as one entry moves: complex where t is, and real where it is."""
    lifted = {n: x.astype(np.complex128) if x.dtype.kind == "f" else x for n, x in given.items()}

    def f(t: complex) -> Array:
        begun = lifted if np.iscomplexobj(t) else given
        y = np.asarray(loss({**begun, name: moved(begun[name], index, t)}))
        return y if np.iscomplexobj(t) else y.real

    return f
