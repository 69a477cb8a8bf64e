"""Metamorphic tests: a right gradient passes every relation, and each of the mistakes that it is meant for fails it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from trivium.backend import Array, load_backend
from trivium.errors import OracleError
from trivium.oracles.metamorphic import Given, Gradient, halves, permuted, superposed, wrong
from trivium.zoo import network

NUMPY = load_backend("numpy")
SPEC = network("notebook", N=7, h=5)
STREAM = np.random.default_rng(0)
GIVEN = {name: STREAM.standard_normal(given.shape) for name, given in SPEC.givens.items()}
BATCH = {"S": 1, "y": 1}
UNITS = {"w1": 0, "b1": 0, "w2": 1}


def gradient(given: Given) -> Given:
    n = given["S"].shape[1]
    found = NUMPY.compile(SPEC.resized(N=n))(dict(given)).gradients
    return {name: found[name] for name in GIVEN}


def but(change: Callable[[dict[str, Array], Given], Any]) -> Gradient:
    """The gradient with something done to it."""

    def changed(given: Given) -> Given:
        found = {n: g.copy() for n, g in gradient(given).items()}
        _ = change(found, given)
        return found

    return changed


def summed(found: dict[str, Array], given: Given) -> None:
    for g in found.values():
        g *= given["S"].shape[1]


def last_dropped(found: dict[str, Array], given: Given) -> None:
    n = given["S"].shape[1]
    rest = gradient({**given, "S": given["S"][:, :-1], "y": given["y"][:, :-1]})
    found["w1"] = rest["w1"] * (n - 1) / n


def one_unit_doubled(found: dict[str, Array], given: Given) -> None:
    found["b1"][2] *= 2


def nothing(found: dict[str, Array], given: Given) -> None:
    """The right gradient."""


def by_halves(g: Gradient) -> list[str]:
    return list(wrong(g(GIVEN), halves(g, GIVEN, BATCH)))


def by_points(g: Gradient) -> list[str]:
    return list(wrong(g(GIVEN), permuted(g, GIVEN, BATCH, [3, 0, 6, 1, 5, 2, 4])))


def by_units(g: Gradient) -> list[str]:
    return list(wrong(g(GIVEN), permuted(g, GIVEN, UNITS, [4, 2, 0, 1, 3])))


@pytest.mark.parametrize("relation", [by_halves, by_points, by_units])
def test_a_right_gradient_passes(relation: Callable[[Gradient], list[str]]) -> None:
    assert relation(gradient) == []
    assert relation(but(nothing)) == []


@pytest.mark.parametrize(
    ("relation", "mistake", "seen"),
    [
        (by_halves, summed, list(GIVEN)),
        (by_halves, last_dropped, ["w1"]),
        (by_points, last_dropped, ["w1"]),
        (by_units, one_unit_doubled, ["b1"]),
    ],
)
def test_each_relation_sees_what_it_is_meant_for(
    relation: Callable[[Gradient], list[str]], mistake: Callable[[dict[str, Array], Given], Any], seen: list[str]
) -> None:
    assert relation(but(mistake)) == sorted(seen, key=list(GIVEN).index)


@pytest.mark.parametrize("relation", [by_halves, by_points, by_units])
def test_a_constant_factor_passes_every_relation(relation: Callable[[Gradient], list[str]]) -> None:
    """What they cannot see, as the module says."""
    assert relation(lambda given: {n: 2 * g for n, g in gradient(given).items()}) == []


def test_a_part_in_a_trillion_is_seen() -> None:
    def slightly(found: dict[str, Array], given: Given) -> None:
        found["w1"] += 1e-12 * abs(found["w1"]).max() * (given["S"].shape[1] == 7)

    assert by_halves(but(slightly)) == ["w1"]


MANGLED: Mapping[str, Callable[[Array], Array]] = {
    "squared": np.square,
    "without its sign": np.abs,
    "clipped": lambda g: np.clip(g, -0.5, 0.5),
    "rectified": lambda g: np.maximum(g, 0),
    "compared with 0": lambda g: (g != 0) * 1.0,
    "ignored": np.ones_like,
}
X = STREAM.standard_normal((4, 3))
ONE, OTHER = STREAM.standard_normal((2, 4, 3))


def mangling(mangle: Callable[[Array], Array]) -> Callable[[Given, Array], Given]:
    return lambda given, y_bar: {"x": mangle(y_bar) * (1 - np.tanh(given["x"]) ** 2)}


def linear(vjp: Callable[[Given, Array], Given]) -> list[str]:
    return list(wrong(vjp({"x": X}, ONE - 3 * OTHER), superposed(vjp, {"x": X}, ONE, OTHER)))


def test_a_right_vjp_is_linear() -> None:
    assert linear(mangling(lambda g: g)) == []
    assert linear(mangling(lambda g: 5 * g)) == []


@pytest.mark.parametrize("how", MANGLED)
def test_a_cotangent_that_is_mangled_is_seen(how: str) -> None:
    assert linear(mangling(MANGLED[how])) == ["x"]


def test_nan_is_never_what_a_relation_says() -> None:
    relation = superposed(mangling(lambda g: g), {"x": X}, ONE, OTHER)
    assert list(wrong({"x": np.full(X.shape, np.nan)}, relation)) == ["x"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: halves(gradient, GIVEN, {"S": 1, "w1": 0}), "the axes differ in length: S 7, w1 5"),
        (lambda: halves(gradient, GIVEN, {"Z": 1}), "no given 'Z'"),
        (lambda: halves(gradient, GIVEN, {}), "no axis is named"),
        (lambda: halves(gradient, GIVEN, {"S": 2}), "given 'S' has shape (2, 7), and no axis 2"),
        (lambda: halves(gradient, GIVEN, BATCH, first=7), "7 data points cannot be parted after the first 7"),
        (
            lambda: permuted(gradient, GIVEN, UNITS, [0, 0, 1, 2, 3]),
            "the order [0, 0, 1, 2, 3] is no permutation of 5 entries",
        ),
        (
            lambda: superposed(mangling(np.abs), {"x": X}, ONE, OTHER[:2]),
            "the cotangents have shapes (4, 3) and (2, 3)",
        ),
        (
            lambda: wrong({}, halves(gradient, GIVEN, BATCH)),
            "the gradient of 'S' has shape (2, 7) by the relation, and nothing here",
        ),
    ],
)
def test_a_relation_that_cannot_be_held_says_why(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(OracleError) as error:
        _ = call()
    assert str(error.value) == message
