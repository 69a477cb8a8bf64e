"""The proof that needs no rule: a certified directional derivative, from values alone, by Cauchy's bound.

Knows nothing of the tape. For φ analytic where |t| <= R, with |φ - φ(0)| <= M there, Taylor's coefficients are at most
M / Rⁿ, so that the central difference is off by no more than

    |(φ(h) - φ(-h)) / 2h - φ'(0)| <= Σ M h²ᵏ / R²ᵏ⁺¹ (k = 1, 2, ...) = M h² / R³ / (1 - (h/R)²)

M is the size of one evaluation on a rectangle that holds the disc. h is far below R, and the precision far above h.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from flint import acb, arb

from trivium.backend import Array, Arrays
from trivium.referee import Enclosure
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op
from trivium_arb.ball import each, enclosure, exact, working
from trivium_arb.referee import Referee
from trivium_arb.tape import Tensor

STEP, RADIUS = -180, -80
"""h and R, as powers of 2."""
BITS = 640


def slope(phi: Callable[[acb], acb], *, bits: int = BITS, step: int = STEP, radius: int = RADIUS) -> Enclosure:
    """Where φ'(0) provably is; Undecided where φ has a branch inside of the rectangle."""
    with working(bits):
        h, r = arb(2) ** step, arb(2) ** radius
        disc = acb(arb(0, r), arb(0, r))
        most = (phi(disc) - phi(acb(0))).abs_upper()
        difference = ((phi(acb(h)) - phi(acb(-h))) / (2 * h)).real
        rest = most * h**2 / r**3 / (1 - (h / r) ** 2)
        return enclosure(np.asarray(difference + arb(0, rest.abs_upper()), object))


def op_slope(
    referee: Referee,
    op: Op,
    attrs: Attributes,
    inputs: Arrays,
    dots: tuple[Array | None, ...],
    y_bars: Arrays,
    **more: int,
) -> Enclosure:
    """⟨ȳ, J ẋ⟩ of one op, from its values; ẋ is None for what cannot move."""

    def phi(t: acb) -> acb:
        moved = tuple(_fed(x, dot, t) for x, dot in zip(inputs, dots, strict=True))
        outputs = referee.apply(op, attrs, moved)
        parts = (np.asarray(y.balls * exact(bar), object).sum() for y, bar in zip(outputs, y_bars, strict=True))
        return sum(parts, acb(0))

    return slope(phi, **more)


def network_slope(
    referee: Referee, spec: Spec, given: Mapping[str, Array], dot: Mapping[str, Array], **more: int
) -> Enclosure:
    """The derivative of the loss along `dot`, from its values."""

    def phi(t: acb) -> acb:
        tensors: dict[str, Any] = {n: _fed(given[n], dot.get(n), t) for n in spec.givens}
        for node in spec.nodes:
            outputs = referee.apply(node.op, spec.attributes(node), tuple(tensors[n] for n in node.inputs))
            tensors.update(zip(node.outputs, outputs, strict=True))
        return acb(0) + tensors[spec.loss].balls.sum()

    return slope(phi, **more)


def _fed(x: Array, dot: Array | None, t: acb) -> Any:
    """x + t ẋ, and x as complex balls where it does not move: what is joined to others must be as they are."""
    if x.dtype.kind != "f":
        return x
    still = each(acb, exact(x))
    return Tensor(still if dot is None else np.asarray(still + exact(dot) * t, object))


__all__ = ["network_slope", "op_slope", "slope"]
