"""The referee's rules, proved without one: by values in the complex plane and Cauchy's bound, for all ops and nets."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.backends.cases import USES, bound, cotangents, directions, drawn
from tests.referee.rational import along, interval, meet, narrow
from trivium.backend import Array
from trivium.ops import OPS
from trivium.probe import draw
from trivium.spec.op import Case, Op
from trivium.zoo import ZOO
from trivium_arb import REFEREE, primitive
from trivium_arb.ball import Undecided, exact, working
from trivium_arb.cauchy import network_slope, op_slope, slope
from trivium_arb.referee import Referee
from trivium_arb.tape import Tensor

DIGITS = 25
OF_OP = {name: [(op, case) for _, op, case in USES if op.name == name] for name in OPS}


def signs(arrays: tuple[Array, ...]) -> tuple[Array | None, ...]:
    """A direction of whole numbers, which adds no rounding; None for what cannot move."""
    return tuple(np.sign(d) if x.dtype.kind == "f" else None for x, d in zip(arrays, directions(arrays), strict=True))


def proofs(referee: Referee, op: Op, case: Case) -> tuple[Any, Any]:
    """⟨ȳ, J ẋ⟩ from values alone, and ⟨x̄, ẋ⟩ from the tape."""
    attrs, inputs, y_bars = bound(op, case), drawn(op, case), cotangents(op, case)
    dots = signs(inputs)
    by_values = op_slope(referee, op, attrs, inputs, dots, y_bars)
    _, x_bars = referee.step(op, attrs, inputs, y_bars)
    return interval(by_values), along(zip(x_bars, dots, strict=True))


@pytest.mark.parametrize("name", OPS)
def test_the_tape_and_cauchy_enclose_one_number(name: str) -> None:
    for op, case in OF_OP[name]:
        by_values, by_tape = proofs(REFEREE, op, case)
        assert narrow(by_values, digits=DIGITS), (case, by_values)
        assert narrow(by_tape, digits=DIGITS), (case, by_tape)
        assert meet(by_values, by_tape), (case, by_values, by_tape)


@pytest.mark.parametrize("name", ZOO)
def test_of_every_network_too(name: str) -> None:
    spec = ZOO[name]()
    given = draw(spec)
    moving = [n for n, g in spec.givens.items() if g.kind.differentiable]
    dots = dict(zip(moving, signs(tuple(given[n] for n in moving)), strict=True))
    by_values = interval(network_slope(REFEREE, spec, given, {n: d for n, d in dots.items() if d is not None}))
    certificate = REFEREE.enclose(spec, given)
    by_tape = along((certificate.gradients[n], dots[n]) for n in moving)
    assert narrow(by_values, digits=DIGITS)
    assert meet(by_values, by_tape)


def wrong_tanh(x: Tensor) -> Tensor:
    """tanh with a slope that is off by 1e-15 of itself."""
    y = primitive.tanh(x)
    return Tensor(y.balls, [(x, lambda y_bar: y.made_of[0][1](y_bar) * exact(1 + 1e-15))])


def test_a_rule_that_is_off_in_the_fifteenth_digit_is_convicted() -> None:
    op, case = OF_OP["tanh"][0]
    by_values, by_tape = proofs(REFEREE.having(tanh=wrong_tanh), op, case)
    assert not meet(by_values, by_tape)


def test_a_branch_inside_of_the_rectangle_is_undecided() -> None:
    op = OPS["relu"]
    with pytest.raises(Undecided):
        _ = op_slope(REFEREE, op, {}, (np.zeros(1),), (np.ones(1),), (np.ones(1),))


def test_a_branch_cut_inside_of_the_rectangle_is_never_crossed_in_silence() -> None:
    op = OPS["log"]
    e = op_slope(REFEREE, op, {}, (np.array([-1.0]),), (np.ones(1),), (np.ones(1),))
    assert not e.known.any()


def test_the_slope_of_a_square_is_twice_its_root() -> None:
    with working(640):
        e = slope(lambda t: (t + 3) ** 2)
    assert meet(interval(e), (Fraction(6), Fraction(0)))
    assert not meet(interval(e), (Fraction(6) + Fraction(1, 10**30), Fraction(0)))
