"""Two mistakes in one step: both are named, and a pair is never put down to one of them."""

from __future__ import annotations

from itertools import combinations

import pytest

import trivium as tv
from trivium.backend import Arrays, Bars
from trivium.mistakes import COMMONEST, MISTAKES, Both, Plant, plants
from trivium.zoo import network

SPEC = network("notebook")


def planted(name: str, node: str) -> Plant:
    return next(p for p in plants(SPEC, (MISTAKES[name],)) if p.node.name == node)


PAIRS = [
    ("g9", "mean-forgotten", "two-forgotten"),
    ("g9", "mean-twice", "sign"),
    ("g6", "derivative-at-output", "sign"),
    ("g3", "derivative-missing", "sign"),
    ("g2", "sign", "bias-averaged"),
    ("g1", "weights-averaged", "sign"),
]


@pytest.mark.parametrize(("node", "first", "second"), PAIRS)
def test_two_mistakes_in_one_step_are_both_named(node: str, first: str, second: str) -> None:
    both = Both(planted(first, node), planted(second, node))
    report = tv.check(SPEC, backends=["numpy", "torch"], tamper={"numpy": {node: both.bars}})
    (found,) = report.diagnosis
    assert both.name in found.mistakes
    assert all(" + " in name for name in found.mistakes)
    assert first in report.text()
    assert len(report.text().splitlines()) <= 25


def test_a_sign_wrong_on_both_sides_is_two_signs() -> None:
    def reversed_(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
        return tuple(None if x is None else -x for x in x_bars)

    report = tv.check(SPEC, backends=["numpy", "torch"], tamper={"torch": {"g5": reversed_}})
    assert [d.mistakes for d in report.diagnosis] == [("sign + sign",)]


def test_one_mistake_is_not_called_two() -> None:
    tamper = {"torch": planted("sign", "g6").tamper}
    report = tv.check(SPEC, backends=["numpy", "torch"], tamper=tamper)
    assert [d.mistakes for d in report.diagnosis] == [("sign",)]


def test_the_commonest_are_known_ones() -> None:
    assert set(COMMONEST) <= set(MISTAKES)
    assert len(list(combinations(COMMONEST, 2))) == 120
