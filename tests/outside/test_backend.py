"""A backend that is none of ours: the contract puts it to what it has, and a check takes it among the roads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.outside.stepper import BACKEND, FUNCTIONS
from trivium.ops import OPS, tanh
from trivium.ops.reduce import sum_
from trivium.spec.graph import Spec
from trivium.spec.trace import trace
from trivium.testing import contract
from trivium.verbs import check


def net() -> Spec:
    shapes = {"inputs": {"x": "3 5"}, "parameters": {"w": "2 3"}}
    return trace(lambda x, w: sum_(tanh(w @ x)), vocabulary=OPS, name="net", **shapes)


def test_it_holds_to_the_contract() -> None:
    results = contract(BACKEND)
    assert [str(r) for r in results if not r.holds] == []
    assert {r.op for r in results} == set(FUNCTIONS)


def test_what_it_gets_wrong_is_named() -> None:
    wrong = replace(BACKEND, functions={**FUNCTIONS, "tanh": np.sinh})
    assert {(r.op, r.clause) for r in contract(wrong) if not r.holds} >= {("tanh", "formula")}


def test_a_check_takes_it_among_the_roads() -> None:
    report = check(net(), backends=["numpy", BACKEND], dtypes=["float64"])
    assert (report.verdict, report.comparison.backends) == ("agree", ("numpy", "stepper"))
