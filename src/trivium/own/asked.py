"""What a gradient of a person's own is asked at: the numbers given, those of shapes, or those of a network.

Knows nothing of how a gradient is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trivium.compare.bound import Scaler
from trivium.errors import OracleError, ValuesError
from trivium.own.check import merged, own_gradient
from trivium.own.drawn import points
from trivium.own.found import Found
from trivium.own.layout import ways_to_hand
from trivium.own.network import Against
from trivium.probe import draw
from trivium.referee import Referee

GIVEN = "the numbers given"


def asked(
    f: Callable[..., Any] | None,
    grad: Callable[..., Any] | None,
    at: Mapping[str, Any] | Sequence[Any] | None,
    shapes: Mapping[str, str | Sequence[int]] | None,
    against: Against | None,
    values: Mapping[str, Any] | None,
    road: Scaler,
    referee: Referee | None,
) -> Found:
    """The verdict at whatever point was asked for; `values` are a network's own numbers."""
    if at is not None and shapes is not None:
        raise ValuesError("both at= and shapes= are given: numbers, or shapes to draw them of")
    if shapes is not None and against is not None:
        raise ValuesError("both shapes= and against= are given: a network has the shapes of its own")
    if at is not None:
        return merged([(GIVEN, own_gradient(f, grad, at, against=against, road=road, referee=referee))])
    if shapes is not None:
        ways = ((p, own_gradient(f, grad, p.given, axes=p.axes, road=road, referee=referee)) for p in points(shapes))
        return merged([(p.label, found) for p, found in ways])
    if against is None:
        raise ValuesError("at= is missing: the arrays at which to check; or shapes=, or against=, to draw them for")
    label = "drawn numbers" if values is None else "the network's own numbers"
    problem: OracleError | None = None
    for handed in ways_to_hand(against.spec, draw(against.spec) if values is None else values, against.layout):
        try:
            return merged([(label, own_gradient(f, grad, handed, against=against, road=road, referee=referee))])
        except OracleError as error:
            problem = problem or error
    raise problem or OracleError("there is no way to hand over the network's numbers")
