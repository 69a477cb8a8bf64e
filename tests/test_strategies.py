"""The random networks that other tests draw cover what they are said to cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from hypothesis import find, given, settings

from tests.strategies import DRAWN, ELEMENTWISE_LOSSES, REDUCTIONS, specs
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium_numpy import BACKEND

SEEN: Counter[str] = Counter()


def words(spec: Spec) -> Iterator[str]:
    """What a network uses: its ops, each loss with its reduction, both conventions."""
    for node in spec.nodes:
        yield node.op.name
        yield f"{node.op.name} {dict(node.attrs).get('reduction')}"


@settings(max_examples=300)
@given(specs())
def count(spec: Spec) -> None:
    SEEN.update(words(spec))


def test_every_op_and_every_loss_with_every_reduction_is_drawn() -> None:
    count()
    losses = [*ELEMENTWISE_LOSSES, "cross_entropy"]
    wanted = {*DRAWN, *(f"{loss} {reduction}" for loss in losses for reduction in REDUCTIONS)}
    assert wanted - set(SEEN) == set()


def test_an_output_that_nobody_reads_is_drawn() -> None:
    spec = find(specs(), lambda spec: any(not readers for readers in spec.consumers.values()))
    assert spec.loss in spec.shapes


def test_a_value_that_is_read_twice_is_drawn() -> None:
    spec = find(specs(), lambda spec: any(len(readers) > 1 for readers in spec.consumers.values()))
    assert spec.loss in spec.shapes


@settings(max_examples=50)
@given(specs())
def test_every_network_has_finite_values_and_gradients(spec: Spec) -> None:
    run = BACKEND.compile(spec)(draw(spec, seed=0))
    arrays = [*run.values.values(), *run.gradients.values()]
    assert [a for a in arrays if not np.isfinite(a).all()] == []
