"""Random right networks: the roads agree on every one of them, and a mistake planted in one is seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings

import trivium as tv
from tests.strategies import specs
from trivium.backend import Array, Bars


def verdicts(spec: tv.Spec, *backends: str) -> set[str]:
    """What the check says, with the findings that it rests on."""
    report = tv.check(spec, backends=backends)
    return {f"{f.verdict}: {f.message}" for f in report.comparison.of("disagree", "undecided")}


@settings(max_examples=20)
@given(spec=specs())
def test_the_handwritten_road_and_the_tape_agree_on_random_networks(spec: tv.Spec) -> None:
    assert verdicts(spec, "numpy", "torch") == set()


@settings(max_examples=4)
@given(spec=specs())
def test_all_three_roads_agree_on_random_networks(spec: tv.Spec) -> None:
    assert verdicts(spec, "numpy", "torch", "jax") == set()


@pytest.mark.slow
@settings(max_examples=200)
@given(spec=specs())
def test_all_three_roads_agree_on_two_hundred_random_networks(spec: tv.Spec) -> None:
    assert verdicts(spec, "numpy", "torch", "jax") == set()


def doubled(inputs: tuple[Array, ...], outputs: tuple[Array, ...], y_bars: tuple[Array, ...], x_bars: Bars) -> Bars:
    """Every cotangent twice too large."""
    return tuple(None if x is None else 2 * x for x in x_bars)


@settings(max_examples=12)
@given(spec=specs())
def test_a_doubled_cotangent_in_a_random_network_is_seen(spec: tv.Spec) -> None:
    node = next(n for n in spec.nodes if n.name in spec.reaching and n.inputs)
    right = tv.check(spec, backends=["numpy"])
    assume(any(np.any(s.residual >= 0) and s.floor for s in right.comparison.steps if s.tensor in node.inputs))
    report = tv.check(spec, backends=["numpy", "torch"], tamper={"torch": {node.name: doubled}})
    assert {(f.backend, f.node) for f in report.comparison.of("disagree")} == {("torch", node.name)}
