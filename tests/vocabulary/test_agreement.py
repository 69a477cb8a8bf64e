"""The three roads agree on every op, at each of its cases, in both precisions, at numbers of many kinds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trivium.backend import Backend, load_backend
from trivium.errors import BackendError
from trivium.ops import OPS
from trivium.spec.op import Case, Op
from trivium.target import handwritten
from trivium.testing import agreements
from trivium_numpy.rule import asked

ROADS = {name: load_backend(name) for name in ("numpy", "torch", "jax")}
QUICK = 2
"""Cases of each op that every run tries; the rest belong to the sweep, for JAX compiles each anew."""
CASES = [
    pytest.param(op, case, id=f"{op.name}-{i}", marks=pytest.mark.slow if i >= QUICK else ())
    for op in OPS.values()
    for i, case in enumerate(op.cases)
]


@pytest.mark.parametrize(("op", "case"), CASES)
def test_the_roads_agree(op: Op, case: Case) -> None:
    found = list(agreements(op, case, ROADS, handwritten()))
    assert {(a.backend, a.dtype) for a in found} == {(b, d) for b in ROADS for d in ("float64", "float32")}
    assert [str(a) for a in found if a.problem] == []


def nearly(op: str) -> Backend:
    """A handwritten road of which one entry of one rule's cotangents is off by a millionth."""
    rule = ROADS["numpy"].rules[op]  # type: ignore[attr-defined]

    def off(saved: object, y_bar: object) -> tuple[np.ndarray, ...]:
        first, *rest = rule.vjp(saved, y_bar)
        wrong = np.array(asked(first))
        wrong.flat[0] *= 1 + 1e-6
        return (wrong, *rest)

    return ROADS["numpy"].having(**{op: replace(rule, vjp=off)})  # type: ignore[attr-defined, no-any-return]


def test_a_gradient_wrong_at_shifted_numbers_alone_does_not_agree() -> None:
    def off(saved: tuple[np.ndarray, ...], y_bar: np.ndarray) -> tuple[np.ndarray, ...]:
        (x_bar,) = ROADS["numpy"].rules["square"].vjp(saved, y_bar)  # type: ignore[attr-defined]
        return (np.where(np.mean(saved) > 50, 2, 1).astype(x_bar.dtype) * x_bar,)

    rule = replace(ROADS["numpy"].rules["square"], vjp=off)  # type: ignore[attr-defined]
    roads = {"numpy": ROADS["numpy"].having(square=rule), "torch": ROADS["torch"]}  # type: ignore[attr-defined]
    found = list(agreements(OPS["square"], OPS["square"].cases[0], roads, handwritten()))
    assert {a.point for a in found if a.problem} == {"shifted"}


def test_a_road_alone_is_refused() -> None:
    with pytest.raises(BackendError, match="tanh is put to two roads or more, and numpy has it here"):
        _ = list(agreements(OPS["tanh"], OPS["tanh"].cases[0], {"numpy": ROADS["numpy"]}, handwritten()))


def test_one_entry_off_by_a_millionth_does_not_agree() -> None:
    op = OPS["tanh"]
    found = list(agreements(op, op.cases[0], {"numpy": nearly("tanh"), "torch": ROADS["torch"]}, handwritten()))
    told = [a for a in found if a.problem and a.point == "drawn"]
    assert {a.backend for a in told} == {"numpy", "torch"}
    assert "the gradient of x is" in told[0].problem
