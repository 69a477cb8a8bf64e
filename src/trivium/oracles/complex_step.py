"""The complex step: an imaginary 1e-200 goes through the function and comes out as the derivative; nothing cancels.

Knows nothing of backends. Where it would be silently wrong (an absolute value, a comparison) it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from trivium.backend import Array
from trivium.errors import OracleError, Problem
from trivium.oracles.finite_difference import moved, real
from trivium.spec.graph import Spec

STEP = 1e-200
"""Its square is 0 in float64: the real part is untouched, and the imaginary part has no order but the first."""


def directional(f: Callable[[complex], Array]) -> Array:
    """The derivative at t = 0 of every entry of f(t), to rounding; f must be analytic and accept a complex t."""
    with np.errstate(all="ignore"):
        y = np.asarray(f(STEP * 1j))
    if y.dtype.kind != "c":
        raise OracleError(f"f of a complex number is of dtype {y.dtype}: something in f drops the imaginary part")
    return np.asarray(y.imag / STEP)


def gradient(loss: Callable[[Mapping[str, Array]], complex], given: Mapping[str, Array], name: str) -> Array:
    """The derivative of the loss with respect to every entry of one given; the loss must accept it as complex."""
    x = real(given, name)
    slopes = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        slopes[index] = directional(_along(loss, given, name, index))
    return slopes


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
    lifted = {n: x.astype(np.complex128) if x.dtype.kind == "f" else x for n, x in given.items()}
    return lambda t: np.asarray(loss({**lifted, name: moved(lifted[name], index, t)}))
