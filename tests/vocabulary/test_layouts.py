"""How an array lies in memory changes no gradient: views, strides of zero, transposed cotangents."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from tests.backends.cases import CASES, bound, cotangents, drawn
from trivium.backend import Array, Arrays, Backend, Bars, load_backend
from trivium.compare.bound import LINE, scales, units
from trivium.spec.op import Case, Op
from trivium.target import handwritten

LAYOUTS: Mapping[str, Callable[[Array], Array]] = {
    "columns first": lambda x: np.array(x, order="F"),
    "backwards": lambda x: np.flip(np.flip(x).copy()),
    "every other": lambda x: np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x,
}


def flat(x: Array) -> Array:
    """One number in place of all, the layout that a sum hands back; labels and masks stay."""
    return np.broadcast_to(x.flat[0], x.shape) if x.dtype.kind == "f" and x.size else x


def distance(road: Backend, op: Op, case: Case, inputs: Arrays, bars: Arrays, like: tuple[Arrays, Bars]) -> float:
    """How far a replay is from what it was with contiguous copies, in units of rounding."""
    outputs, x_bars = road.replay(op, bound(op, case), inputs, bars)
    plain = tuple(map(np.array, inputs)), tuple(map(np.array, bars))
    size = scales(handwritten(), op, bound(op, case), *plain, like)
    pairs = [*zip(outputs, like[0], size.outputs, strict=True), *zip(x_bars, like[1], size.bars, strict=True)]
    return max(
        (float(units(np.abs(a - b), s, "float64").max(initial=0.0)) for a, b, s in pairs if a is not None), default=0.0
    )


@pytest.fixture(params=["numpy", "torch"])
def road(request: pytest.FixtureRequest) -> Backend:
    return load_backend(request.param)


@pytest.mark.parametrize(("op", "case"), CASES)
def test_views_of_inputs_and_cotangents_change_nothing(road: Backend, op: Op, case: Case) -> None:
    inputs, bars = drawn(op, case), cotangents(op, case)
    like = road.replay(op, bound(op, case), inputs, bars)
    far = {
        name: distance(road, op, case, tuple(map(view, inputs)), tuple(map(view, bars)), like)
        for name, view in LAYOUTS.items()
    }
    assert {name: units for name, units in far.items() if not units <= LINE} == {}


@pytest.mark.parametrize(("op", "case"), CASES)
def test_a_cotangent_spread_from_one_number_changes_nothing(road: Backend, op: Op, case: Case) -> None:
    inputs, bars = drawn(op, case), tuple(map(flat, cotangents(op, case)))
    like = road.replay(op, bound(op, case), inputs, tuple(map(np.array, bars)))
    assert distance(road, op, case, inputs, bars, like) <= LINE


def test_another_cotangent_would_be_seen(road: Backend) -> None:
    param = next(p for p in CASES if str(p.id).startswith("mul"))
    op, case = param.values
    inputs, bars = drawn(op, case), cotangents(op, case)
    like = road.replay(op, bound(op, case), inputs, bars)
    assert distance(road, op, case, inputs, tuple(b * (1 + 1e-9) for b in bars), like) > LINE
