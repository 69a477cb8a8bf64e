"""An op that is none of ours, a rule for each road: traced, written, read, checked, blamed and held to the contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import torch

from trivium.backend import Array, Backend
from trivium.errors import SpecError
from trivium.ops import OPS, linear
from trivium.ops.regression import squared_error
from trivium.spec.file import dump_toml
from trivium.spec.graph import Spec
from trivium.spec.op import Attribute, Case, op
from trivium.testing import contract
from trivium.verbs import check, load, trace
from trivium_arb import REFEREE, primitive
from trivium_jax import BACKEND as JAX
from trivium_numpy import BACKEND as NUMPY
from trivium_numpy.rule import Rule
from trivium_torch import BACKEND as TORCH

bump = op(
    "bump(x: *s) -> *s",
    "e^(-(x / width)²)",
    attributes=(Attribute("width", "float"),),
    cases=(Case(((3, 5),), {"width": 1.5}), Case(((2, 1, 3),), {"width": 0.5})),
)
VOCABULARY = {**OPS, "bump": bump}


def bump_forward(x: Array, *, width: float) -> tuple[Array, tuple[Array, Array, float]]:
    """y = e^(-(x / width)²)"""
    y = np.exp(-np.square(x / width))
    return y, (x, y, width)


def bump_vjp(saved: tuple[Array, Array, float], y_bar: Array) -> tuple[Array]:
    """x̄ = -2 x / width² y ∘ ȳ"""
    x, y, width = saved
    return (-2 * x / width**2 * y * y_bar,)


def bump_jvp(saved: tuple[Array, Array, float], x_dot: Array) -> Array:
    """ẏ = -2 x / width² y ∘ ẋ"""
    x, y, width = saved
    return -2 * x / width**2 * y * x_dot


def forgetful_vjp(saved: tuple[Array, Array, float], y_bar: Array) -> tuple[Array]:
    x, y, _ = saved
    return (-2 * x * y * y_bar,)


RULE = Rule(bump_forward, bump_vjp, bump_jvp)
BY_HAND = NUMPY.having(bump=RULE)
ROADS: list[Backend] = [
    BY_HAND,
    TORCH.having(bump=lambda x, width: torch.exp(-torch.square(x / width))),
    JAX.having(bump=lambda x, width: jnp.exp(-jnp.square(x / width))),
]


def net() -> Spec:
    def forward(x: object, y: object, w: object, c: object) -> object:
        return squared_error(bump(linear(x, w, c), width=2.0, name="h"), y, reduction="mean", name="loss")

    inputs, parameters = {"x": "b n", "y": "b m"}, {"w": "m n", "c": "m"}
    sizes = {"b": 5, "n": 3, "m": 2}
    return trace(forward, inputs=inputs, parameters=parameters, sizes=sizes, name="net", vocabulary=VOCABULARY)


def test_the_roads_agree_on_it() -> None:
    report = check(net(), backends=ROADS)
    assert report.verdict == "agree", report.text()


def test_a_wrong_rule_of_it_is_blamed() -> None:
    wrong = NUMPY.having(bump=replace(RULE, vjp=forgetful_vjp))
    report = check(net(), backends=[wrong, *ROADS[1:]])
    found = [f for f in report.comparison.findings if f.verdict == "disagree"]
    assert [(f.backend, f.node) for f in found] == [("numpy", "h")]


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.name)
def test_the_contract_takes_it(road: Backend) -> None:
    results = contract(road, ops=[bump], by=BY_HAND)
    assert [str(r) for r in results if not r.holds] == []
    assert {r.op for r in results} == {"bump"}


def test_the_contract_names_what_is_wrong_with_it() -> None:
    wrong = TORCH.having(bump=lambda x, width: torch.exp(-torch.square(x)))
    assert ("bump", "formula") in {(r.op, r.clause) for r in contract(wrong, ops=[bump], by=BY_HAND) if not r.holds}


def test_a_file_may_use_it(tmp_path: Path) -> None:
    path = tmp_path / "net.net.toml"
    _ = path.write_text(dump_toml(net()), encoding="utf-8")
    assert load(path, vocabulary=VOCABULARY) == net()


def test_without_it_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.net.toml"
    _ = path.write_text(dump_toml(net()), encoding="utf-8")
    with pytest.raises(SpecError, match="unknown op 'bump'"):
        _ = load(path)


def test_a_referee_that_knows_it_certifies_the_whole() -> None:
    knowing = REFEREE.having(bump=lambda x, width: primitive.exp(-(x / width) * (x / width)))
    report = check(net(), backends=ROADS, oracle=knowing)
    assert report.comparison.certified
    assert {e.certified.keys() == {r.name for r in ROADS} for e in report.comparison.ends} == {True}
    wrong = NUMPY.having(bump=replace(RULE, vjp=forgetful_vjp))
    (found,) = check(net(), backends=[wrong], oracle=knowing).comparison.of("disagree")
    assert (found.backend, found.node, found.replayer) == ("numpy", "h", "exact")


def test_a_referee_that_does_not_know_it_says_so() -> None:
    report = check(net(), backends=ROADS, oracle="exact")
    assert [(f.code, f.message) for f in report.comparison.of("note")] == [
        ("TV204", "the referee has no definition of bump: nobody has exact numbers for h")
    ]
    text = " ".join(report.text().split())
    assert "from the exact result of its step or, where nobody has that, the replay of its step by another" in text


def test_no_road_of_ours_was_changed() -> None:
    assert "bump" not in NUMPY.rules
    assert "bump" not in TORCH.operations
    assert "bump" not in JAX.operations
