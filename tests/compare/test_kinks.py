"""On a kink any slope of the interval is a convention, and anything outside of it is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import trivium as tv
from trivium.backend import Array, Bars, Tamper
from trivium.ops import OPS
from trivium.spec.graph import written
from trivium.spec.node import Node

RELU = tv.Spec(
    "relu",
    written({"x": "2 3", "y": "2 3"}),
    (),
    (
        Node(("h",), OPS["relu"], ("x",)),
        Node(("l",), OPS["squared_error"], ("h", "y"), (("reduction", "sum"), ("batch_axis", None))),
    ),
    "l",
)
AT = {"x": np.array([[0.0, 1.0, -2.0], [3.0, 0.0, 2e-9]]), "y": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])}


def slope_at_zero(slope: float) -> Tamper:
    """A relu that takes this slope on its kink."""

    def mangle(inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars) -> Bars:
        return (np.where(inputs[0] == 0, slope * y_bars[0], x_bars[0]).astype(inputs[0].dtype),)

    return mangle


def test_the_roads_agree_on_the_kink() -> None:
    assert tv.check(RELU, values=AT).verdict == "agree"


@pytest.mark.parametrize("slope", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_slope_of_the_interval_is_a_convention(slope: float, backend: str) -> None:
    report = tv.check(RELU, backends=["numpy", "torch"], values=AT, tamper={backend: {"h": slope_at_zero(slope)}})
    assert (report.verdict, [f.node for f in report.comparison.of("convention")]) == ("convention", ["h"])


@pytest.mark.parametrize("slope", [-1e-6, 1.000001, 2.0, float("nan")])
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_slope_outside_of_the_interval_is_wrong(slope: float, backend: str) -> None:
    report = tv.check(RELU, backends=["numpy", "torch"], values=AT, tamper={backend: {"h": slope_at_zero(slope)}})
    assert report.verdict == "disagree"


def test_whose_convention_is_whose_is_said() -> None:
    report = tv.check(RELU, backends=["numpy", "torch"], values=AT, tamper={"torch": {"h": slope_at_zero(0.5)}})
    (finding,) = report.comparison.of("convention")
    assert finding.message.endswith("entry (0, 0) of x's cotangent may be -2 to 0: numpy 0, torch -1")
