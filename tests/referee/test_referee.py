"""What the referee encloses, how it raises its precision, and what it says of what it does not know."""

from __future__ import annotations

import math
import threading
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest
from flint import arb

import trivium as tv
import trivium_numpy
from tests.backends.cases import CASES, LINE, bound, cotangents, drawn
from trivium.backend import Array
from trivium.ops import OPS
from trivium.probe import draw
from trivium.referee import Certificate, Enclosure
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium.spec.op import Case, Op, op
from trivium.zoo import mlp, network
from trivium_arb import REFEREE, primitive
from trivium_arb.ball import Undecided, enclosure, exact, sign, working
from trivium_arb.cauchy import op_slope
from trivium_arb.referee import MOST


def step(name: str, *inputs: Any, y_bar: Any = 1.0, **attrs: Any) -> tuple[Enclosure, tuple[Enclosure | None, ...]]:
    word = OPS[name].taking(len(inputs))
    full = word.bind(word.complete(attrs), {})
    arrays = tuple(np.asarray(x) for x in inputs)
    (shape,) = word.infer(tuple(a.shape for a in arrays), full)
    (y,), x_bars = REFEREE.step(word, full, arrays, (np.full(shape, y_bar),))
    return y, x_bars


def slope_of(name: str, x: float, **attrs: Any) -> Enclosure:
    _, (x_bar,) = step(name, np.float64(x), **attrs)
    assert x_bar is not None
    return x_bar


@pytest.mark.parametrize(("word", "case"), CASES)
def test_the_handwritten_road_is_near_what_is_enclosed(word: Op, case: Case) -> None:
    attrs, inputs, y_bars = bound(word, case), drawn(word, case), cotangents(word, case)
    outputs, x_bars = REFEREE.step(word, attrs, inputs, y_bars)
    road = trivium_numpy.BACKEND.replay(word, attrs, inputs, y_bars)
    pairs = [(e, x) for e, x in zip((*outputs, *x_bars), (*road[0], *road[1]), strict=True) if e is not None]
    assert all(e.known.all() for e, _ in pairs)
    far = [float(e.off(x).max(initial=0.0)) / max(1.0, float(np.abs(e.hi).max(initial=0.0))) for e, x in pairs]
    assert [f for f in far if f > LINE] == []


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("sigmoid", 40.0, math.exp(-40)),
        ("tanh", 25.0, 4 * math.exp(-50)),
        ("expm1", -40.0, math.exp(-40)),
        ("softplus", -700.0, math.exp(-700)),
    ],
)
def test_slopes_that_float64_formulas_lose(name: str, x: float, expected: float) -> None:
    """To the digits that the next term of each series leaves, e⁻⁴⁰ of it or less."""
    e = slope_of(name, x)
    assert math.isclose(float(e.hi), expected, rel_tol=1e-13)
    assert e.radius <= 2.0**-50 * abs(e.hi)


def test_hi_and_lo_hold_more_digits_than_a_float() -> None:
    """1/3 to 30 digits: three times it is 1 to that."""
    e, _ = step("div", np.float64(1.0), np.float64(3.0))
    off = abs((Fraction(float(e.hi)) + Fraction(float(e.lo))) * 3 - 1)
    assert Fraction(float(e.radius)) * 4 >= off
    assert e.radius <= 1e-26


def test_what_overflows_is_infinite_and_unknown() -> None:
    e, _ = step("exp", np.float64(1000.0))
    assert (float(e.hi), bool(e.known)) == (math.inf, False)
    assert e.nearest == math.inf


def test_what_is_not_defined_is_unknown() -> None:
    e, (x_bar,) = step("log", np.float64(-1.0))
    assert not e.known
    assert np.isnan(e.nearest)
    assert x_bar is not None


def test_numbers_that_are_not_finite_are_unknown() -> None:
    e, _ = step("exp", np.float64(np.inf))
    assert not e.known


def chain(depth: int, width: int) -> Spec:
    return mlp(b=3, widths=(width,) * depth + (1,), activation=OPS["tanh"])


def test_a_deep_network_gets_the_bits_that_it_needs() -> None:
    spec = chain(50, 16)
    found = REFEREE.enclose(spec, draw(spec))
    assert found.why == ""
    assert len(found.history) <= 3
    assert found.history[-1].bits > found.history[0].bits


def test_a_budget_of_no_time_is_said_to_be_too_little() -> None:
    spec = chain(50, 16)
    found = REFEREE.enclose(spec, draw(spec), seconds=0.0)
    assert "more than 0 s" in found.why
    assert len(found.history) == 1


def test_a_gradient_that_is_exactly_0_ends_the_search() -> None:
    """A shift of all logits changes no softmax."""
    _, (bar,) = step("softmax", np.array([1.0, 2.0, 4.0]), y_bar=1.0, axis=0)
    assert bar is not None
    assert bar.nearest.tolist() == [0.0, 0.0, 0.0]
    assert bar.radius.max() < 1e-80


def tied(x: Array) -> Certificate:
    return REFEREE.step_certificate(OPS["relu"], {}, (x,), (np.ones(x.shape),))


def test_a_tie_takes_a_convention_and_is_counted() -> None:
    found = tied(np.array([0.0, 1.0, -1.0]))
    assert (found.ties, found.gradients["0"].hi.tolist()) == (1, [0.0, 1.0, 0.0])
    assert tied(np.array([2.0, 1.0, -1.0])).ties == 0


def test_a_branch_at_a_number_that_no_precision_settles_is_undecided() -> None:
    """x/3 · 3 - x is 0, and no ball around it says on which side it lies."""
    spec = Spec(
        "torn",
        written({"x": "2"}),
        (),
        (
            Node(("three",), OPS["constant"], (), (("value", 3.0),)),
            Node(("third",), OPS["div"], ("x", "three")),
            Node(("again",), OPS["mul"], ("third", "three")),
            Node(("none",), OPS["sub"], ("again", "x")),
            Node(("y",), OPS["relu"], ("none",)),
            Node(("l",), OPS["sum"], ("y",), (("axis", None), ("keepdims", False))),
        ),
        "l",
    )
    found = REFEREE.enclose(spec, {"x": np.array([1.0, 2.0])})
    assert found.why == "a branch that this precision leaves open"
    assert found.history[-1].bits * 2 > MOST
    assert not found.gradients["x"].known.any()


def test_a_sign_is_never_guessed() -> None:
    with working(64), pytest.raises(Undecided):
        _ = sign(np.array([flint.arb(0, 1)], object))


def test_no_ball_is_made_of_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="needs finite numbers"):
        _ = exact(np.array([np.nan]))


def test_the_precision_of_the_caller_is_left_as_it_was() -> None:
    before = flint.ctx.prec
    _ = slope_of("tanh", 25.0)
    with pytest.raises(ZeroDivisionError), working(1000):
        raise ZeroDivisionError
    assert flint.ctx.prec == before


def test_threads_do_not_disturb_each_other() -> None:
    """flint's precision belongs to the process: without a lock one thread computes in the other's."""
    spec = network("notebook")
    given = draw(spec)
    alone = REFEREE.enclose(spec, given).gradients["w1"]
    found: list[Enclosure] = []
    threads = [
        threading.Thread(target=lambda: found.append(REFEREE.enclose(spec, given).gradients["w1"])) for _ in range(4)
    ]
    deep = chain(30, 8)
    threads.append(threading.Thread(target=REFEREE.enclose, args=(deep, draw(deep))))
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [(e.hi.tolist(), e.radius.tolist()) for e in found] == [(alone.hi.tolist(), alone.radius.tolist())] * 4


@pytest.mark.parametrize("size", [1e-90, 1e-110, 1e-200, 1e-300])
def test_a_small_number_beside_large_ones_is_never_called_0(size: float) -> None:
    """The cotangent of a target is minus its logit, whatever is subtracted on the way."""
    logits, targets = np.array([1.0, -2.0, size]), np.array([0.2, 0.5, 0.9])
    _, (_, bar) = step("binary_cross_entropy_with_logits", logits, targets, reduction="sum")
    assert bar is not None
    assert bar.nearest.tolist() == (-logits).tolist()


def test_what_is_too_wide_to_round_has_no_nearest_number() -> None:
    wide = Enclosure(np.array([0.0, 1.0, 1.0]), np.zeros(3), np.array([1e-90, 1e-10, 1e-17]))
    assert [bool(x) for x in np.isnan(wide.nearest)] == [True, True, False]


def test_a_middle_past_float64_says_nothing_if_the_number_may_not_be() -> None:
    with working(64):
        e = enclosure(np.array([arb("1e400", "1e401"), arb("1e400", 1), arb("-1e400", 1)], object))
    assert [str(x) for x in e.nearest] == ["nan", "inf", "-inf"]


def test_entries_that_stand_still_are_complex_where_others_move() -> None:
    """A root of a negative number that is joined to numbers that move: its branch cut is seen, not crossed."""
    concat = OPS["concat"].taking(2)
    inputs = (np.array([-1.0]), np.array([4.0]))

    def rooted(*parts: Any, axis: int) -> Any:
        return primitive.sqrt(REFEREE.operations["concat"](*parts, axis=axis))

    found = op_slope(REFEREE.having(concat=rooted), concat, {"axis": 0}, inputs, (None, np.ones(1)), (np.ones(2),))
    assert not found.known


def test_an_op_of_another_meaning_is_not_taken_for_ours() -> None:
    assert REFEREE.has(OPS["tanh"])
    assert not REFEREE.has(op("tanh(x: *s) -> *s", "something else"))
    assert not REFEREE.has(op("mine(x: *s) -> *s", "x + 1"))
    assert REFEREE.having(mine=lambda x: x + 1).has(op("mine(x: *s) -> *s", "x + 1"))


def test_the_exact_oracle_asked_for_by_name_replays_every_step() -> None:
    report = tv.check("zoo:notebook", backends=["numpy", "torch"], oracle="exact")
    assert {s.replayer for s in report.comparison.steps} == {"exact", "definition"}
    assert report.comparison.certified
