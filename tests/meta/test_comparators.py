"""What compares can fail: of right runs one array is spoiled, and the verdict must name whose it is and which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.meta.conftest import (
    CHANGES,
    ROADS,
    accused,
    arrays_of,
    at,
    codes,
    judged,
    named,
    one_entry_off,
    ran,
    spoiled,
)
from trivium.backend import Array, Backend
from trivium.compare.agreement import Point, compare
from trivium.compare.comparison import Cost
from trivium.target import handwritten

Roads = dict[str, Backend]
ARRAYS = [("values", "w1"), ("values", "g3"), ("gradients", "S"), ("gradients", "w1"), ("gradients", "g4")]
TRAINED = ("w1", "b2")
SWAPS = {
    "weights": ("gradients", "w1", "w2"),
    "biases": ("gradients", "b1", "b2"),
    "cotangents of two nodes": ("gradients", "g2", "g5"),
    "values of two nodes": ("values", "g2", "g5"),
    "trained weights": ("untapped", "w1", "w2"),
}


def test_right_runs_agree(right: Point, roads: Roads) -> None:
    found = judged(right, roads)
    assert found.verdict == "agree"
    assert [f for f in found.findings if f.verdict != "note"] == []


@pytest.mark.parametrize(("side", "tensor"), ARRAYS)
@pytest.mark.parametrize("backend", ROADS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_spoiled_array_is_named_and_whose_it_is(
    right: Point, roads: Roads, change: str, backend: str, side: str, tensor: str
) -> None:
    found = judged(spoiled(right, backend, side, tensor, CHANGES[change]), roads)
    assert found.verdict == "disagree"
    assert (backend, tensor) in named(found)
    assert accused(found) == {backend}


@pytest.mark.parametrize("tensor", TRAINED)
@pytest.mark.parametrize("change", CHANGES)
def test_a_spoiled_gradient_of_the_program_that_trains_is_named(
    right: Point, roads: Roads, change: str, tensor: str
) -> None:
    found = judged(spoiled(right, "jax", "untapped", tensor, CHANGES[change]), roads)
    assert found.verdict == "disagree"
    assert named(found) == {("jax", tensor)}


@pytest.mark.parametrize(("side", "tensor"), ARRAYS)
def test_an_array_that_is_as_it_was_accuses_nobody(right: Point, roads: Roads, side: str, tensor: str) -> None:
    assert judged(spoiled(right, "torch", side, tensor, np.copy), roads).verdict == "agree"


@pytest.mark.parametrize(("side", "tensor"), ARRAYS[1:])
def test_an_array_off_by_a_rounding_accuses_nobody(right: Point, roads: Roads, side: str, tensor: str) -> None:
    def one_rounding(x: Array) -> Array:
        return np.nextafter(x, x.dtype.type(np.inf))

    assert judged(spoiled(right, "torch", side, tensor, one_rounding), roads).verdict == "agree"


@pytest.mark.parametrize("backend", ROADS)
@pytest.mark.parametrize(("side", "tensor"), ARRAYS)
@pytest.mark.parametrize(("dtype", "relative"), [("float64", 1e-10), ("float32", 1e-3)])
def test_one_entry_off_in_one_precision_is_seen_there(
    right: Point, roads: Roads, backend: str, side: str, tensor: str, dtype: str, relative: float
) -> None:
    found = judged(spoiled(right, backend, side, tensor, one_entry_off(relative), dtypes=[dtype]), roads)
    assert (backend, tensor) in named(found)
    assert accused(found) == {backend}
    assert {d for f in found.of("disagree") for _, d in f.seen} == {dtype}


@pytest.mark.parametrize("backend", ROADS)
@pytest.mark.parametrize("swap", SWAPS)
def test_two_of_one_shape_that_are_swapped_are_both_named(right: Point, roads: Roads, backend: str, swap: str) -> None:
    side, a, b = SWAPS[swap]
    arrays = {r.dtype: arrays_of(r, side) for r in right.runs if r.backend == backend}

    def from_(name: str) -> Callable[[Array], Array]:
        return lambda x: arrays[str(x.dtype)][name].copy()

    found = judged(spoiled(spoiled(right, backend, side, a, from_(b)), backend, side, b, from_(a)), roads)
    assert named(found) >= {(backend, a), (backend, b)}
    assert accused(found) == {backend}


@pytest.mark.parametrize("backend", ROADS)
def test_one_entry_beside_the_loss_s_own_cotangent_is_seen(right: Point, roads: Roads, backend: str) -> None:
    spoilt = right
    for tensor in right.spec.differentiable:
        spoilt = spoiled(spoilt, backend, "gradients", tensor, lambda x: 2 * x)
    found = judged(spoilt, roads)
    assert (backend, "g9") in named(found)
    assert accused(found) == {backend}


def test_a_factor_that_comes_in_at_one_node_is_blamed_on_it_alone(right: Point, roads: Roads) -> None:
    spoilt = right
    for tensor in ("g5", "b2", "g4", "w2", "g3", "g2", "b1", "g1", "w1", "S"):
        spoilt = spoiled(spoilt, "torch", "gradients", tensor, lambda x: 2 * x)
    for tensor in ("b2", "w2", "b1", "w1"):
        spoilt = spoiled(spoilt, "torch", "untapped", tensor, lambda x: 2 * x)
    (finding,) = judged(spoilt, roads).of("disagree")
    assert (finding.backend, finding.node, finding.direction, finding.proven) == ("torch", "g6", "backward", True)


@pytest.mark.parametrize("side", ["values", "gradients", "untapped"])
def test_an_array_that_is_absent_is_named(right: Point, roads: Roads, side: str) -> None:
    found = judged(spoiled(right, "jax", side, "w1", None), roads)
    assert codes(found) == {"TV103"}
    assert named(found) == {("jax", "w1")}


def test_a_road_that_computes_at_other_numbers_is_named(right: Point, roads: Roads) -> None:
    elsewhere = ran(right.spec, roads, {**right.given, "S": 2 * right.given["S"]})
    runs = tuple(b if a.backend == "torch" else a for a, b in zip(right.runs, elsewhere.runs, strict=True))
    found = judged(replace(right, runs=runs), roads)
    assert named(found) == {("torch", "S")}
    assert codes(found) == {"TV103"}


@pytest.mark.parametrize("change", CHANGES)
def test_one_road_alone_is_held_to_its_own_steps(right: Point, roads: Roads, change: str) -> None:
    alone = replace(right, runs=tuple(r for r in right.runs if r.backend == "numpy"))
    found = judged(spoiled(alone, "numpy", "gradients", "w1", CHANGES[change]), {"numpy": roads["numpy"]})
    assert found.verdict == "disagree"
    assert ("numpy", "w1") in named(found)


def test_one_right_road_alone_agrees(right: Point, roads: Roads) -> None:
    alone = replace(right, runs=tuple(r for r in right.runs if r.backend == "numpy"))
    assert judged(alone, {"numpy": roads["numpy"]}).verdict == "agree"


def test_a_comparison_of_nothing_is_undecided(right: Point, roads: Roads) -> None:
    assert compare(right.spec, [], roads, handwritten(), cost=Cost()).verdict == "undecided"


def test_two_mistakes_are_both_named_and_nobody_else(right: Point, roads: Roads) -> None:
    once = spoiled(right, "torch", "gradients", "w3", at(0, 7.0))
    found = judged(spoiled(once, "jax", "values", "g6", at(0, 7.0)), roads)
    assert {("torch", "w3"), ("jax", "g6")} <= named(found)
    assert accused(found) == {"torch", "jax"}


def test_a_comparison_is_neither_true_nor_false(right: Point, roads: Roads) -> None:
    found = judged(right, roads)
    with pytest.raises(TypeError, match="a comparison is not true or false"):
        assert found
