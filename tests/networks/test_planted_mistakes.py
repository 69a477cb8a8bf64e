"""A mistake planted in one road is found, at its node and in that road, and nothing else is accused.

The same for two at once; and the smallest error of a single entry that is seen, by bisection.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

import trivium as tv
from tests.notebook import FILE, ROADS, SPEC
from tests.planted import PLANTED, Planted, one_entry_off
from trivium.backend import Array, Evaluation, Tamper, load_backend
from trivium.compare.comparison import Comparison
from trivium.probe import draw

EACH_ROAD = pytest.mark.parametrize("road", ROADS)
NODES = tuple(node.name for node in SPEC.nodes)
SQUARE = SPEC.resized(i=2, h=3, k=3, o=1, N=5)


def checked(**planted: Mapping[str, Tamper]) -> Comparison:
    """The notebook, checked on all roads with mistakes planted: road -> node -> mistake; in float64, to save time."""
    return tv.check(FILE, dtypes=("float64",), tamper=planted).comparison


def accused(comparison: Comparison) -> set[tuple[str, str]]:
    """Who is wrong, and at which node."""
    return {(finding.backend, finding.node) for finding in comparison.of("disagree")}


def wrong(comparison: Comparison) -> set[str]:
    """Every tensor whose cotangent a step of its own gets wrong."""
    return {w.tensor for finding in comparison.of("disagree") for w in finding.wrong}


@pytest.mark.parametrize(
    ("road", "mistake"),
    [
        pytest.param(road, m, id=f"{name}-{road}", marks=() if road == "numpy" or i < 4 else pytest.mark.slow)
        for i, (name, m) in enumerate(PLANTED.items())
        for road in ROADS
    ],
)
def test_a_mistake_is_found_at_its_node_in_its_road(road: str, mistake: Planted) -> None:
    comparison = checked(**{road: {mistake.node: mistake.tamper}})
    assert comparison.verdict == "disagree"
    assert accused(comparison) == {(road, mistake.node)}
    assert mistake.tensor in wrong(comparison)


def test_without_a_mistake_nobody_is_accused() -> None:
    comparison = checked()
    assert comparison.verdict == "agree"
    assert accused(comparison) == set()


@EACH_ROAD
def test_two_mistakes_in_one_road_are_both_named_and_nothing_that_inherits(road: str) -> None:
    first, second = PLANTED["no 1/N"], PLANTED["tanh' omitted"]
    comparison = checked(**{road: {first.node: first.tamper, second.node: second.tamper}})
    assert accused(comparison) == {(road, "g9"), (road, "g3")}
    assert wrong(comparison) == {"g8", "y", "g2"}


@pytest.mark.parametrize(("one", "other"), [("numpy", "torch"), ("torch", "jax"), ("jax", "numpy")])
def test_two_mistakes_in_two_roads_are_both_named(one: str, other: str) -> None:
    first, second = PLANTED["sigmoid' at the activation"], PLANTED["bias averaged"]
    comparison = checked(**{one: {first.node: first.tamper}, other: {second.node: second.tamper}})
    assert accused(comparison) == {(one, "g6"), (other, "g5")}
    assert wrong(comparison) == {"g5", "b2"}


def test_a_mistake_that_two_roads_share_is_pinned_on_both() -> None:
    mistake = {"g3": PLANTED["tanh' omitted"].tamper}
    assert accused(checked(numpy=mistake, torch=mistake)) == {("numpy", "g3"), ("torch", "g3")}


# ---- that a mistake in the table is the mistake that it is called: the whole gradient, written out with it


def by_hand(mistake: str) -> dict[str, Array]:
    """The gradient of the square network, step by step, with one mistake made on the way where one is named."""
    given, v = draw(SQUARE), evaluated("numpy", "").values
    points = given["y"].shape[1]
    g8 = 2 * (v["g8"] - given["y"]) / (1 if mistake == "no 1/N" else points)
    g8 = -g8 if mistake == "sign of the cost" else g8
    at = v["g6"] if mistake == "sigmoid' at the activation" else v["g5"]
    g5 = (given["w3"].T @ g8) / (2 + np.exp(at) + np.exp(-at))
    back = given["w2"] if mistake == "w2 not transposed" else given["w2"].T
    g2 = (back @ g5) * (1 if mistake == "tanh' omitted" else 1 / np.cosh(v["g2"]) ** 2)
    share = 1 / points if mistake == "bias averaged" else 1
    w3 = g8 @ v["g6"].T
    w3[0, 0] *= 1 + 1e-10 * (mistake == "one entry off by 1e-10")
    b1, b2, b3 = (g.sum(axis=1, keepdims=True) for g in (g2, g5, g8))
    return {"w1": g2 @ given["S"].T, "b1": b1, "w2": g5 @ v["g3"].T, "b2": share * b2, "w3": w3, "b3": b3}


@cache
def evaluated(road: str, mistake: str) -> Evaluation:
    """One road on the square network, with a mistake planted where one is named."""
    planted = {PLANTED[mistake].node: PLANTED[mistake].tamper} if mistake else None
    return load_backend(road).compile(SQUARE, tamper=planted)(draw(SQUARE))


def apart(got: Mapping[str, Array], expected: Mapping[str, Array]) -> float:
    """The largest difference, relative to the largest entry of its tensor."""
    return max(float(abs(got[name] - g).max() / abs(g).max()) for name, g in expected.items())


@EACH_ROAD
@pytest.mark.parametrize("mistake", PLANTED)
def test_a_mistake_planted_is_the_mistake_made_by_hand(road: str, mistake: str) -> None:
    assert apart(evaluated(road, mistake).gradients, by_hand(mistake)) < 2.0**-45


@EACH_ROAD
@pytest.mark.parametrize("mistake", PLANTED)
def test_a_mistake_planted_changes_the_gradient(road: str, mistake: str) -> None:
    assert apart(evaluated(road, mistake).gradients, by_hand("")) > 2.0**-40


# ---- the smallest error of one entry that is seen


def seen(road: str, node: str, power: int) -> bool:
    """Whether the first entry that comes back through a node, off by 2^-power of itself, makes a check disagree."""
    planted = {road: {node: one_entry_off(2.0**-power)}}
    report = tv.check(FILE, backends=dict.fromkeys(("numpy", "torch", road)), dtypes=("float64",), tamper=planted)
    return report.verdict == "disagree"


def faintest_seen(road: str, node: str) -> int:
    """The largest power for which an entry off by 2^-power of itself is seen, by bisection."""
    low, high = 30, 53
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if seen(road, node, middle) else (low, middle)
    return low


@pytest.mark.parametrize("road", ["numpy", "torch"])
@pytest.mark.parametrize("node", NODES)
def test_one_entry_off_by_two_in_a_million_million_is_seen(road: str, node: str) -> None:
    assert seen(road, node, 39)


@pytest.mark.parametrize("road", ["numpy", "torch"])
@pytest.mark.parametrize("node", NODES)
def test_one_entry_off_by_its_last_bit_is_not(road: str, node: str) -> None:
    assert not seen(road, node, 52)


@EACH_ROAD
def test_the_faintest_error_that_is_seen_is_a_few_hundred_roundings(road: str) -> None:
    assert 42 <= faintest_seen(road, "g7") <= 46
