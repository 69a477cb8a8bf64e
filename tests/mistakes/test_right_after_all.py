"""What was reported as wrong to other projects, and is right: never accused, and what there is to say is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.backend import Arrays, Bars
from trivium.ops import OPS

ROADS = ["numpy", "torch", "jax"]


def codes(report: tv.Report) -> set[str]:
    return {f.code for f in report.comparison.findings}


def test_the_slope_of_exp_is_its_output() -> None:
    """Not its input: a formula that uses y where another uses eˣ is the same formula."""
    exp, total = OPS["exp"], OPS["sum"]
    spec = tv.trace(lambda x: total(exp(x, name="y") * exp(x)), inputs={}, parameters={"x": "5"})

    def by_output(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
        return (outputs[0] * y_bars[0],)

    assert tv.check(spec, tamper={road: {"y": by_output} for road in ROADS}).verdict == "agree"


@pytest.mark.parametrize("road", ROADS)
def test_a_batch_norm_without_the_mean_term_of_its_variance_is_right(road: str) -> None:
    """∂σ²/∂mean is the mean of x - mean, and that is 0: another formula, the same gradient."""
    names = {"x": "b c", "t": "b c"}
    spec = tv.trace(
        lambda x, t, gain, shift: OPS["squared_error"](
            OPS["batch_norm"](x, gain, shift, channel_axis=1, eps=1e-5, name="n"), t, reduction="mean"
        ),
        inputs=names,
        parameters={"gain": "c", "shift": "c"},
        sizes={"b": 7, "c": 3},
    )

    def without(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
        x, gain = (np.asarray(a, np.float64) for a in inputs[:2])
        g = np.asarray(y_bars[0], np.float64) * gain
        mean = x.mean(0)
        sigma = np.sqrt(x.var(0) + 1e-5)
        of_variance = (g * (x - mean)).sum(0) * -0.5 / sigma**3
        of_mean = -g.sum(0) / sigma  # and not also: of_variance * mean(-2 (x - mean))
        x_bar = g / sigma + of_variance * 2 * (x - mean) / len(x) + of_mean / len(x)
        return (x_bar.astype(inputs[0].dtype), *x_bars[1:])

    assert tv.check(spec, tamper={road: {"n": without}}, dtypes=["float64"]).verdict == "agree"


def test_a_gradient_of_0_where_nothing_else_can_be_is_right_and_told_to_say_little() -> None:
    """The sum of x - mean x is 0 whatever x is: so is its gradient, and a mistake could not show."""
    mean, total = OPS["mean"], OPS["sum"]
    spec = tv.trace(lambda x: total(x - mean(x)), inputs={}, parameters={"x": "4"})
    report = tv.check(spec)
    assert report.verdict == "agree"
    assert "TV201" in codes(report)


def test_a_deep_recurrence_that_amplifies_rounding_is_right_in_every_step() -> None:
    tanh = OPS["tanh"]

    def net(x: Any, w: Any) -> Any:
        for i in range(40):
            x = tanh(x @ (w * 3.0), name=f"h{i}")
        return OPS["sum"](x * x)

    spec = tv.trace(net, inputs={"x": "2 6"}, parameters={"w": "6 6"})
    report = tv.check(spec, backends=["numpy", "torch"])
    assert report.verdict == "agree"
    assert min(e.digits or 0.0 for e in report.comparison.ends if e.dtype == "float32") < 5


@pytest.mark.parametrize("order", [1, 2])
def test_a_norm_at_0_is_a_convention(order: int) -> None:
    def net(x: Any, w: Any) -> Any:
        return OPS["sum"](OPS["norm"](x, order=order, axis=None, keepdims=False) * w)

    spec = tv.trace(net, inputs={"w": ""}, parameters={"x": "3"})
    report = tv.check(spec, values={"x": np.zeros(3), "w": np.array(2.0)})
    assert report.verdict in ("agree", "convention")
    assert list(report.comparison.of("disagree")) == []


TIED = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])


def largest() -> Any:
    return tv.trace(
        lambda x, w: OPS["sum"](OPS["max"](x, axis=1, keepdims=False, name="m") * w),
        inputs={"w": "2"},
        parameters={"x": "2 3"},
    )


def to_the_first(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    x, bar = inputs[0], np.zeros_like(inputs[0])
    bar[np.arange(len(x)), x.argmax(axis=1)] = y_bars[0]
    return (bar,)


def to_all(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
    x = inputs[0]
    return ((x == x.max(axis=1, keepdims=True)) * y_bars[0][:, None],)


def tied(tamper: Any) -> str:
    values = {"x": TIED, "w": np.array([1.5, -0.5])}
    return tv.check(largest(), values=values, tamper={"torch": {"m": tamper}}, dtypes=["float64"]).verdict


def test_a_max_may_hand_its_cotangent_to_the_first_of_the_tied() -> None:
    assert tied(to_the_first) == "convention"


def test_a_max_may_not_hand_it_to_all_of_them() -> None:
    assert tied(to_all) == "disagree"
