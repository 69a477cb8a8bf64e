"""The first customer: a dict of intermediates and a cost, a dict of gradients; right, and with one slip each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import trivium as tv
from tests.own.student import AT, NET, THREE, slipped
from trivium.errors import OracleError


def test_what_is_right_is_right_by_its_own_function() -> None:
    report = tv.check_gradient(THREE.cost, THREE.grads, at=AT)
    assert report.verdict == "agree"
    assert {p.name for p in report.found.parts} == {"w1", "w2", "w3", "b1", "b2", "b3"}
    assert {(p.how, p.asked == p.entries) for p in report.found.parts} == {("the exact derivative", True)}


def test_what_is_right_is_right_beside_its_network() -> None:
    report = tv.check_gradient(THREE.cost, THREE.grads, at=AT, against=NET)
    assert report.verdict == "agree"
    assert len(report.found.of("value")) == 8
    assert {p.name for p in report.found.of("gradient")} >= {"g8", "g5", "g2"}
    assert report.found.points == ("the numbers given", "prime sizes", "square layers")


def test_arrays_are_drawn_for_a_network() -> None:
    assert tv.check_gradient(THREE.cost, THREE.grads, against=NET).verdict == "agree"


ALL = {"w1", "w2", "w3", "b1", "b2", "b3", "g8", "g5", "g2"}
BELOW_G5 = {"g5", "g2", "w2", "b2", "w1", "b1"}
SLIPS: list[tuple[str, set[str], tuple[str, ...], str]] = [
    ("no 1/N", ALL, ("g9",), "mean-forgotten"),
    ("no 2", ALL, ("g9",), "two-forgotten"),
    ("sign", ALL, ("g9",), "difference-reversed"),
    ("slope at the activation", BELOW_G5, ("g6", "g7"), "derivative-at-output"),
    ("no slope", BELOW_G5, ("g6", "g7"), "derivative-missing"),
    ("1 - y", {"g2", "w1", "b1"}, ("g3", "g4"), "tanh-not-squared"),
    ("no slope in tanh", {"g2", "w1", "b1"}, ("g3", "g4"), "derivative-missing"),
    ("last point dropped", {"w2"}, ("g4",), "last-sample-dropped"),
    ("weights divided", {"w1"}, ("g1", "g2"), "weights-averaged"),
    ("float32", {"w1"}, ("g1", "g2"), "float32-on-the-way"),
]


@pytest.mark.parametrize(("slip", "wrong", "suspects", "name"), SLIPS, ids=[s[0] for s in SLIPS])
def test_a_slip_is_found_placed_and_named(slip: str, wrong: set[str], suspects: tuple[str, ...], name: str) -> None:
    report = tv.check_gradient(THREE.cost, slipped(slip), at=AT, against=NET)
    assert report.verdict == "disagree"
    assert {p.name for p in report.found.of("gradient", "wrong")} == wrong
    assert report.found.suspects == suspects
    assert name in {m.mistake for m in report.diagnosis}
    assert name in report.text()
    assert len(report.text().splitlines()) <= 25


BY_ITSELF = {"no 1/N": "constant-factor-forgotten", "mean of biases": "bias-averaged", "one entry": ""}
"""Where a mistake has another name without the network, or none that is one slip."""


@pytest.mark.parametrize(
    "slip",
    [
        *(pytest.param(s[0], marks=pytest.mark.slow if i > 2 else ()) for i, s in enumerate(SLIPS)),
        *("mean of biases", "one entry"),
    ],
)
def test_a_slip_is_found_and_named_without_a_network(slip: str) -> None:
    right = {p.name for p in tv.check_gradient(THREE.cost, slipped(""), at=AT).found.of("gradient", "right")}
    report = tv.check_gradient(THREE.cost, slipped(slip), at=AT)
    assert right == {"w1", "w2", "w3", "b1", "b2", "b3"}
    assert report.verdict == "disagree"
    assert "grad_g8" in "".join(report.found.notes)
    names = {s[0]: s[3] for s in SLIPS} | BY_ITSELF
    assert names[slip] in {*(m.mistake for m in report.diagnosis), *([] if report.diagnosis else [""])}


def test_a_slip_in_a_part_in_a_billion_of_one_entry_has_no_name() -> None:
    report = tv.check_gradient(THREE.cost, slipped("one entry"), at=AT, against=NET)
    (part,) = report.found.of("gradient", "wrong")
    assert (part.name, part.pattern.text if part.pattern else "") == ("w2", "only entry (1, 2) is wrong")
    assert report.diagnosis == ()
    assert "none of the known ones" in report.text()


def test_without_the_function_a_factor_n_is_a_question() -> None:
    def grads(S, w1, w2, w3, b1, b2, b3, y):  # type: ignore[no-untyped-def]
        return slipped("no 1/N")(THREE.cost(S, w1, w2, w3, b1, b2, b3, y)[0])

    report = tv.check_gradient(None, grads, at=AT, against=NET)
    assert report.verdict == "undecided"
    assert "it would be right if the loss were summed over N" in " ".join(report.text().split())


def test_without_the_function_any_other_mistake_is_a_mistake() -> None:
    def grads(S, w1, w2, w3, b1, b2, b3, y):  # type: ignore[no-untyped-def]
        return slipped("no slope")(THREE.cost(S, w1, w2, w3, b1, b2, b3, y)[0])

    assert tv.check_gradient(None, grads, at=AT, against=NET).verdict == "disagree"


def test_another_cost_is_told_from_a_wrong_gradient() -> None:
    def cost(*arrays):  # type: ignore[no-untyped-def]
        data, value = THREE.cost(*arrays)
        return data, 3 * value

    report = tv.check_gradient(cost, slipped(""), at=AT, against=NET)
    assert "the function is not the network" in " ".join(report.text().split())


def test_an_assertion_carries_the_report() -> None:
    tv.assert_gradient(THREE.cost, THREE.grads, at=AT)
    with pytest.raises(tv.GradientMismatch, match="9 of 9 gradients are wrong"):
        tv.assert_gradient(THREE.cost, slipped("no 1/N"), at=AT)


def test_a_gradient_of_another_shape_is_wrong_beside_a_network_too() -> None:
    def grads(data):  # type: ignore[no-untyped-def]
        found = slipped("")(data)
        return {**found, "w2": found["w2"].T}

    for against in (None, NET):
        report = tv.check_gradient(THREE.cost, grads, at=AT, against=against)
        (wrong,) = report.found.of("gradient", "wrong")
        assert (wrong.name, wrong.why) == ("w2", "it has shape (3, 4), and should have (4, 3)")


def test_a_gradient_that_lacks_an_axis_of_one_entry_is_said() -> None:
    def flat(data: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(THREE.grads(data))
        return found | {"b1": found["b1"].reshape(-1)}

    report = tv.check_gradient(THREE.cost, flat, at=AT, against=NET)
    said = "the gradient of b1 has shape (3,), and b1 (3, 1): its entries are compared, but an update with it "
    assert (report.verdict, [n for n in report.found.notes if n.startswith(said)] != []) == ("agree", True)


def test_a_factor_that_is_n_elsewhere_says_where() -> None:
    def spread(data: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(THREE.grads(data))
        return found | {"w2": found["w2"] / data["y"].shape[1]}

    text = tv.check_gradient(THREE.cost, spread, at=AT, against=NET).text()
    assert "13 times too small, and 13 is N (at prime sizes)" in " ".join(text.split())


def test_what_was_not_brought_or_has_no_name_is_said() -> None:
    def grads(data):  # type: ignore[no-untyped-def]
        found = slipped("")(data)
        return {"w1": found["w1"], "mystery": found["w2"]}

    notes = " ".join(tv.check_gradient(THREE.cost, grads, at=AT, against=NET).found.notes)
    assert "no name of the network, and not checked: mystery" in notes
    assert "no gradient was brought of b1, w2, b2, w3, b3" in notes


def test_what_takes_too_long_on_exact_numbers_is_held_against_the_complex_step() -> None:
    """Exact numbers are slow: a product of matrices of a hundred columns would take minutes."""
    stream = np.random.default_rng(0)
    x, w = stream.normal(size=(20, 100)), stream.normal(size=(100, 50)) / 10

    def loss(x, w):  # type: ignore[no-untyped-def]
        return np.sum(np.tanh(x @ w) ** 2)

    def slope(x, w):  # type: ignore[no-untyped-def]
        h = np.tanh(x @ w)
        return {"w": x.T @ (2 * h * (1 - h**2))}

    report = tv.check_gradient(loss, slope, at={"x": x, "w": w})
    (part,) = report.found.of("gradient")
    assert (report.verdict, part.how) == ("agree", "the complex step")
    assert "no exact numbers: the function takes more than 65,536 operations" in report.found.notes


def test_a_tuple_of_what_the_network_trains_takes_their_names() -> None:
    def grads(data):  # type: ignore[no-untyped-def]
        found = slipped("")(data)
        return tuple(found[n] for n in AT if n in found)

    report = tv.check_gradient(THREE.cost, grads, at=AT, against=NET)
    assert report.verdict == "agree"
    assert len(report.found.of("gradient")) == 6


def test_a_list_of_numbers_is_the_gradient_of_one_vector() -> None:
    def loss(w):  # type: ignore[no-untyped-def]
        return sum(x**2 for x in w)

    assert tv.check_gradient(loss, lambda w: [2 * x for x in w], at=[[1.0, 2.0, 3.0]]).verdict == "agree"


def test_a_gradient_that_gives_nothing_back_says_so() -> None:
    with pytest.raises(OracleError, match="the gradient gives back None"):
        _ = tv.check_gradient(THREE.cost, lambda data: None, at=AT)
