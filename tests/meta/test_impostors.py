"""Wrong backends through `check`: each is named, nobody innocent is, and what cannot be decided is not decided."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.impostors import Impostor, with_rule, zero
from tests.meta.conftest import accused, codes, named
from trivium.backend import Array, Backend, load_backend
from trivium.compare.comparison import Finding
from trivium.ops import OPS
from trivium.report import Report
from trivium.spec.graph import Spec, written
from trivium.spec.node import Node
from trivium.verbs import check
from trivium_numpy import BACKEND

NET = "zoo:notebook"
BESIDE = [[], ["torch"], ["torch", "jax"]]
COUNTS = ["alone", "of two", "of three"]


def node(name: str, op: str, inputs: str, **attrs: Any) -> Node:
    return Node((name,), OPS[op], tuple(inputs.split()), OPS[op].complete(attrs))


def network(*nodes: Node) -> Spec:
    return Spec("net", written({"x": "3"}), written({"w": "3"}), (node("z", "mul", "w x"), *nodes), "loss")


def checked(spec: Spec | str, backends: list[str | Backend], **options: Any) -> Report:
    """Road against road: what the referee makes of them is another matter."""
    return check(spec, backends=backends, **{"oracle": "roads", **options})


def remarks(report: Report) -> list[Finding]:
    """What bears on the verdict."""
    return list(report.comparison.of("disagree", "undecided", "convention"))


@pytest.mark.parametrize("beside", BESIDE, ids=COUNTS)
def test_an_impostor_without_a_fault_is_accused_of_nothing(beside: list[str]) -> None:
    assert checked(NET, [*beside, Impostor()]).verdict == "agree"


@pytest.mark.parametrize("beside", BESIDE, ids=COUNTS)
def test_a_zero_backend_is_named_at_the_loss(beside: list[str]) -> None:
    report = checked(NET, [*beside, zero()])
    assert report.verdict == "disagree"
    assert named(report.comparison) == {("impostor", "g9")}
    assert all(finding.proven for finding in remarks(report))


def from_below_the_loss(answer: Any) -> Any:
    """Zero gradients, but for the loss's own, which is 1."""
    gradients = {name: x if name == "g9" else np.zeros_like(x) for name, x in answer.gradients.items()}
    return type(answer)(answer.values, gradients)


@pytest.mark.parametrize("beside", BESIDE[1:], ids=COUNTS[1:])
def test_a_zero_backend_that_knows_the_loss_s_own_gradient_is_named_at_the_next_step(beside: list[str]) -> None:
    report = checked(NET, [*beside, Impostor(answer=from_below_the_loss, bars=zero().bars)])
    assert accused(report.comparison) == {"impostor"}
    assert ("impostor", "g8") in named(report.comparison)


def halved(saved: Any, y_bar: Array) -> tuple[Array]:
    return (BACKEND.rules["tanh"].vjp(saved, y_bar)[0] / 2,)


@pytest.mark.parametrize("beside", BESIDE, ids=COUNTS)
def test_one_wrong_rule_is_one_finding_at_its_node(beside: list[str]) -> None:
    report = checked(NET, [*beside, with_rule("tanh", vjp=halved)])
    (finding,) = remarks(report)
    assert (finding.backend, finding.node, finding.direction) == ("impostor", "g3", "backward")
    assert finding.proven
    assert finding.how == "put to the derivative of its own values (complex step)"


def test_a_wrong_rule_that_replays_the_others_convicts_itself() -> None:
    report = checked(NET, [with_rule("tanh", vjp=halved), "torch", "jax"])
    (finding,) = remarks(report)
    assert (finding.backend, finding.node) == ("impostor", "g3")


def test_two_wrong_rules_are_two_findings() -> None:
    wrong = with_rule("tanh", vjp=halved)
    rules = {**wrong.rules, "sigmoid": with_rule("sigmoid", vjp=lambda y, y_bar: (y * y_bar,)).rules["sigmoid"]}
    report = checked(NET, ["torch", "jax", type(wrong)(rules, name="impostor")])
    assert [(f.backend, f.node) for f in remarks(report)] == [("impostor", "g6"), ("impostor", "g3")]


def test_two_backends_with_a_mistake_each_are_both_named() -> None:
    other = type(BACKEND)(with_rule("sigmoid", vjp=lambda y, y_bar: (y * y_bar,)).rules, name="other")
    report = checked(NET, ["torch", other, with_rule("tanh", vjp=halved)])
    assert {(f.backend, f.node) for f in remarks(report)} == {("other", "g6"), ("impostor", "g3")}


def stretched(x: Array) -> tuple[Array, Array]:
    y = np.tanh(x)
    return 1.001 * y, y


def stretched_vjp(y: Array, y_bar: Array) -> tuple[Array]:
    return (1.001 * (1 - y * y) * y_bar,)


ANOTHER_TANH = with_rule("tanh", forward=stretched, vjp=stretched_vjp)
"""Another function of the same name, with its own right derivative."""


def test_a_wrong_value_beside_two_others_is_blamed_by_a_hint() -> None:
    (finding,) = remarks(checked(NET, ["torch", "jax", ANOTHER_TANH]))
    assert (finding.code, finding.backend, finding.node, finding.direction) == ("TV101", "impostor", "g3", "forward")
    assert not finding.proven
    assert finding.how.endswith("agree with each other: a hint, not a proof")


@pytest.mark.parametrize("other", ["torch", "jax"])
def test_a_wrong_value_beside_one_other_is_blamed_on_nobody(other: str) -> None:
    (finding,) = remarks(checked(NET, [other, ANOTHER_TANH]))
    assert (finding.code, finding.backend, finding.node, finding.direction) == ("TV109", "", "g3", "forward")
    assert not finding.proven
    assert finding.how.endswith("differ, and nothing here can say who is right")


def test_a_wrong_value_of_one_road_alone_is_its_own_definition() -> None:
    assert checked(NET, [ANOTHER_TANH]).verdict == "agree"


FAR = network(node("y", "exp", "z"), node("loss", "sum", "y"))
FAR_OUT = {"x": np.array([1.0, 2.0, 3.0]), "w": np.array([100.0, 1.0, 0.5])}
ALL = ["numpy", "torch", "jax"]


@pytest.mark.parametrize("backends", [["numpy"], ["numpy", "torch"], ALL], ids=len)
def test_an_overflow_in_float32_is_undecided(backends: list[str]) -> None:
    report = checked(FAR, backends, values=FAR_OUT)
    (finding,) = remarks(report)
    assert report.verdict == "undecided"
    assert (finding.code, finding.node) == ("TV106", "y")
    assert finding.seen == (("own values", "float32"),)


def test_the_same_numbers_agree_in_float64() -> None:
    assert checked(FAR, ALL, values=FAR_OUT, dtypes=["float64"]).verdict == "agree"


def test_numbers_in_range_agree_in_float32() -> None:
    assert checked(FAR, ALL, values={**FAR_OUT, "w": np.array([10.0, 1.0, 0.5])}).verdict == "agree"


def test_an_overflow_hides_no_disagreement_elsewhere() -> None:
    wrong = with_rule("mul", vjp=lambda saved, y_bar: (2 * saved[1] * y_bar, saved[0] * y_bar))
    report = checked(FAR, ["torch", "jax", wrong], values=FAR_OUT)
    assert report.verdict == "disagree"
    assert codes(report.comparison) == {"TV102", "TV106"}
    assert ("impostor", "z") in named(report.comparison)


LOG = network(node("y", "log", "z"), node("loss", "sum", "y"))


@pytest.mark.parametrize("backends", [["numpy"], ["numpy", "torch"], ALL], ids=len)
def test_a_logarithm_of_a_negative_number_is_undecided(backends: list[str]) -> None:
    report = checked(LOG, backends, values={**FAR_OUT, "w": np.array([2.0, -1.0, 0.5])})
    (finding,) = remarks(report)
    assert report.verdict == "undecided"
    assert (finding.code, finding.node) == ("TV105", "y")
    assert "leaves the domain of log (x > 0): entry (1,) of z is -2" in finding.message


def test_a_logarithm_of_positive_numbers_agrees() -> None:
    assert checked(LOG, ALL, values=FAR_OUT).verdict == "agree"


L1 = network(node("loss", "absolute_error", "z x", reduction="sum"))
AT_A_FIT = {"x": np.array([2.0, 5.0, 3.0]), "w": np.array([1.0, 3.0, 2.0])}


def test_an_exact_fit_of_absolute_errors_is_a_convention_and_whose_is_whose() -> None:
    report = checked(L1, ALL, values=AT_A_FIT)
    (finding,) = remarks(report)
    assert report.verdict == "convention"
    assert (finding.code, finding.node) == ("TV104", "loss")
    assert "absolute error at an exact fit: any slope from -1 to 1" in finding.message
    assert finding.message.endswith("entry (0,) of z's cotangent may be -1 to 1: numpy 0, torch 0, jax 1")


def test_a_slope_outside_of_the_interval_is_no_convention() -> None:
    def steep(saved: Any, y_bar: Array) -> Any:
        sign, n = saved
        p_bar = np.where(sign == 0, 1.5, sign).astype(y_bar.dtype) * (y_bar / n)
        return p_bar, -p_bar

    report = checked(L1, ["torch", "jax", with_rule("absolute_error", vjp=steep)], values=AT_A_FIT)
    assert report.verdict == "disagree"
    assert accused(report.comparison) == {"impostor"}


def test_beside_a_fit_absolute_errors_agree() -> None:
    assert checked(L1, ALL, values={**AT_A_FIT, "w": np.array([1.5, 3.0, 2.0])}).verdict == "agree"


def test_the_roads_are_loaded_as_they_are() -> None:
    assert load_backend("numpy") is BACKEND
