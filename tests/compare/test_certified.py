"""The verdict where the referee replays: two roads, one road, wrong values, and what all roads share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import trivium as tv
import trivium_numpy
from trivium.backend import Array, Backend, Bars
from trivium.compare.comparison import Finding
from trivium.errors import BackendError
from trivium.ops import OPS
from trivium.spec.op import Case
from trivium.testing.trial import weighted
from trivium.zoo import network

SPEC = network("notebook")
QUICK = ["numpy", "torch"]


def doubled(inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars) -> Bars:
    return tuple(None if x is None else 2 * x for x in x_bars)


def another(name: str, op: str, factor: float) -> Backend:
    """The handwritten road, but for one op's values."""
    rule = trivium_numpy.BACKEND.rules[op]

    def forward(*inputs: Array, **attrs: Any) -> Any:
        y, saved = rule.forward(*inputs, **attrs)
        return factor * y, saved

    return replace(trivium_numpy.BACKEND.having(**{op: replace(rule, forward=forward)}), name=name)


def only(report: tv.Report) -> Finding:
    (finding,) = report.comparison.of("disagree")
    return finding


def test_of_two_roads_the_wrong_one_is_convicted() -> None:
    finding = only(tv.check(SPEC, backends=QUICK, tamper={"torch": {"g6": doubled}}))
    assert (finding.backend, finding.node, finding.proven, finding.replayer) == ("torch", "g6", True, "exact")


def test_one_road_alone_is_held_against_exact_values_too() -> None:
    report = tv.check(SPEC, backends=[another("mine", "tanh", 1 + 1e-9)])
    finding = only(report)
    assert (finding.code, finding.backend, finding.node, finding.direction) == ("TV101", "mine", "g3", "forward")
    assert finding.proven


def test_one_road_alone_that_is_right_is_said_to_be() -> None:
    report = tv.check(SPEC, backends=["numpy"])
    assert report.verdict == "agree"
    assert "its gradient of notebook is right" in report.text()
    assert "checked by nobody else" not in report.text()


def test_two_roads_that_differ_in_a_value_get_a_verdict() -> None:
    """Without the referee nothing could say who is right."""
    roads = ["torch", another("mine", "tanh", 1 + 1e-9)]
    assert (only(tv.check(SPEC, backends=roads)).backend, only(tv.check(SPEC, backends=roads)).proven) == ("mine", True)
    assert only(tv.check(SPEC, backends=roads, oracle="roads")).code == "TV109"


def test_a_mistake_that_all_roads_share_is_one_fault_of_all() -> None:
    mistakes = {road: {"g6": doubled} for road in QUICK}
    report = tv.check(SPEC, backends=QUICK, tamper=mistakes)
    finding = only(report)
    assert (finding.code, finding.backend, finding.node) == ("TV110", "", "g6")
    assert {w.backend for w in finding.wrong} == set(QUICK)
    assert (
        "numpy and torch agree with each other and are all wrong in the backward step of g6"
        in report.text().replace("\n", " ")
    )
    assert len(report.text().splitlines()) <= 25


def test_mistakes_that_differ_are_not_shared() -> None:
    def tripled(inputs: Any, outputs: Any, y_bars: Any, x_bars: Bars) -> Bars:
        return tuple(None if x is None else 3 * x for x in x_bars)

    report = tv.check(SPEC, backends=QUICK, tamper={"numpy": {"g6": doubled}, "torch": {"g6": tripled}})
    assert {f.backend for f in report.comparison.of("disagree")} == set(QUICK)


def at(op: str, x: float) -> tv.Report:
    spec = weighted(OPS[op], Case(((2,),), {}))
    return tv.check(spec, values={"x": np.full(2, x), "weight_of_y0": np.ones(2)})


@pytest.mark.parametrize(("op", "x"), [("sigmoid", 40.0), ("tanh", 25.0)])
def test_a_slope_that_every_road_loses_is_found(op: str, x: float) -> None:
    report = at(op, x)
    finding = only(report)
    assert (finding.code, finding.node, finding.direction) == ("TV110", "y0", "backward")
    assert ("own values", "float64") in finding.seen
    assert {w.backend for w in finding.wrong} == {"numpy", "torch", "jax"}


@pytest.mark.parametrize(("op", "x"), [("sigmoid", -40.0), ("expm1", -40.0), ("tanh", 3.0), ("sigmoid", 12.0)])
def test_a_slope_with_digits_is_not_accused(op: str, x: float) -> None:
    assert list(at(op, x).comparison.of("disagree")) == []


def test_a_step_that_is_lost_in_a_gradient_that_is_not_is_a_note() -> None:
    """v goes through a gate that stands at 40, and past it: its gradient is 1, to every digit."""
    sigmoid, mean = OPS["sigmoid"], OPS["mean"]
    spec = tv.trace(
        lambda v: mean(sigmoid(v * 40.0, name="gate") + v, name="loss"),
        inputs={},
        parameters={"v": "n"},
        sizes={"n": 2},
    )
    report = tv.check(spec, values={"v": np.ones(2)})
    assert report.verdict == "agree"
    assert [(f.code, f.node) for f in report.comparison.of("note") if f.code == "TV110"] == [("TV110", "gate")]


def test_a_step_that_is_lost_is_no_fault_of_another_gradient() -> None:
    """x goes through chaos, and no digit of its gradient is left; w has a saturated tanh, and every digit."""
    tanh, total = OPS["tanh"], OPS["sum"]

    def net(w: Any, x: Any) -> Any:
        z = x
        for _ in range(120):
            z = 3.9 * z * (1.0 - z)
        return total(tanh(w * 30.0, name="gate")) + total(w * w) + total(z)

    spec = tv.trace(net, inputs={"x": "1"}, parameters={"w": "3"})
    values = {"w": np.array([1.0, 1.5, 2.0]), "x": np.array([0.3])}
    report = tv.check(spec, values=values, backends=QUICK, dtypes=["float64"], oracle="exact")
    assert list(report.comparison.of("disagree")) == []
    assert [(f.code, f.node) for f in report.comparison.of("note") if f.code == "TV110"] == [("TV110", "gate")]


def test_no_referee_is_asked_where_roads_are_wanted() -> None:
    report = tv.check(SPEC, backends=QUICK, oracle="roads")
    assert not report.comparison.certified
    assert {e.correct for e in report.comparison.ends} == {None}
    assert report.comparison.oracle == "replay by another road"


def test_certified_digits_are_those_of_the_worst_road() -> None:
    report = tv.check(SPEC, backends=QUICK)
    wide = [e for e in report.comparison.ends if e.dtype == "float64"]
    assert all(14 < (e.correct or 0) <= 17 for e in wide)
    bent = tv.check(SPEC, backends=[another("mine", "tanh", 1 + 1e-9), "torch"])
    worst = min(e.correct or 0 for e in bent.comparison.ends if e.dtype == "float64")
    assert 7 < worst < 10


def test_a_large_network_is_left_to_the_roads() -> None:
    wide = network("mlp", b=64, n0=64, n1=512, n2=512, n3=10)
    report = tv.check(wide, backends=QUICK, dtypes=["float64"])
    assert report.comparison.oracle == "replay by another road"


def test_an_oracle_that_is_none_is_refused() -> None:
    with pytest.raises(BackendError) as error:
        _ = tv.check(SPEC, oracle="exakt")
    assert str(error.value) == "no oracle 'exakt' (exact, roads); did you mean 'exact'?"


def test_the_exact_oracle_that_is_not_installed_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trivium.wanted.load_referee", lambda: None)
    with pytest.raises(BackendError, match="pip install 'trivium\\[exact\\]'"):
        _ = tv.check(SPEC, oracle="exact")
    assert tv.check(SPEC, backends=QUICK).comparison.oracle == "replay by another road"
