"""The adjoint test: a vjp is the transpose of its jvp, so that ⟨ȳ, J ẋ⟩ and ⟨Jᵀ ȳ, ẋ⟩ are one number.

Knows nothing of specs or backends. It ties two rules to each other, not to the function: both may be wrong alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trivium.backend import Array
from trivium.errors import OracleError

U = 2.0**-53


def mismatch(
    y_bar: Sequence[Array], y_dot: Sequence[Array], x_bar: Sequence[Array | None], x_dot: Sequence[Array | None]
) -> float:
    """|⟨ȳ, ẏ⟩ - ⟨x̄, ẋ⟩| in units of u times the sum of the absolute values of all terms; ẏ = J ẋ and x̄ = Jᵀ ȳ.

    A right pair gives a few units, times the square root of the terms summed; a wrong one up to 2^53. None stands for
    what has no derivative (labels, masks). The sums themselves are exact.
    """
    forward, backward = list(_terms("y", y_bar, y_dot)), list(_terms("x", x_bar, x_dot))
    size = math.fsum(map(abs, forward)) + math.fsum(map(abs, backward))
    if not math.isfinite(size):
        raise OracleError("the adjoint test needs finite numbers, and a product of these is infinite or NaN")
    apart = abs(math.fsum([*forward, *(-term for term in backward)]))
    return apart / (U * size) if apart else 0.0


def _terms(side: str, bars: Sequence[Array | None], dots: Sequence[Array | None]) -> Iterator[float]:
    if len(bars) != len(dots):
        raise OracleError(f"{len(bars)} cotangents of {side}, but {len(dots)} tangents")
    for i, (bar, dot) in enumerate(zip(bars, dots, strict=True)):
        if (bar is None) != (dot is None):
            raise OracleError(f"{side} number {i} has a {'tangent' if bar is None else 'cotangent'} and not the other")
        if bar is None or dot is None:
            continue
        if bar.shape != dot.shape:
            raise OracleError(f"{side} number {i}: the cotangent has shape {bar.shape}, the tangent {dot.shape}")
        yield from (float(b) * float(d) for b, d in zip(bar.ravel(), dot.ravel(), strict=True))
