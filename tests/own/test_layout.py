"""Data points in rows beside a network that has them in columns; biases with and without an axis; shapes for points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.errors import OracleError, ValuesError
from trivium.own.calling import code as as_called
from trivium.own.drawn import points
from trivium.own.found import Part
from trivium.own.judge import noise
from trivium.own.relation import related
from trivium.own.source import loaded

ROOT = Path(__file__).parents[2]
ROWS = loaded(ROOT / "examples/student/rows.py")
NET = ROOT / "examples/nets/notebook.net.toml"
RANDOM = np.random.default_rng(0)
SHAPES = {"S": (7, 2), "w1": (2, 3), "b1": (3,), "w2": (3, 4), "b2": (4,), "w3": (4, 1), "b3": (1,), "y": (7, 1)}
AT = {n: RANDOM.normal(size=shape) for n, shape in SHAPES.items()}
LETTERS = {"S": "N i", "w1": "i h", "b1": "h", "w2": "h k", "b2": "k", "w3": "k o", "b3": "o", "y": "N o"}


def without_the_slope_of_tanh(cache: Any) -> Any:
    S, _, g6, g8, w2, w3, y = cache
    d8 = 2 * (g8 - y) / len(y)
    d2 = (d8 @ w3.T * g6 * (1 - g6)) @ w2.T
    return {**ROWS.grads(cache), "dw1": S.T @ d2, "db1": d2.sum(0)}


def one_short(cache: Any) -> Any:
    """The last data point does not reach the first layer."""
    S, g3, g6, g8, w2, w3, y = cache
    d8 = 2 * (g8 - y) / len(y)
    d2 = (d8 @ w3.T * g6 * (1 - g6)) @ w2.T * (1 - g3**2)
    return {**ROWS.grads(cache), "dw1": S[:-1].T @ d2[:-1]}


def test_rows_beside_columns_are_found_out_by_their_shapes() -> None:
    report = tv.check_gradient(ROWS.cost, ROWS.grads, at=AT, against=NET)
    assert report.verdict == "agree", report.text()
    assert report.found.points == ("the numbers given", "prime sizes", "square layers")
    assert "each of your matrices is the transpose of the network's" in report.found.notes


def test_rows_may_be_said() -> None:
    assert tv.check_gradient(ROWS.cost, ROWS.grads, at=AT, against=NET, layout="rows").verdict == "agree"
    with pytest.raises(tv.errors.TriviumError, match=r"size 'N' is 1 by the value of 'y'"):
        _ = tv.check_gradient(ROWS.cost, ROWS.grads, at=AT, against=NET, layout="columns")


def test_a_network_s_own_numbers_are_handed_over_as_the_code_takes_them() -> None:
    report = tv.check_gradient(ROWS.cost, ROWS.grads, against=NET)
    assert (report.verdict, report.found.points[0]) == ("agree", "the network's own numbers")


def test_a_mistake_in_rows_is_named_as_one_in_columns() -> None:
    report = tv.check_gradient(ROWS.cost, without_the_slope_of_tanh, at=AT, against=NET)
    assert {p.name for p in report.found.of("gradient", "wrong")} == {"w1", "b1"}
    assert "derivative-missing" in {m.mistake for m in report.diagnosis}


def test_a_layout_that_is_none_is_refused() -> None:
    with pytest.raises(ValuesError, match="layout='row'; did you mean 'rows'"):
        _ = tv.check_gradient(ROWS.cost, ROWS.grads, at=AT, against=NET, layout="row")


def test_shapes_are_enough() -> None:
    report = tv.check_gradient(ROWS.cost, ROWS.grads, shapes=LETTERS)
    assert report.verdict == "agree", report.text()
    assert report.found.points == ("prime sizes", "equal sizes", "other numbers of prime sizes")
    assert "held against itself too: with what lies along N, i, h, k, o in another order" in " ".join(
        report.found.notes
    )


def test_numbers_for_shapes_are_enough_too() -> None:
    report = tv.check_gradient(ROWS.cost, ROWS.grads, shapes=SHAPES)
    assert (report.verdict, report.found.points) == ("agree", ("drawn numbers", "other drawn numbers"))


def test_a_stray_factor_is_named_by_the_prime_that_it_is() -> None:
    def doubled(cache: Any) -> Any:
        return {n: g * len(cache[0]) for n, g in ROWS.grads(cache).items()}

    report = tv.check_gradient(ROWS.cost, doubled, shapes=LETTERS)
    assert report.verdict == "disagree"
    assert "axis 0 of S" in report.text()


def test_labels_and_kinds_may_be_asked_for() -> None:
    def loss(p: Any, labels: Any) -> Any:
        return -np.log(p)[np.arange(len(labels)), labels].mean()

    def slope(p: Any, labels: Any) -> Any:
        d = np.zeros_like(p)
        d[np.arange(len(labels)), labels] = -1 / p[np.arange(len(labels)), labels] / len(labels)
        return {"p": d}

    report = tv.check_gradient(loss, slope, shapes={"p": "N C: positive", "labels": "N: index < C"})
    assert report.verdict == "agree", report.text()


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ({"S": "N i: positiv"}, "shapes: S: no kind 'positiv'; did you mean 'positive'"),
        ({"S": "N,i"}, "shapes: S: 'N,i' is no axis"),
    ],
)
def test_a_shape_that_is_none_is_refused(shapes: Any, says: str) -> None:
    with pytest.raises(ValuesError, match=says):
        _ = tv.check_gradient(ROWS.cost, ROWS.grads, shapes=shapes)


def test_numbers_or_shapes_and_not_both() -> None:
    with pytest.raises(ValuesError, match="both at= and shapes= are given"):
        _ = tv.check_gradient(ROWS.cost, ROWS.grads, at=AT, shapes=SHAPES)
    with pytest.raises(ValuesError, match="at= is missing"):
        _ = tv.check_gradient(ROWS.cost, ROWS.grads)


@pytest.mark.parametrize(("grads", "broken"), [(ROWS.grads, set()), (one_short, {"w1"})])
def test_a_gradient_is_held_against_itself_at_parted_and_permuted_data(grads: Any, broken: set[str]) -> None:
    (point, *_) = points(LETTERS)
    code, given = as_called(ROWS.cost, grads, point.given)
    told = code.told(given)
    blank = [Part(n, n, "gradient", x.shape, "right", 0, 0, 0, "", 1.0, 0.0, 0.0) for n, x in given.items()]
    parts, said = related(code, given, noise(code, given, told), point.axes, blank)
    assert {p.name for p in parts if p.state == "wrong"} == broken
    assert said == [
        "with what lies along N, i, h, k, o in another order",
        "with what lies along N parted in two",
    ]


def test_code_that_takes_no_other_layout_says_why() -> None:
    def broken(S: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any, y: Any) -> Any:
        raise ValueError("never")

    with pytest.raises(OracleError, match="ValueError: never"):
        _ = tv.check_gradient(broken, ROWS.grads, against=NET)
