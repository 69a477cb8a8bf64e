"""Arguments with an underscore behind are those of the network without; where both are there, each is its own."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

import trivium as tv
from trivium.own.underscored import plainly


def takes(function: Any, *names: str) -> list[str]:
    return list(inspect.signature(plainly(function, names)).parameters)


def test_underscores_behind_are_left_out() -> None:
    assert takes(lambda np_, loss__, x: 0, "np", "loss", "x") == ["np", "loss", "x"]


def test_a_name_that_is_known_is_its_own() -> None:
    assert takes(lambda np_, np__: 0, "np", "np_") == ["np_", "np"]
    assert takes(lambda np_: 0, "np", "np_") == ["np_"]


def test_what_is_known_by_neither_name_stays() -> None:
    def function(x_: float, *rest_: float, y: float) -> float:
        return x_ + sum(rest_) + y

    assert plainly(function, ("y", "rest")) is function
    assert plainly(max, ("x",)) is max


def test_numbers_go_where_they_belong() -> None:
    def function(x: float, sum_: float) -> float:
        return x - sum_

    assert plainly(function, ("sum", "x"))(sum=1.0, x=3.0) == 2.0


def test_a_gradient_is_judged_under_the_plain_names() -> None:
    def cost(x_: Any, w: Any) -> float:
        return float(w @ np.tanh(x_))

    def grads(x_: Any, w: Any) -> dict[str, Any]:
        return {"x": w * (1 - np.tanh(x_) ** 2), "w": x_}

    report = tv.check_gradient(cost, grads, at={"w": np.array([1.5, -2.0]), "x": np.array([0.25, 0.5])})
    assert {p.name: p.state for p in report.found.of("gradient")} == {"x": "right", "w": "wrong"}
